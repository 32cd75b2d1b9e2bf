"""The report: what goes into the PDF, what stays out, and what is said when it cannot be made."""

import base64
import io
import re
import zlib

import nbformat
import nbformat.v4 as nb4
import pypdf
import pytest

from kit import report
from kit.__main__ import main as kit_main
from kit.exporter import TypstPDFExporter


def markdown(text, **more):
    """Return a Markdown cell."""
    return nb4.new_markdown_cell(text, **more)


def code(source, *outputs):
    """Return a code cell that has been run."""
    return nb4.new_code_cell(source, outputs=list(outputs), execution_count=1)


def shown(**data):
    """Return an output with MIME types as keywords: text_plain is text/plain."""
    return nb4.new_output("display_data", {kind.replace("_", "/"): value
                                           for kind, value in data.items()})


def stream(text, name="stdout"):
    """Return a stream output."""
    return nb4.new_output("stream", name=name, text=text)


def png(width=4, height=3):
    """Return the bytes of a small grey PNG."""
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + bytes([8, 0, 0, 0, 0]))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def export(*cells, folder=None, **options):
    """Return (reader, text, warnings) of the PDF made of cells."""
    resources = {"metadata": {"name": "task1", "path": str(folder) if folder else "."}}
    pdf, resources = TypstPDFExporter(**options).from_notebook_node(
        nb4.new_notebook(cells=list(cells)), resources)
    return (*opened(pdf), resources["warnings"])


def opened(pdf):
    """Return a PDF's reader and its text on one line."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def pictures(reader):
    """Return how many pictures a PDF shows."""
    return sum(len(page.images) for page in reader.pages)


@pytest.fixture
def folder(tmp_path):
    """A folder with a notebook task1.ipynb of one heading."""
    write(tmp_path, markdown("# Task 1  Å"))
    return tmp_path


def write(folder, *cells, name="task1.ipynb"):
    """Write a notebook of cells and return its path as the command line gives it."""
    nbformat.write(nb4.new_notebook(cells=list(cells)), folder / name)
    return str(folder / name)


def run(folder, *arguments):
    """Return (exit status, output path) of the report on task1.ipynb in a folder."""
    output = folder / "build" / "report.pdf"
    return report.main([str(folder / "task1.ipynb"), "-o", str(output), *arguments]), output


# What goes into the PDF -------------------------------------------------------------------------

def test_headings_tables_and_letters_are_in_the_pdf():
    _, text, warnings = export(
        markdown("# Task 2  Blåbærsyltetøy\n\nΣ → ≤ «naïve»\n\n| run | loss |\n|---|---|\n"
                 "| + improved sigmoid | 0.125 |"),
        code("t", shown(text_markdown="| a | b |\n|--|--|\n| + momentum | 97.5 |")))
    assert warnings == []
    for expected in ("Task 2 Blåbærsyltetøy", "Σ → ≤ «naïve»", "+ improved sigmoid 0.125",
                     "+ momentum 97.5"):
        assert expected in text


@pytest.mark.parametrize("text", [
    "+ a", "- a", "= a", "== a", "/ a: b", "1. a", "**b**(c)", "**b**[c]", "*b*.c", "~~a~~(b)",
    "a // b", "/* a", "a_b_c", "<a>", "@a", "#a", "a--b", "'a'", '"a"', "x~y", "[a](b)"])
def test_text_means_in_typst_what_it_means_in_markdown(text):
    plain = re.sub(r"[*~](?=[*~a-c(\[.])|(?<=[a-c])[*~]+", "", text) if text[0] in "*~" else text
    plain = "a" if text == "[a](b)" else plain
    cell = text.replace("<", "\\<")
    _, shown_text, _ = export(markdown(f"| A |\n|---|\n| {cell} |\n\n&#8203;{cell} end"))
    assert shown_text.count(plain) >= 2, shown_text


def test_html_tables_are_kept_and_plain_text_beside_them_is_not():
    html = "<style>td{}</style><table><tr><th>lr</th></tr><tr><td>0.02</td></tr></table>"
    _, text, _ = export(code("t", shown(text_html=html, text_plain="   lr of plain")))
    assert "lr 0.02" in text and "plain" not in text and "td{}" not in text


def test_pictures_are_shown_once_and_their_plain_text_is_not():
    figure = shown(image_png=base64.b64encode(png()).decode(),
                   text_plain="<Figure size 1000x400 with 2 Axes>")
    reader, text, warnings = export(code("plt.show()", figure))
    assert pictures(reader) == 1 and "Figure size" not in text and warnings == []


def test_code_is_hidden_by_default_and_shown_on_request():
    cells = [code("secret_name = 1", stream("output stays"))]
    assert "secret_name" not in export(*cells)[1]
    assert "secret_name = 1" in export(*cells, include_code=True)[1]
    assert "output stays" in export(*cells)[1]


def test_tags_hide_input_output_and_cells():
    cells = [code("shown = 1", stream("first")), code("hidden = 2", stream("second")),
             code("third = 3", stream("third"))]
    cells[1].metadata.tags, cells[2].metadata.tags = ["remove-input"], ["remove-cell"]
    _, text, _ = export(*cells, include_code=True)
    assert "shown" in text and "second" in text and "hidden" not in text and "third" not in text


def test_stderr_is_left_out_and_escape_codes_too():
    _, text, _ = export(code("t", stream("50%|#####", "stderr"), stream("\x1b[31mred\x1b[0m")))
    assert "50%" not in text and "red" in text and "[31m" not in text


def test_long_output_is_shortened_with_a_note():
    _, text, _ = export(code("t", stream("\n".join(f"line{n}." for n in range(500)))))
    assert "line0." in text and "line499." in text and "line250." not in text
    assert "440 lines left out" in text


def test_code_and_text_need_no_escaping():
    nasty = 'a \\ "b" #read("x") $y$ `z` ]{ @q // c'
    assert "#read" in export(code("t", stream(nasty)))[1]
    assert "#read" in export(markdown(f"```\n{nasty}\n```\n\n#read(1) @q"))[1]


def test_metadata_and_page_numbers(folder):
    status, output = run(folder, "--author", "Åse", "--author", "Bo", "--title", "T & <1>",
                         "--date", "2026-03-01")
    reader, text = opened(output.read_bytes())
    assert status == 0 and reader.metadata.title == "T & <1>"
    assert "Åse & Bo" in text and "1 March 2026" in text and "1 / 1" in text
    assert reader.trailer["/Root"]["/Lang"].startswith("en")
    assert "/StructTreeRoot" in reader.trailer["/Root"]


# Safety -----------------------------------------------------------------------------------------

def test_pictures_of_the_folder_and_attachments_are_shown(tmp_path):
    (tmp_path / "own picture.png").write_bytes(png())
    attached = {"a.png": {"image/png": base64.b64encode(png(5, 5)).decode()}}
    reader, _, warnings = export(
        markdown('![](<own picture.png>)\n\n<img src="own%20picture.png" width="20">\n\n'
                 "![](attachment:a.png)", attachments=attached), folder=tmp_path)
    assert pictures(reader) >= 2 and warnings == []


@pytest.mark.parametrize("source", ["../secret.png", "{absolute}", "link.png", "missing.png",
                                    "https://example.org/a.png", "attachment:none.png"])
def test_pictures_from_elsewhere_are_not_read(tmp_path, source):
    inside = tmp_path / "notebooks"
    inside.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    try:
        (inside / "link.png").symlink_to(tmp_path / "secret.png")
    except OSError:  # Windows without the right to make links
        pass
    source = source.format(absolute=(tmp_path / "secret.png").as_posix())
    reader, text, warnings = export(markdown(f"![]({source})"), folder=inside)
    assert pictures(reader) == 0 and "is not shown" in text and len(warnings) == 1


def test_raw_html_and_raw_typst_do_no_harm(tmp_path):
    (tmp_path / "secret.txt").write_text("top secret")
    _, text, warnings = export(markdown(
        f'<iframe src="{tmp_path}/secret.txt"></iframe> x<sup>2</sup> <b>bold</b>\n\n'
        f'```{{=typst}}\n#read("{tmp_path}/secret.txt")\n```\n\nend'), folder=tmp_path)
    assert "top secret" not in text and "bold" in text and "end" in text
    assert len(warnings) == 1 and "raw typst" in warnings[0]


def test_the_report_is_not_lost_to_what_nobody_thought_of(monkeypatch):
    from kit.pdf import typesetting
    ask = typesetting.run_pandoc

    def spoilt(question):
        answer = ask(question)
        return {**answer, "parts": ["#emph[a].b", *answer["parts"][1:]]}
    monkeypatch.setattr(typesetting, "run_pandoc", spoilt)
    _, text, warnings = export(markdown("first *cell*"), markdown("second $x^2$"))
    assert "first *cell*" in text and "second" in text and len(warnings) == 1


# Files and exit statuses ------------------------------------------------------------------------

def said(capsys):
    """Return the one line on stderr."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "Traceback" not in lines[0], lines
    return lines[0]


def test_a_missing_notebook_is_one_line(tmp_path, capsys):
    status, output = run(tmp_path)
    assert status == 2 and not output.exists()
    assert re.search(r"task1\.ipynb was not found: expected a notebook", said(capsys))


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"cells": 3}', "\x00"])
def test_a_file_that_is_no_notebook_is_one_line(tmp_path, capsys, content):
    (tmp_path / "task1.ipynb").write_text(content)
    status, output = run(tmp_path)
    assert status == 2 and not output.exists() and "is not a notebook" in said(capsys)


@pytest.mark.parametrize("content", ["title = ", "authors = 'me'", "author = ['me']", "title = 5"])
def test_settings_that_are_wrong_are_one_line(folder, capsys, content):
    (folder / "report.toml").write_text(content)
    assert run(folder)[0] == 2 and "report.toml" in said(capsys)


def test_settings_are_used_and_flags_win(folder):
    (folder / "report.toml").write_text(
        'title = "From file"\nauthors = ["Group 7"]\ndate = 2026-02-03', encoding="utf-8")
    text = opened(run(folder, "--title", "From flag")[1].read_bytes())[1]
    assert "From flag" in text and "Group 7" in text and "3 February 2026" in text


def test_an_output_that_cannot_be_written_is_one_line(folder, capsys):
    (folder / "build").write_text("a file where a folder is wanted")
    assert run(folder)[0] == 2 and "cannot be written" in said(capsys)


def test_the_output_appears_whole_or_not_at_all(folder, monkeypatch):
    status, output = run(folder)
    before = output.read_bytes()
    monkeypatch.setattr("kit.pdf.typesetting.run_pandoc", lambda question: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(folder)
    assert output.read_bytes() == before and list(output.parent.iterdir()) == [output]


@pytest.mark.parametrize("epoch", ["soon", "-5", "9" * 30])
def test_a_senseless_epoch_costs_no_report(folder, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    write(folder, markdown("# T"))
    assert run(folder)[0] == 0


def test_the_same_bytes_twice(folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = run(folder)[1].read_bytes()
    assert run(folder)[1].read_bytes() == first
    assert "14 November 2023" in opened(first)[1]


def test_notebooks_are_joined_in_order_with_their_own_pictures(tmp_path):
    for name, size in (("a", 3), ("b", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.png").write_bytes(png(size, size))
        write(tmp_path / name, markdown(f"# Heading {name}\n\n![](same.png)"), name="n.ipynb")
    output = tmp_path / "out.pdf"
    assert report.main([str(tmp_path / "a/n.ipynb"), str(tmp_path / "b/n.ipynb"),
                        "-o", str(output)]) == 0
    reader, text = opened(output.read_bytes())
    assert text.index("Heading a") < text.index("Heading b") and pictures(reader) == 2


def test_a_notebook_that_was_not_run_is_a_warning(folder, capsys):
    write(folder, nb4.new_code_cell("1 + 1"))
    assert run(folder)[0] == 1 and "has not been run" in said(capsys)


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as stop:
        kit_main(["--help"])
    assert stop.value.code == 0 and "report" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, problem", [
    ([], "no command was given: choose one of run, report"), (["foo"], "invalid choice: 'foo'")])
def test_a_missing_or_unknown_command_is_named(arguments, problem, capsys):
    with pytest.raises(SystemExit) as stop:
        kit_main(arguments)
    assert stop.value.code == 2 and problem in capsys.readouterr().err


# Executing --------------------------------------------------------------------------------------

def test_execute_runs_a_copy_and_relays_progress(folder, capsys):
    path = write(folder, nb4.new_code_cell(
        "import sys; print('50%', file=sys.stderr)\nopen('new.txt', 'w').close()\nprint(6 * 7)"))
    before = open(path, "rb").read()
    status, output = run(folder, "--execute")
    assert status == 0 and "42" in opened(output.read_bytes())[1]
    assert open(path, "rb").read() == before and not (folder / "new.txt").exists()
    assert "50%" in capsys.readouterr().err


def test_run_stores_outputs_in_place_without_progress_bars(folder, capsys):
    path = write(folder, nb4.new_code_cell("import sys; print('50%', file=sys.stderr); 6 * 7"))
    assert kit_main(["run", str(path)]) == 0
    cell, = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1 and [o.data["text/plain"] for o in cell.outputs] == ["42"]
    assert "50%" in capsys.readouterr().err


def test_run_leaves_a_notebook_that_fails_as_it_was(folder, capsys):
    path = write(folder, nb4.new_code_cell("1 + 1"), nb4.new_code_cell("1 / 0"))
    before = open(path, "rb").read()
    assert kit_main(["run", str(path)]) == 2
    assert open(path, "rb").read() == before
    assert "task1.ipynb, cell 2 failed: ZeroDivisionError" in capsys.readouterr().err


def test_a_cell_that_fails_is_named(folder, capsys):
    write(folder, markdown("# T"), nb4.new_code_cell("1 / 0"))
    status, output = run(folder, "--execute")
    assert status == 2 and not output.exists()
    assert "task1.ipynb, cell 2 failed: ZeroDivisionError: division by zero" \
        in capsys.readouterr().err.splitlines()[-1]
