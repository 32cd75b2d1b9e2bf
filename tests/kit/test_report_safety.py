"""Notebooks come from strangers: what export reads, fetches, runs, writes, and how long it may."""
import base64
import http.server
import os
import signal
import sys
import threading
import time

import nbformat.v4 as nb4
import psutil
import pytest
from here import ROOT
from pdf_helpers import (
    code, count_pictures, export, markdown, png, read_pdf, shown, stream, write)

from kit.report import command as report

CANARY = "canary-7f3a"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a notebook's folder in it, secrets around it, and its own temporary folder."""
    for name in ("notebooks", "temporary"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret.png").write_bytes(png(9, 9))
    (tmp_path / "secret.txt").write_text(CANARY)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path


def run_report(place, *arguments):
    """Return (exit status, output path) of the report on a notebook as a user makes it."""
    output = place / "report.pdf"
    path = str(place / "notebooks" / "answers.ipynb")
    return report.main([path, "-o", str(output), "--code", *arguments]), output


def list_files(folder):
    """Return the files and folders beneath a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def svg(inside):
    """Return an SVG output."""
    return code("svg", nb4.new_output("display_data", {"image/svg+xml":
                '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" '
                f'xmlns:xlink="http://www.w3.org/1999/xlink"><rect width="9" height="9"/>{inside}'
                "</svg>"}))


# Reading ----------------------------------------------------------------------------------------

@pytest.mark.attack
@pytest.mark.parametrize("source", [
    "../secret.png", "{absolute}", "file://{absolute}", "link.png", "missing.png",
    "linked/secret.png", "%2e%2e/secret.png", "..\\secret.png", "sub/../../secret.png",
    "attachment:../secret.png",
    "https://example.org/a.png", "//example.org/a.png", "C:\\secret.png", "data:text/plain,x",
    "~/secret.png", ".", "\u0000.png"])
@pytest.mark.parametrize("form", ["![]({})", '<img src="{}">', "<div><img src='{}'/></div>",
                                  "![a][1]\n\n[1]: <{}>"])
def test_pictures_from_elsewhere_are_not_read(place, source, form):
    inside = place / "notebooks"
    try:
        (inside / "link.png").symlink_to(place / "secret.png")
        (inside / "linked").symlink_to(place)
    except OSError:  # Windows without the right to make links
        pass
    source = source.format(absolute=(place / "secret.png").as_posix())
    reader, text, problems = export(markdown(form.format(source)), folder=inside)
    assert count_pictures(reader) == 0
    assert "\u0000" in source or ("is not shown" in text and len(problems) == 1)


@pytest.mark.attack
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_neither_picture_nor_notebook(place, capsys):
    os.mkfifo(place / "notebooks" / "pipe.png")
    assert "no such file" in export(markdown("![](pipe.png)"), folder=place / "notebooks")[1]
    os.mkfifo(place / "notebooks" / "answers.ipynb")
    os.mkfifo(place / "notebooks" / "report.toml")
    assert run_report(place)[0] == 2 and "is not a file" in capsys.readouterr().err


RAW = [
    '```{{=typst}}\n#read("{secret}")\n```', '```{{=typst}}\n#include "{secret}"\n```',
    '`#read("{secret}")`{{=typst}}', '```{{=typst}}\n#eval("re" + "ad(\\"{secret}\\")")\n```',
    '```{{=typst}}\n#import "@preview/cetz:0.3.0"\n```',
    '```{{=typst}}\n#plugin("{secret}")\n```',
    '```{{.include}}\n{secret}\n```', "```{{=latex}}\n\\input{{{secret}}}\n```",
    '$\\text{{"; #read("{secret}")}}$', '$\\text{{"}}#read("{secret}")$', "$\\input{{{secret}}}$",
    '$x \\tag{{"); #read("{secret}")}}$', '$\\operatorname{{a"; #read("{secret}")}}$',
    '#read("{secret}")', '[a]({secret})', '<a href="{secret}">b</a>',
    '| #read("{secret}") |\n|---|', '![#read("{secret}")](attachment:a.png)',
    '![x](attachment:a.png "]; #read(\\"{secret}\\") #[")',
    "<iframe src='{secret}'></iframe>", "<object data='{secret}'></object>",
    "<embed src='{secret}'>", "<!--#include file='{secret}'-->", '{{{{< include {secret} >}}}}',
    "```{{literalinclude}} {secret}\n```", "#+INCLUDE: {secret}",
    "---\nbibliography: {secret}\n---",
    '# Title <read("{secret}")> #read("{secret}")']


@pytest.mark.attack
@pytest.mark.parametrize("text", RAW)
def test_no_markup_reads_a_file(place, text):
    secret = (place / "secret.txt").as_posix()
    attached = {"a.png": {"image/png": base64.b64encode(png()).decode()}}
    source = text.format(secret=secret)
    _, shown_text, _ = export(
        markdown(source, attachments=attached), nb4.new_raw_cell(source),
        nb4.new_raw_cell(source, metadata={"raw_mimetype": "text/latex"}),
        code(source, stream(source), shown(text_html=source), shown(text_latex=source)),
        markdown("the end"), folder=place, include_code=True)
    assert CANARY not in shown_text and "the end" in shown_text


@pytest.mark.attack
@pytest.mark.parametrize("inside", [
    '<image href="{secret}" width="50" height="50"/>',
    '<image xlink:href="{secret}" width="50" height="50"/>',
    '<image href="file://{secret}" width="50" height="50"/>',
    '<image href="../secret.png" width="50" height="50"/>',
    '<style>@import url("{secret}"); rect {{ fill: url({secret}) }}</style>',
    '<use href="{secret}#a"/>', '<script>alert(1)</script>',
    '<foreignObject><iframe src="{secret}"/></foreignObject>'])
def test_an_svg_reads_no_file(place, inside):
    secret = (place / "secret.png").as_posix()
    reader, text, _ = export(svg(inside.format(secret=secret)), markdown("the end"), folder=place)
    assert count_pictures(reader) == 0 and "the end" in text


def test_an_svg_with_an_entity_reads_no_file(place):
    data = ('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://%s">]>'
            '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="20"><text y="9">&x;</text>'
            "</svg>" % (place / "secret.txt").as_posix())
    output = nb4.new_output("display_data", {"image/svg+xml": data})
    _, text, _ = export(code("svg", output), markdown("the end"), folder=place)
    assert CANARY not in text and "the end" in text


# Fetching ---------------------------------------------------------------------------------------

@pytest.fixture
def listener():
    """A web server on this machine: its address, and the list of what was asked of it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.mark.attack
def test_nothing_is_fetched(place, listener):
    address, asked = listener
    forms = ["![]({0}/a.png)", "<img src='{0}/b.png'>", "<iframe src='{0}/c'></iframe>",
             "<link rel='stylesheet' href='{0}/d.css'>", "<script src='{0}/e.js'></script>",
             "<object data='{0}/f'></object>", "<style>@import '{0}/g.css';</style>",
             '```{{=typst}}\n#image("{0}/h.png")\n```', "<img srcset='{0}/i.png 2x'>",
             "<video poster='{0}/j.png' src='{0}/k.mp4'></video>", "[link]({0}/l)",
             "<body background='{0}/m.png'>", "<base href='{0}/'><img src='n.png'>"]
    cells = [markdown(form.format(address)) for form in forms]
    cells += [code("h", shown(text_html=form.format(address))) for form in forms]
    cells += [svg(f'<image href="{address}/o.png" width="9" height="9"/>'),
              svg(f'<style>@import "{address}/p.css";</style>')]
    write(place / "notebooks", *cells)
    status, output = run_report(place)
    assert status == 1 and output.exists() and asked == []


INJECTIONS = [     # pandoc copies such attributes as typst, and decodes such letters
    '<table><tr><td typst:inset="1pt)[#(40+2)],table.cell(inset:1pt">x</td></tr></table>',
    "<table typst:text:fill='{panic()}'><tr><td>x</td></tr></table>",
    "<table><tr data-typst:fill='{panic()}'><td data-typst:fill='{panic()}'>x</td></tr></table>",
    "<table><thead typst:fill='{panic()}'><tr><th typst:fill='{panic()}'>x</th></tr></thead>"
    "<tbody typst:fill='{panic()}'><tr><td>y</td></tr></tbody></table>",
    "<div typst:text:fill='{panic()}'>x</div>", "<span typst:text:fill='{panic()}'>x</span>",
    "<p typst:text:fill='{panic()}'>x <a href='https://a.b' typst:fill='{panic()}'>x</a></p>",
    "<h2 id='a)[#panic()]' class='x)#panic()'>x</h2>", "<pre class='a\"b #panic()'>x</pre>",
    "`#(40+2) `{=typst}\n\n![&#xE002;0&#xE003;](attachment:a.png)",
    "`x`{=typst} &#xE002;0&#xE003; &#xE002;9&#xE003; &#xE000;0&#xE001; $x$",
    "![x](attachment:a.png \"&#xE002;0&#xE003;\") `x`{=typst}",
    "see <mailto:a$\\text{+str(40+2)+}$>", "[a](<https://x/ $\\text{+str(40+2)+}$>)",
    "[q]\n\n[q]: <https://x/ $\\text{+str(40+2)+}$>", "![x](<a$\\text{+str(40+2)+}$.png>)",
    "<div><a href='https://x/>$\\text{+str(40+2)+}$'>link</a></div>",
    "```{=latex}\n      ```\n$\\text{+str(40+2)+}$\n```", "`$\\text{+str(40+2)+}$`{=latex}",
    "[a](https://x 'title $\\text{+str(40+2)+}$')", "```python $\\text{+str(40+2)+}$\nx\n```",
    "| &#xE000;0&#xE001; |\n|---|\n| &#xE002;0&#xE003; |"]


def make_captioned(text):
    """Return a cell whose captions, label and alternative text hold a text."""
    options = [f"#| {name}: {' '.join(text.split())}"
               for name in ("label", "fig-cap", "fig-alt", "tbl-cap")]
    return code("\n".join(options), shown(image_png=base64.b64encode(png()).decode()),
                shown(text_html="<table><tr><td>x</td></tr></table>"))


@pytest.mark.attack
@pytest.mark.parametrize("text", INJECTIONS)
def test_no_markup_becomes_typst(text):
    attached = {"a.png": {"image/png": base64.b64encode(png()).decode()}}
    reader, shown_text, problems = export(markdown(text, attachments=attached),
                                          code("h", shown(text_html=text)), make_captioned(text),
                                          markdown("the end"))
    links = [link.get_object()["/A"]["/URI"] for page in reader.pages
             for link in page.get("/Annots", [])]
    assert "42" not in (shown_text + " ".join(links)).replace("str(40+2)", "")
    assert "the end" in shown_text
    if "xE00" not in text:      # what it says shows no token
        assert not [problem for problem in problems if "\ufffd" in problem.words]
    assert not [problem for problem in problems if "cannot draw" in problem.words
                or "cannot be drawn" in problem.words]


@pytest.mark.parametrize("forged", ["\ue0020\ue003", "\ue0000\ue001", "\ue0029\ue003"])
def test_no_string_can_forge_a_token(forged):
    cell = code(f"#| fig-cap: {forged}", shown(image_png=base64.b64encode(png()).decode()))
    cell.metadata["caption"] = forged
    raw = markdown("`#(40+2)`{=typst} $x$")
    _, text, _ = export(raw, cell, code("t", stream(forged)), markdown(forged),
                        name=f"{forged}.ipynb")
    assert "#raw" not in text and text.count("#(40+2)") == 1


# Running and writing ----------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["`{}`{{=typst}}", "```{{=typst}}\n{}\n```"])
def test_raw_typst_is_printed_and_not_run(form):
    _, text, problems = export(markdown(form.format("#(40 + 2)")))
    assert "#(40 + 2)" in text and "42" not in text and problems[0].kind == "unprintable"


def test_no_code_is_run_and_nothing_is_written_but_the_output(place, monkeypatch):
    monkeypatch.chdir(place / "notebooks")
    (place / "notebooks" / "json.py").write_text("open('imported', 'w')")     # were it imported
    picture = base64.b64encode(png()).decode()
    cell = code("open('ran', 'w')", shown(text_html="<script>1</script>", image_png=picture))
    cell.outputs[0].metadata = {"filenames": {"image/png": "../../written.png"}}
    write(place / "notebooks", cell, markdown("![](../../x.png)", attachments={
        "../../y.png": {"image/png": "AAAA"}}), markdown("```{=typst}\n#panic()\n```"))
    before = list_files(place)
    assert run_report(place)[0] == 1
    assert list_files(place) == sorted([*before, "report.pdf"])  # temporary files are gone too


@pytest.mark.attack
def test_a_worker_that_is_stopped_leaves_nothing(place, capsys):
    write(place / "notebooks", *[markdown(f"word{n} " * 20_000) for n in range(40)])
    before, others = list_files(place), set(psutil.Process().children())
    status, output = run_report(place, "--time-limit", "1")
    line, = capsys.readouterr().err.splitlines()
    assert status == 2 and "was not done after 1 s" in line
    assert list_files(place) == before and set(psutil.Process().children()) <= others


@pytest.mark.attack
def test_typst_that_is_stopped_leaves_nothing(place, monkeypatch, capsys):
    script = ("import sys, time; sys.path[0] = sys.argv.pop(1); from kit.report import "
              "typesetting, pdf_process; "
              "typesetting.compile_pdf = lambda *_: time.sleep(60); pdf_process.main()")
    monkeypatch.setattr("kit.report.launcher.START", script)
    write(place / "notebooks", markdown("a"))
    before = list_files(place)
    assert run_report(place, "--time-limit", "2")[0] == 2
    assert "was not done after 2 s" in capsys.readouterr().err and list_files(place) == before


def test_memory_is_limited(place, capsys):
    write(place / "notebooks", markdown("a"))
    status, output = run_report(place, "--memory-limit", "20")
    line, = capsys.readouterr().err.splitlines()
    assert status == 2 and "needs more than 20 MB of memory" in line and not output.exists()


@pytest.mark.attack
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_the_systems_own_limit_holds_too(place, monkeypatch, capsys):
    script = ("import sys; sys.path[0] = sys.argv.pop(1); from kit.report import pdf_process; "
              "pdf_process.ADDRESS_SPACE = 0; "
              "pdf_process.make_report = lambda request: bytearray(2**31); pdf_process.main()")
    monkeypatch.setattr("kit.report.launcher.START", script)
    write(place / "notebooks", markdown("a"))
    assert run_report(place, "--memory-limit", "300")[0] == 2
    assert "need more memory than they may use" in capsys.readouterr().err


@pytest.mark.faults
@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_report_that_is_ended_leaves_no_worker(place, number):
    write(place / "notebooks", *[markdown(f"word{n} " * 20_000) for n in range(60)])
    process = psutil.Popen([sys.executable, "-m", "kit", "report", "-o", str(place / "report.pdf"),
                            str(place / "notebooks" / "answers.ipynb")], cwd=ROOT)
    while len(process.children(recursive=True)) < 2:     # the worker, and its pandoc
        assert process.poll() is None
        time.sleep(0.05)
    family = process.children(recursive=True)
    process.send_signal(number)
    process.wait(20)
    psutil.wait_procs(family, timeout=20)
    assert not any(member.is_running() for member in family)
    left = [name for name in list_files(place) if "temporary/" in name or name == "report.pdf"]
    assert left == []
    assert number == signal.SIGKILL or not list(place.glob(".unfinished*"))


def test_an_interrupted_report_leaves_nothing(place, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt
    write(place / "notebooks", markdown("a"))
    monkeypatch.setattr("kit.report.launcher.measure_memory", interrupt)
    before = list_files(place)
    assert run_report(place)[0] == 130 and list_files(place) == before


BOMBS = {
    "lists": "- " * 5000 + "x", "quotes": "> " * 5000 + "x", "brackets": "[" * 20_000,
    "emphasis": "*a_ " * 10_000, "backticks": "`" * 50_001, "dollars": "$ " * 20_000,
    "html": "<div>" * 5000, "links": "[a](" * 10_000,
    "table": "|" * 5000 + "\n" + "|-" * 5000 + "|",
    "braces": "$" + "{" * 5000 + "}" * 5000 + "$", "one line": "x" * 2_000_000,
    "macros": "$\\def\\a{\\a\\a}\\a$", "entities": "&#x1F600;" * 5000, "tags": "<b>" * 5000}


@pytest.mark.attack
@pytest.mark.parametrize("name", BOMBS)
def test_markup_made_to_take_for_ever_does_not(place, name, capsys):
    write(place / "notebooks", markdown(BOMBS[name]), code("t", stream(BOMBS[name])),
          code("h", shown(text_html=BOMBS[name], text_latex=BOMBS[name])), markdown("the end"))
    started = time.monotonic()
    status, output = run_report(place, "--time-limit", "20")
    assert time.monotonic() - started < 30      # the limit, and time to stop
    if status == 2:
        assert len(capsys.readouterr().err.splitlines()) == 1
    else:
        assert "the end" in read_pdf(output.read_bytes())[1]


@pytest.mark.attack
def test_an_svg_bomb_is_stopped_or_printed(place):
    entity = '<!DOCTYPE svg [<!ENTITY a "' + "x" * 1000 + '">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefg", "bcdefgh"))
    data = (f'<?xml version="1.0"?>{entity}]><svg xmlns="http://www.w3.org/2000/svg" width="9" '
            'height="9"><text>&h;</text></svg>')
    write(place / "notebooks", code("s", nb4.new_output("display_data", {"image/svg+xml": data})),
          markdown("the end"))
    status, output = run_report(place, "--time-limit", "20")
    assert status in (1, 2) and (status == 2 or "the end" in read_pdf(output.read_bytes())[1])


# What is said -----------------------------------------------------------------------------------

@pytest.mark.attack
def test_nothing_printed_can_steer_a_terminal(place, capsys):
    error = nb4.new_output("error", ename="\x1b[2J", evalue="\x1b]0;x\x07\u202e", traceback=[])
    write(place / "notebooks", code("t", error), markdown("![](\x1b[31m.png) $\\foo\x1b[2J$ "
                                                          "<iframe\x1b[2J>"))
    assert run_report(place)[0] == 1
    told = capsys.readouterr().err
    assert "\x1b" not in told and "\x07" not in told and "\u202e" not in told


def test_the_order_of_letters_is_not_turned_around():
    _, text, _ = export(markdown("a \u202eb c"), code("t", stream("d \u2066e")))
    assert "a \ufffdb c" in text and "d \ufffde" in text
