"""The pages in a real browser: nothing that a student wrote runs, asks or misleads there.

Needs Chromium and Playwright; pictures of the pages are left in build/pages/.
"""
import contextlib
import os
import random

import pytest
from here import ROOT
from grading_helpers import picture, put, put_marks, put_text, record_of, results, submission
from accessibility import list_violations
from marking_helpers import HOSTILE
from walk_helpers import browser_program

from staff.feedback.report_command import write_report
from staff.intake.alike import Pair
from staff.record import FILE, Finding, Record

PICTURES = ROOT / "build" / "pages"
MARK = "window.ran = 1; alert(1)"
SCRIPTS = [
    f"<script>{MARK}</script>", f"</script><script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">', f"<svg/onload={MARK!r}>", f'"><body onload="{MARK}">',
    f"' onmouseover='{MARK}' autofocus onfocus='{MARK}", f"javascript:{MARK}",
    f'<a href="javascript:{MARK}">100 points</a>', f'<iframe srcdoc="<script>{MARK}</script>">',
    '<meta http-equiv="refresh" content="0; url=http://evil.example/">',
    '<link rel="stylesheet" href="http://evil.example/x.css"><base href="http://evil.example/">',
    '</style><style>body { background: url(http://evil.example/y.png); display: none }</style>',
    '<form action="http://evil.example/"><button>Continue</button></form>',
    "</title><title>stolen</title>", "</bdi></table></section></body><h1 id=forged>A+</h1>",
    '{{ "".__class__ }}{% for x in range(3) %}', "]]><![CDATA[<x>", "<!--", "-->",
    "\u202e\u2066spot siht\u2069", "\x00\x1b[2J", "I\u0301" + "\u0310" * 200, "x" * 3000,
    "![](http://evil.example/z.png) [a](javascript:alert(1))", "$\\href{javascript:alert(1)}{x}$",
    f'<math onclick="{MARK}" href="javascript:{MARK}"><mtext><img src=x onerror="{MARK}"></math>',
    f"<math><maction xlink:href='javascript:{MARK}'><mi>x</mi></maction></math>",
    f"$\\text{{<img src=x onerror={MARK!r}>}}$", f"[x](data:text/html,<script>{MARK}</script>)",
    f"<details open ontoggle='{MARK}'><summary>x</summary></details>", f"[x]: javascript:{MARK}"]
HUGE = {"1b": "x" * 10**6, "2c": "[" * 10**6, "3b": "a | b\n--|--\n" + "1 | 2\n" * 10**5,
        "3c": "$" + "{" * 10**5 + "$", "4a": "# " * 10**5, "4b": "> " * 10**5,
        "4e": "$$" + "\\frac{1}{" * 10**4 + "}" * 10**4 + "$$"}

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def watched(program, width=1200):
    """Yield a page and the list of what happens on it that must not: dialogs, requests, windows,
    errors of scripts that were let in."""
    from playwright.sync_api import sync_playwright
    as_root = os.name == "posix" and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program,
                                             args=["--no-sandbox"] if as_root else [])
        context = browser.new_context(viewport={"width": width, "height": 900})
        page, seen = context.new_page(), []
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("popup", lambda other: seen.append(other.url))
        page.on("console", lambda message: seen.append(message.text))
        page.on("request", lambda request: seen.append(request.url) if not
                request.url.startswith(("file:///", "data:image/png;")) else None)
        page.route(lambda address: not address.startswith("file:///"), lambda route: route.abort())
        try:
            yield page, seen
        finally:
            browser.close()


def hostile_record(out):
    """A record in which every text of a student is an attack; returns its submissions."""
    everything = "\n".join(SCRIPTS)
    one = submission("mallory", name=everything, source=everything, notes=tuple(SCRIPTS),
                     members=(everything, *SCRIPTS[:3]))
    bad = submission("trudy", name=SCRIPTS[2], refused=everything)
    old = submission("trudy", source=everything, superseded=bad.key)
    failed = results(["judge_momentum", "judge_forward", "judge_no_hidden_layer"], everything)
    with record_of(out, (one, failed), (bad, []), (old, [])) as record:
        put_marks(record, one.key, 0.5, everything)
        for subtask, text in (HUGE | {"4d": "\n\n".join(SCRIPTS + HOSTILE)}).items():
            put(record, "answers", key=one.key, subtask=subtask, text=text)
        for subtask in ("1a", "3a", everything):
            put(record, "answers", key=one.key, subtask=subtask, text=everything)
            put(record, "figures", key=one.key, subtask=subtask, notebook=everything, cell=1,
                number=1, png=picture())
        put_text(record, one.key, bad.key, everything)
        with record.transaction():
            record.put_findings(one, "notebooks", [
                Finding("notebooks", text, text, text, 1) for text in SCRIPTS], "")
    return one, bad


def test_no_script_of_a_student_runs_and_nothing_is_asked_for(tmp_path):
    program = browser_program()
    one, bad = hostile_record(tmp_path)
    write_report(tmp_path)
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = {"class.html": "The class", f"feedback/{one.key}.html": "Feedback",
             f"feedback/{bad.key}.html": "Feedback", "marking-guide.html": "Marking guide"}
    with watched(program) as (page, seen):
        for name, title in pages.items():
            page.goto((tmp_path / name).as_uri())
            for box in page.locator("h2, td, li, summary").all()[:25]:
                if box.is_visible():
                    box.hover(timeout=5000)
            page.keyboard.press("Tab")
            page.screenshot(path=PICTURES / f"hostile-{title.split()[-1].lower()}.png")
            assert page.title() == title
            assert page.evaluate("window.ran") is None
            assert page.locator("script, iframe, form, base, link, #forged, [onload], [onerror], "
                                "[onmouseover], [onfocus], [onclick], [ontoggle], math [href], "
                                "maction, .answer :is(a, img, svg, details)").count() == 0
            assert page.locator("h1").count() == 1 and page.locator("body > *").first.is_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
        assert page.url.startswith("file:///") and seen == []


def class_of(out, number):
    """A record of a class as it may be; returns its submissions."""
    draw = random.Random(number)
    ones = [submission(f"student{n}", name=f"{first} {last}{n}", refused="the zip is broken"
                       if n % 40 == 7 else "") for n, (first, last) in enumerate(
        (draw.choice(["Ada", "Bo", "Cleo"]), draw.choice(["Ek", "Lovelace-Noether", "Østby"]))
        for _ in range(number))]
    faults = [[], [], ["momentum"], ["forward", "momentum"], ["same_for_every_split"],
              ["gradients", "depth_gradients", "scaling", "bias_column", "momentum"]]
    words = "with γ = 0.9, step 3 is the first that is wrong: is the previous gradient kept?"
    with record_of(out, *((one, results(draw.choice(faults), words)) for one in ones)) as record:
        for one in ones[::2]:
            put_marks(record, one.key, draw.choice([0.25, 0.5, 1]), "see the guide")
            put(record, "figures", key=one.key, subtask="2c", notebook="task2.ipynb", cell=9,
                number=1, png=picture())
    return ones


@pytest.mark.parametrize("number, width", [(30, 390), (30, 1300), (300, 1300)])
def test_pages_fit_a_phone_and_a_desk(tmp_path, number, width):
    program = browser_program()
    ones = class_of(tmp_path, number)
    write_report(tmp_path)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with watched(program, width) as (page, seen):
        for name, file in (("class", "class.html"), ("student", f"feedback/{ones[0].key}.html"),
                           ("refused", f"feedback/{ones[7].key}.html")):
            page.goto((tmp_path / file).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), file
            page.screenshot(path=PICTURES / f"{name}-{number}-{width}.png", full_page=True)
        page.goto((tmp_path / "class.html").as_uri())
        assert page.locator(".map tbody tr").count() == number
        page.locator(".map tbody a").first.click()
        assert "/feedback/" in page.url and page.title() == "Feedback"
        assert seen == []


@pytest.mark.parametrize("width", [390, 1300])
def test_pages_keep_nobody_from_reading_them(tmp_path, width):
    program = browser_program()
    ones = class_of(tmp_path, 30)
    with Record(tmp_path / FILE) as record:
        put(record, "answers", key=ones[0].key, subtask="1a", text="$$" + "a + " * 90 + "b$$")
        put(record, "numbers", key=ones[0].key, subtask="2a", name="mean", reported="1", own="2",
            agrees=0)
        with record.transaction():
            record.put_findings(ones[0], "reading", [
                Finding("reading", "note", "the answer of 1b is missing", "task1.ipynb", 3)], "")
        lines = [("a.py", 1, True, "x" * 300)]
        record.put_alike([Pair(ones[0].key, ones[1].key, "all", (lines, lines)),
                          Pair(ones[1].key, "earlier: a.zip", "half")])
    write_report(tmp_path)
    with watched(program, width) as (page, _):
        for name in ("class.html", "marking-guide.html",
                     *(f"feedback/{ones[number].key}.html" for number in (0, 1, 7))):
            page.goto((tmp_path / name).as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert list_violations(page) == [], name


def test_text_on_every_shade_can_be_read(tmp_path):
    program = browser_program()
    class_of(tmp_path, 30)
    write_report(tmp_path)
    with watched(program) as (page, _):
        page.goto((tmp_path / "class.html").as_uri())
        colours = page.evaluate("""() => ["s0", "s1", "s2", "s3", "s4", "s5", "none"].map(name => {
            const cell = document.querySelector(".map tbody td");
            cell.className = name;
            const style = getComputedStyle(cell);
            return [style.color, style.backgroundColor];
        })""")
    for text, ground in colours:
        assert contrast(text, ground) > 7, (text, ground)


def contrast(*colours):
    """Return how far two colours are apart, as WCAG counts it: from 1 to 21."""
    low, high = sorted(map(luminance, colours))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    """Return how bright a colour such as rgb(1, 2, 3) is."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
