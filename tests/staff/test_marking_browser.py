"""The page to mark on in Chromium: a class is marked by keys, and no hostile text does anything.

Pictures of the page are left in build/pages/.
"""
import contextlib
import io
import os
import re
import signal
import subprocess
import sys

import pytest
from accessibility import list_violations
from grading_helpers import picture
from here import ROOT
from marking_helpers import ANSWER, HOSTILE, class_of, hand_in
from PIL import Image
from walk_helpers import browser_program

from staff.guide import read_guide
from staff.marks import Mark, find_basis
from staff.points import list_parts_by_hand
from staff.record import FILE, Record
from staff.standing import read_standings

PICTURES = ROOT / "build" / "pages"
PARTS = list_parts_by_hand("kit")
IDLE = "body[aria-busy=false]"

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def mark_page(out):
    """Yield (the process of `staff mark`, the address of its page)."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "staff", "mark", str(out), "--no-browser"], cwd=ROOT,
        text=True, stdout=subprocess.PIPE, start_new_session=True)
    try:
        yield process, re.search(r"http://\S+", process.stdout.readline())[0]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def browse(**more):
    """Yield a function that opens a page; what must not happen there is in its `seen`."""
    from playwright.sync_api import sync_playwright
    as_root = os.name == "posix" and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(),
                                             args=["--no-sandbox"] if as_root else [])

        def open_page(address, marker):
            page = browser.new_context(viewport={"width": 1400, "height": 900}, **more).new_page()
            page.seen = []
            page.on("dialog", lambda one: (page.seen.append(one.message), one.dismiss()))
            page.on("popup", lambda one: page.seen.append(one.url))
            page.on("pageerror", lambda one: page.seen.append(str(one)))
            page.on("console", lambda one: page.seen.append(one.text))
            page.on("request", lambda one: page.seen.append(one.url)
                    if not one.url.startswith("http://127.0.0.1:") else None)
            page.goto(address)
            page.wait_for_selector(IDLE)
            page.fill("#marker", marker)
            page.keyboard.press("Enter")
            page.wait_for_selector(IDLE)
            return page

        try:
            yield open_page
        finally:
            browser.close()


def press(page, *keys):
    """Press keys, one after the other; wait until the page is ready. How many they were."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_selector(IDLE)
    return len(keys)


def mark_one(page, lose=False):
    """Mark the answer that is shown; the number of keys, or 0 if nothing is left."""
    if re.match("Everything is marked|Others look", page.inner_text("#state")):
        return 0
    if "0 points are filled in" in page.inner_text("#notes") or \
            page.inner_text("#state") == "marked":
        return press(page, "Enter")
    return press(page, "a", *["2"] * lose, "Enter")


def read_class(out):
    """The Standings of a record."""
    with Record(out / FILE) as record:
        return read_standings(record)


@pytest.fixture
def ones(tmp_path):
    """Thirty submissions: a third answers alike, a sixth not at all."""
    answers = {}
    for number in range(30):
        own = f"{ANSWER} That is number {number}."
        text = "FILL IN ANSWER" if number % 6 == 1 else ANSWER if number % 3 == 2 else own
        answers[f"s{number:02}"] = {subtask: text for subtask, _ in PARTS}
    return class_of(tmp_path, answers)


def test_two_markers_mark_a_class_by_keys_though_the_server_is_killed(tmp_path, ones):
    with browse() as open_page:
        with mark_page(tmp_path) as (_, address):
            ann, bob = open_page(address, "ann"), open_page(address, "bob")
            keys = [mark_one(page, turn % 3 == 0) for turn in range(20) for page in (ann, bob)]
            before = [one.marks for one in read_class(tmp_path)]
            assert max(keys) == 3 and min(keys) >= 1
        press(ann, "a", "Enter")
        assert "does not answer" in ann.inner_text("#problem")
        with mark_page(tmp_path) as (_, address):
            assert [one.marks for one in read_class(tmp_path)] == before != []
            ann, bob = open_page(address, "ann"), open_page(address, "bob")
            for _ in range(400):
                if not mark_one(ann) + mark_one(bob):
                    break
            standings = read_class(tmp_path)
            assert all(one.is_complete for one in standings)
            assert {one.sum_by_hand for one in standings} >= {0, 40}
            with Record(tmp_path / FILE) as record:
                assert {row[0] for row in record.query("SELECT marker FROM marks")} == {
                    "ann", "bob"}
                answers = record.list_answers(ones[0].key)
                hand_in(record, ones[0], answers | {"1a": "Another answer."})
            press(ann, "v")
            press(ann, "Escape")
            assert not read_class(tmp_path)[0].is_complete
            assert any(mark_one(ann) == 0 for _ in range(20))
            assert read_class(tmp_path)[0].is_complete
            assert ann.seen == bob.seen == []


def test_points_comments_and_names_by_keys(tmp_path):
    class_of(tmp_path, {f"s{n}": {"1a": f"{ANSWER} {n}"} for n in range(3)})
    with mark_page(tmp_path) as (_, address), browse() as open_page:
        page = open_page(address, "ann")
        press(page, "a", "Shift+Digit4")
        assert page.inner_text("#points") == "9 of 10"
        press(page, "p")
        page.keyboard.type("4,5")
        press(page, "Enter")
        assert "give the reason" in page.inner_text("#problem")
        press(page, "Escape", "c")
        page.keyboard.type("late in the sum")
        press(page, "Control+Enter")
        assert page.inner_text("#state") == "to be marked"
        press(page, "c", "Alt+Digit1", "Escape", "e")
        page.keyboard.type("for all")
        press(page, "Enter", "a", "1", "Enter")
        marks = [one.marks["1a", "derivation"] for one in read_class(tmp_path) if one.marks]
        assert sorted(marks) == [(4.5, "late in the sum"), (8, "late in the sum for all")]
        assert "Name of" not in page.inner_text("body")
        press(page, "n")
        assert "Name of" in page.inner_text("#title")
        press(page, "s")
        assert page.input_value("#lists").startswith("key:")
        press(page, "s", "u", "u")
        marks = [one.marks["1a", "derivation"] for one in read_class(tmp_path) if one.marks]
        assert marks == [(4.5, "late in the sum")]
        assert page.seen == [
            "Failed to load resource: the server responded with a status of 400 (Bad Request)"]


def test_one_key_goes_from_difference_to_difference(tmp_path):
    ones = class_of(tmp_path, {f"s{n}": {"1a": f"{ANSWER} {n}"} for n in range(3)})
    words = [words for _, words in read_guide()[0]["1a", "derivation"].elements]
    with Record(tmp_path / FILE) as record:
        bases = record.list_bases()
        for one in ones[:2]:
            record.put_marks([
                Mark(one.key, "1a", "derivation", "bob", 8, elements=dict.fromkeys(words[1:], 1),
                     basis=find_basis(bases, one.key, "1a")),
                Mark(one.key, "1a", "derivation", "ann", 10, elements=dict.fromkeys(words, 1),
                     basis=find_basis(bases, one.key, "1a"))])
        record.put_marks([Mark(ones[2].key, "2b", "forward", marker, points, "see the code")
                          for marker, points in (("ann", 3), ("bob", 4))])
    with mark_page(tmp_path) as (_, address), browse() as open_page:
        page, seen = open_page(address, "ann"), set()
        for _ in range(3):
            press(page, "d")
            assert "differ" in page.inner_text("#notes")
            seen.add((page.inner_text("#title"), page.inner_text("#others")))
        assert len(seen) == 3
        assert sum("bob: 8 points, without 1." in others for _, others in seen) == 2
        for _ in range(3):
            press(page, "d", "f")
        assert not any(one.waiting for one in read_class(tmp_path))
        press(page, "d")
        assert page.inner_text("#state") == "No two marks differ."
        press(page, "]", "[")
        assert page.seen == []


def test_a_hand_in_that_came_anew_shows_what_has_changed(tmp_path):
    one, = class_of(tmp_path, {"ada": {"1a": ANSWER, "1b": ANSWER}})
    small = io.BytesIO()
    Image.new("RGB", (200, 100), "blue").save(small, "PNG")
    red, blue = (dict(key=one.key, subtask="1a", notebook="n.ipynb", cell=1, number=1,
                      pixels=pixels, png=png) for pixels, png in (
        ("red", picture()), ("blue", small.getvalue())))
    with Record(tmp_path / FILE) as record:
        record.insert("figures", red)
    with mark_page(tmp_path) as (_, address), browse() as open_page:
        page = open_page(address, "ann")
        press(page, "0", "Enter", "a", "Enter")
        with Record(tmp_path / FILE) as record:
            hand_in(record, one, {"1a": ANSWER, "1b": ANSWER + " So it is."})
            record.insert("figures", blue)
        press(page, "v")
        assert "10 of 10" not in page.inner_text("#overview") and page.locator(
            "#overview b").all_inner_texts() == ["1"] * page.locator("#overview tbody tr").count()
        press(page, "Escape")
        page.evaluate("new Promise(done => setTimeout(done, 50))")      # the overview has closed
        press(page, "[", "[")
        told = page.inner_text("#notes")
        assert "Before: 0 points, by ann: no comment" in told and "The words are the same." in told
        assert "1 figure is gone, and stands last here; 1 figure is new." in told
        page.wait_for_function("String([...document.querySelectorAll('#figures img')].map("
                               "one => one.naturalWidth)) === '200,300'")
        press(page, "z", "z")
        assert page.inner_text("#zoom-words") == "before: n.ipynb, cell 1; figure 2 of 2"
        press(page, "Escape")
        page.screenshot(path=PICTURES / "marking-anew.png")
        assert list_violations(page) == []
        press(page, "]")
        assert "Before: 3 points" in page.inner_text("#notes")
        assert page.locator("#notes ins").all_inner_texts() == [" So it is."]
        press(page, "a")
        page.evaluate("S.sending.then(() => 0)")        # the ticks are kept
        with Record(tmp_path / FILE) as record:
            hand_in(record, one, {"1a": ANSWER, "1b": "It came again."})
        press(page, "Enter")
        assert "changed while you looked at it" in page.inner_text("#problem")
        assert "It came again." in page.inner_text("#answer")
        assert ("1b", "rules") not in read_class(tmp_path)[0].marks
        press(page, "a", "Enter")
        assert read_class(tmp_path)[0].marks["1b", "rules"] == (3, "")
        assert {re.sub(" the server .*", "", one) for one in page.seen} == {
            "Failed to load resource:"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_hostile_answer_does_nothing(tmp_path, scheme):
    text = "\n\n".join(HOSTILE)
    one, = class_of(tmp_path, {"<img src=x onerror=alert(1)>": {"1a": text, "3a": text * 9}})
    with Record(tmp_path / FILE) as record:
        record.insert("figures", dict(key=one.key, subtask="3a", notebook=HOSTILE[1], cell=1,
                                      number=1, pixels="abc", png=picture()))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with mark_page(tmp_path) as (_, address), browse(color_scheme=scheme) as open_page:
        page = open_page(address, HOSTILE[0])
        press(page, "n")
        for name in ("1a", "1b", "2c", "3a"):
            page.screenshot(path=PICTURES / f"marking-{scheme}-{name}.png")
            assert list_violations(page) == []
            assert page.locator("#answer :is(script, img, svg, a, iframe, form, style, link)"
                                ).count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            press(page, "]")
        press(page, "[", " ", "Shift+ArrowDown")
        assert page.evaluate("document.getElementById('left').scrollTop") > 100
        assert page.evaluate("document.getElementById('right').scrollTop") > 10
        press(page, "z")
        assert page.is_visible("#zoomed")
        page.screenshot(path=PICTURES / f"marking-{scheme}-figure.png")
        assert page.evaluate("[...document.images].every(one => !one.src || one.naturalWidth > 0)")
        press(page, "Escape", "c")
        page.keyboard.type(HOSTILE[1])
        press(page, "Escape", "a", "Enter", "v")
        page.screenshot(path=PICTURES / f"marking-{scheme}-overview.png")
        assert list_violations(page) == []
        press(page, "Escape", "?")
        assert list_violations(page) == []
        assert page.title() == "Marking" and page.seen == []
