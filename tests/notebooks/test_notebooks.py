"""The reference notebooks: complete, executed, and shaped as their readers expect."""
import ast
import base64
import re
import struct

import nbformat
import pytest

from pathlib import Path

from here import ASSIGNMENT, BY_ID, ROOT

SUBTASKS = {Path(name).stem: [BY_ID[one] for one in subtasks]
            for name, subtasks in ASSIGNMENT.notebooks.items()}
NUMBER = re.compile(r"\d+(?:[.,{}]+\d+)*")
IGNORED = "nbval-ignore-output"


def notebook(name):
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def code_cells(name):
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def sections(name):
    """{section id: its cells}, the id being the part of the cells' ids before the first dash."""
    found = {}
    for cell in notebook(name).cells:
        found.setdefault(cell.id.split("-")[0], []).append(cell)
    return found


def source(cells, kind):
    return "\n".join(cell.source for cell in cells if cell.id.endswith(kind))


def test_the_points_of_all_subtasks_are_a_hundred():
    assert sum(subtask.points for subtask in ASSIGNMENT.subtasks) == 100
    assert sum(sum(subtask.by_code.values()) for subtask in ASSIGNMENT.subtasks) == 60


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_subtask_has_its_section_answer_and_check_in_order(name):
    found = sections(name)
    ids = [subtask.id for subtask in ASSIGNMENT.subtasks]
    assert [key for key in found if key in ids] == [subtask.id for subtask in SUBTASKS[name]]
    for subtask in SUBTASKS[name]:
        cells = found[subtask.id]
        intro = source(cells, "intro")
        assert intro.startswith(f"## {subtask.id}  {subtask.title} ({subtask.points} points)")
        assert re.match(r"\*\*(Reading|Answer)\.\*\* ", source(cells, "reading"))
        checks = [cell for cell in cells if re.search("-check(-[a-z]+)?$", cell.id)]
        assert checks, f"{subtask.id} has no check"
        assert all(re.search("^ *assert ", cell.source, re.MULTILINE) for cell in checks)


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_code_cell_was_executed_in_order_and_without_error(name):
    assert [cell.execution_count for cell in code_cells(name)] == list(
        range(1, len(code_cells(name)) + 1)), "run: make notebooks"
    for cell in code_cells(name):
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id


@pytest.mark.parametrize("name", SUBTASKS)
def test_at_most_a_third_of_the_cells_with_output_is_not_compared(name):
    with_output = [cell for cell in code_cells(name) if cell.outputs]
    ignored = [cell.id for cell in with_output if IGNORED in cell.metadata.get("tags", [])]
    assert len(ignored) <= len(with_output) / 3, ignored
    assert not re.search("NBVAL", "".join(cell.source for cell in code_cells(name)))


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_notebook_begins_by_saying_where_the_scripts_stand(name):
    first = code_cells("task1")[0].source.splitlines()[0]
    assert first.startswith('import sys; sys.path.insert(0, "..")')
    assert code_cells(name)[0].source.splitlines()[0] == first


@pytest.mark.parametrize("name", SUBTASKS)
def test_cells_are_short_and_hold_no_long_function(name):
    for cell in code_cells(name):
        lines = [line for line in cell.source.splitlines() if not line.startswith(("#|", "# "))]
        assert len(lines) <= 10 and max(map(len, lines)) <= 99, cell.id
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 5, cell.id


def words(text):
    """Words of prose, a formula counting as one."""
    text = re.sub(r"\$[^$]+\$", "formula", re.sub(r"^##.*$", "", text, flags=re.MULTILINE))
    return len([word for word in text.split() if re.search(r"\w", word)])


@pytest.mark.parametrize("name", SUBTASKS)
def test_introductions_and_readings_keep_to_their_length(name):
    for cells in sections(name).values():
        for cell in cells:
            low, high = ((25, 60) if cell.id == f"{cell.id.split('-')[0]}-intro" else
                         (40, 90) if cell.id.endswith("reading") else (0, 10**6))
            assert low <= words(cell.source) <= high, (cell.id, words(cell.source))


def backing(cells):
    """Everything in a section that backs its reading: text, outputs, captions, assertions."""
    texts = [cell.source for cell in cells
             if cell.cell_type == "markdown" and not cell.id.endswith("-reading")]
    texts += [cell.source for cell in cells if re.search("-check(-[a-z]+)?$", cell.id)]
    texts += ["\n".join(options_of(cell).values()) for cell in cells]
    for cell in cells:
        for output in cell.get("outputs", []):
            texts += [str(output.get("data", {}).get("text/plain", "")), output.get("text", "")]
    return set(NUMBER.findall(" ".join(texts).replace("{,}", ",").replace("_", ",")))


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_number_of_a_reading_stands_in_its_section(name):
    missing = {}
    for section, cells in sections(name).items():
        reading = source(cells, "reading").replace("{,}", ",")
        # without references and names of subtasks
        reading = re.sub(r"\[[^]]+\]\(#[^)]+\)|\b\d+[a-e]\b", "", reading)
        seen = backing(cells)
        absent = [number for number in NUMBER.findall(reading)
                  if number not in seen and not re.fullmatch(r"\d{1,2}", number)]
        if absent:
            missing[section] = absent
    assert not missing


@pytest.mark.parametrize("name", SUBTASKS)
def test_a_reading_repeats_three_numbers_at_most(name):
    for section, cells in sections(name).items():
        repeated = re.findall(r"\d+\.\d+(?: (?:±|to) [\d.]+)?|\d+,\d{3}|"
                              r"(?<![.,\d])\d{3}(?![.,\d])",
                              source(cells, "reading").replace("{,}", ","))
        assert len(set(repeated)) <= 3, (section, repeated)


# ------------------------------------------------- figures, tables and what is said about them

def options_of(cell):
    """The options of a code cell: {"fig-cap": …}."""
    return dict(re.findall(r"^#\| ([\w-]+): (.+)$", cell.source, re.MULTILINE))


def numbered():
    """{label: "Figure 3" or "Table 2"} in all notebooks, as the report numbers them."""
    text = "\n".join(cell.source for name in SUBTASKS for cell in notebook(name).cells)
    found = {}
    for option, anchor in re.findall(r'^(?:#\| label: (.+)|<a id="(.+)"></a>Table: )', text,
                                     re.MULTILINE):
        label = option or anchor
        count = sum(one.startswith(label[:3]) for one in found)
        found[label] = f"{'Figure' if label.startswith('fig-') else 'Table'} {count + 1}"
    return found


def test_every_figure_and_table_is_referred_to_by_the_number_that_the_report_gives_it():
    text = "\n".join(cell.source for name in SUBTASKS for cell in notebook(name).cells
                     if cell.cell_type == "markdown")
    references = re.findall(r"\[((?:Figure|Table) \d+)\]\(#([^)]+)\)", text)
    assert {label: number for number, label in references} == numbered()
    assert not re.search(r"(?<!\[)\b(?:Figure|Table) \d", text)        # none without its link


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_figure_has_a_caption_and_a_description_and_every_table_a_caption(name):
    for cell in code_cells(name):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        options = options_of(cell)
        is_figure, is_table = "image/png" in kinds, "text/markdown" in kinds
        assert ("fig-cap" in options) == ("fig-alt" in options) == is_figure, cell.id
        assert ("tbl-cap" in options) == is_table, cell.id
        assert options.get("label", "").startswith("fig-" * is_figure + "tbl-" * is_table), cell.id
        assert ("label" in options) == (is_figure or is_table), cell.id


@pytest.mark.parametrize("name", SUBTASKS)
def test_a_quantity_has_one_axis_in_all_figures_of_a_notebook(name):
    axes = {}
    for cell in code_cells(name):
        if "plot_runs" in cell.source:
            for side, limits in re.findall(r"(left|right)\.set\((.+)\)", cell.source):
                axes.setdefault(side, set()).add(limits)
    assert all(len(limits) == 1 for limits in axes.values()), axes
    assert (len(axes) == 2) == (name in ("task2", "task3", "task4"))


@pytest.mark.parametrize("name", SUBTASKS)
def test_figures_have_the_pixels_for_print(name):
    for cell in code_cells(name):
        for output in cell.outputs:
            if picture := output.get("data", {}).get("image/png"):
                width, = struct.unpack(">I", base64.b64decode(picture)[16:20])
                assert width >= 200 * 6.46 * 0.95 or cell.id == "inside-confusion", cell.id


@pytest.mark.parametrize("name", SUBTASKS)
def test_a_question_stands_before_every_run_and_two_code_cells_at_most_follow_each_other(name):
    before, in_a_row = "", 0
    for cell in notebook(name).cells:
        in_a_row = in_a_row + 1 if cell.cell_type == "code" else 0
        assert in_a_row <= 2, cell.id
        if "run_all(" in cell.source:
            assert re.match(r"\*\*Question\.\*\* .*\?", before), cell.id
        before = cell.source if cell.cell_type == "markdown" else before


def test_training_leaves_no_trace_of_this_machine():
    for name in SUBTASKS:
        text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert str(ROOT) not in text and "Traceback" not in text
