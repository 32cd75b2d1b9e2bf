"""The reference notebooks: complete, executed, and shaped as their readers expect."""
import ast
import re

import nbformat
import pytest

from kit import assignment
from utils import ROOT

SUBTASKS = {f"task{task}": [subtask for subtask in assignment.SUBTASKS if subtask.task == task]
            for task in (1, 2, 3, 4)}
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
    assert sum(subtask.points for subtask in assignment.SUBTASKS) == 100
    assert sum(sum(subtask.by_code.values()) for subtask in assignment.SUBTASKS) == 60


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_subtask_has_its_section_answer_and_check_in_order(name):
    found = sections(name)
    ids = [subtask.id for subtask in assignment.SUBTASKS]
    assert [key for key in found if key in ids] == [subtask.id for subtask in SUBTASKS[name]]
    for subtask in SUBTASKS[name]:
        cells = found[subtask.id]
        intro = source(cells, "intro")
        assert intro.startswith(f"## {subtask.id}  {subtask.title} ({subtask.points} points)")
        assert re.match(r"\*\*(Reading|Answer)\.\*\* ", source(cells, "reading"))
        checks = [cell for cell in cells if re.search("-check(-more)?$", cell.id)]
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
def test_the_first_code_cell_is_the_same_everywhere(name):
    assert code_cells(name)[0].source == code_cells("task1")[0].source


@pytest.mark.parametrize("name", SUBTASKS)
def test_cells_are_short_and_hold_no_long_function(name):
    for cell in code_cells(name):
        lines = cell.source.splitlines()
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
            low, high = ((25, 60) if cell.id.endswith("intro") else
                         (40, 90) if cell.id.endswith("reading") else (0, 10**6))
            assert low <= words(cell.source) <= high, (cell.id, words(cell.source))


def shown(cells):
    """Everything a reader of the section sees but its reading: text outputs, introduction."""
    texts = [source(cells, "intro"), source(cells, "answer")]
    for cell in cells:
        for output in cell.get("outputs", []):
            texts += [str(output.get("data", {}).get("text/plain", "")), output.get("text", "")]
    return set(NUMBER.findall(" ".join(texts).replace("{,}", ",")))


@pytest.mark.parametrize("name", SUBTASKS)
def test_every_number_of_a_reading_stands_in_its_section(name):
    missing = {}
    for section, cells in sections(name).items():
        reading = source(cells, "reading").replace("{,}", ",")
        reading = re.sub(r"\b\d+[a-e]\b", "", reading)        # names of subtasks
        seen = shown(cells)
        absent = [number for number in NUMBER.findall(reading)
                  if number not in seen and not re.fullmatch(r"\d{1,2}", number)]
        if absent:
            missing[section] = absent
    assert not missing


def test_statements_about_chaotic_runs_are_compared():
    """What the readings say of runs whose digits are not compared stands in compared cells."""
    for cell_id in ("4d-claim", "4e-table-layers"):
        cell, = [c for c in notebook("task4").cells if c.id == cell_id]
        assert cell.outputs and IGNORED not in cell.metadata.get("tags", [])


def test_training_leaves_no_trace_of_this_machine():
    for name in SUBTASKS:
        text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert str(ROOT) not in text and "Traceback" not in text
