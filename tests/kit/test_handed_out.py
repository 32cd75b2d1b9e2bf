"""Cells that were handed out: lost, doubled and changed ones are named, and can be put back."""
import copy
from dataclasses import replace

import nbformat
import nbformat.v4 as nb4
import pytest
from here import ASSIGNMENT

from kit import restore
from kit.__main__ import main as kit_main
from kit.files import Refused
from kit.handed_out import CLEAN, find_changes, match_cells
from kit.notebook_files import Notebook, read_notebook

NAME = "task2.ipynb"


def make(kind, name, source, tag):
    """A cell as the release makes it."""
    cell = (nb4.new_code_cell if kind == "code" else nb4.new_markdown_cell)(source, id=name)
    cell.metadata["tags"] = [tag]
    if tag in ("question", "answer"):
        cell.metadata["nbgrader"] = {"grade_id": name}
    return cell


CLEAN_CELLS = [
    make("markdown", "title", "# Task 2", "given"),
    make("markdown", "2a-intro", "## 2a  Normalising the images (5 points)\n\nDo it.", "question"),
    make("code", "2a-runs", "images = load()\nprint(images.mean())   # near 33", "given"),
    make("markdown", "2a-reading", "FILL IN ANSWER", "answer"),
    make("markdown", "2b-intro", "## 2b  Forward and backward (17 points)", "question"),
    make("code", "2b-figure", 'raise NotImplementedError("task 2b: draw it")', "given"),
    make("markdown", "2b-reading", "FILL IN ANSWER", "answer"),
]


@pytest.fixture
def folder(tmp_path):
    """An assignment's folder with a clean copy, and a notebook whose answers are written."""
    clean = nb4.new_notebook(cells=copy.deepcopy(CLEAN_CELLS))
    own = copy.deepcopy(clean)
    own.cells[3].source, own.cells[6].source = "The mean is 33.", "It falls."
    own.cells[5].source = "plot(images)"
    for place, node in ((CLEAN, clean), ("notebooks", own)):
        (tmp_path / place).mkdir(parents=True)
        nbformat.write(node, tmp_path / place / NAME)
    return tmp_path


def assign(folder):
    """This assignment in another folder."""
    return replace(ASSIGNMENT, folder=folder)


def change(folder, edit):
    """Edit a student's notebook, a dict of its cells by id and the list; save it."""
    path = folder / "notebooks" / NAME
    node = nbformat.read(path, 4)
    edit({cell.id: cell for cell in node.cells}, node.cells)
    nbformat.write(node, path)


def find(folder):
    """[(kind, number, words)] of the notebook as it is now."""
    return find_changes(read_notebook(folder / "notebooks" / NAME), assign(folder))


def remove(name):
    return lambda by_id, cells: cells.remove(by_id[name])


def turn(name, make_cell):
    """Make another kind of cell of one, as an editor does: it keeps its id and metadata."""
    def edit(by_id, cells):
        old = by_id[name]
        cells[cells.index(old)] = make_cell(old.source, id=old.id, metadata=old.metadata)
    return edit


def write(name, source):
    return lambda by_id, cells: by_id[name].update(source=source)


def paste(name, at, source=None):
    """Copy a cell to a place, as an editor does: the copy has another id."""
    def edit(by_id, cells):
        new = copy.deepcopy(by_id[name])
        new.id, new.source = "0123abcd", new.source if source is None else source
        cells.insert(at, new)
    return edit


def lose_ids(by_id, cells):
    """Lose all ids and metadata, as some editors do."""
    for number, cell in enumerate(cells):
        cell.id, cell.metadata = f"x{number}", nbformat.from_dict({})


def hide(tag):
    return lambda by_id, cells: by_id["2a-reading"].metadata.tags.append(tag)


@pytest.mark.parametrize("edit, kind, number, words", [
    (remove("2a-reading"), "lost", None, "the answer of 2a is missing"),
    (remove("2b-reading"), "lost", None, "the answer of 2b is missing"),
    (remove("2a-intro"), "lost", None, "“2a Normalising the images (5 points)” is missing in"),
    (remove("2a-runs"), "lost", None, "“images = load()” is missing in section 2a"),
    (remove("title"), "lost", None, "“Task 2” is missing: `python -m kit restore task2.ipynb st"),
    (turn("2a-reading", nb4.new_code_cell), "changed", 4, "is now a code cell: turn it back"),
    (turn("2b-reading", nb4.new_raw_cell), "changed", 7, "the answer of 2b is now a raw cell"),
    (turn("2a-runs", nb4.new_markdown_cell), "changed", 3, "is now a Markdown cell: turn it"),
    (paste("2a-reading", 4), "changed", 4, "is there 2 times (cells 4 to 5): keep one"),
    (paste("2a-reading", 7, "Another."), "changed", 4, "is there 2 times (cells 4 and 8)"),
    (write("2a-intro", "## 2a  Other\n\nDo less."), "changed", 2, "was changed in section 2a"),
    (write("2a-runs", "images = load()\nprint(33)"), "changed", 3, "was changed in section 2a"),
    (write("2a-runs", ""), "changed", 3, "was changed"),
    (write("2a-runs", "images = load("), "changed", 3, "was changed"),
    (write("2a-runs", "-" * 100_000 + "1"), "changed", 3, "was changed"),    # MemoryError in ast
    *((hide(tag), "changed", 4, f"has the tag {tag}, so the report does not show it")
      for tag in ("remove-cell", "hide-cell", "hide-input")),
])
def test_what_happened_to_a_cell_is_named(folder, edit, kind, number, words):
    change(folder, edit)
    (found_kind, found_number, found_words), = find(folder)
    assert (found_kind, found_number) == (kind, number) and words in found_words


def move(by_id, cells):
    cells.insert(1, cells.pop(2))


def add_own(by_id, cells):
    cells.insert(2, nb4.new_markdown_cell("Our own text."))
    cells.insert(4, nb4.new_code_cell("x = 1"))


def answer_beside(by_id, cells):
    """Delete the answer's cell, and write the answer into a new one."""
    cells[3] = nb4.new_markdown_cell("The mean is 33.", id="own")


@pytest.mark.parametrize("edit", [
    lambda by_id, cells: None, move, add_own, lose_ids, answer_beside,
    paste("2a-reading", 4, "The second half of the answer, after a split."),
    write("2a-runs", "images = load()\n\n\nprint( images.mean() )  # 33.3"),
    write("2a-intro", "## 2a  Normalising the images (5 points)\n\n\nDo it.  "),
    write("2b-figure", "anything(1)")])
def test_what_costs_nothing_is_not_named(folder, edit):
    change(folder, edit)
    assert find(folder) == []


# What editors do -----------------------------------------------------------------------------

def split_at(name, at, keeps=False):
    """Split a cell, as an editor does: the second half has another id, perhaps the metadata."""
    def edit(by_id, cells):
        old = by_id[name]
        new = copy.deepcopy(old)
        new.id, new.source, old.source = "0123abcd", old.source[at:], old.source[:at].rstrip()
        if not keeps:
            new.metadata = nbformat.from_dict({})
        cells.insert(cells.index(old) + 1, new)
    return edit


def merge(first, second, keeps_first=True):
    """Merge two neighbours, as an editor does: one of them keeps its id and metadata."""
    def edit(by_id, cells):
        kept, gone = (first, second) if keeps_first else (second, first)
        by_id[kept].source = f"{by_id[first].source}\n\n{by_id[second].source}"
        cells.remove(by_id[gone])
    return edit


def turn_anonymously(*turns):
    """Turn cells into other kinds, in an editor that makes new cells of them."""
    def edit(by_id, cells):
        for at, make_cell in turns:
            cells[at] = make_cell(cells[at].source)
    return edit


def save_in_colab(by_id, cells):
    """Metadata of its own, no ids, and a badge above all."""
    for number, cell in enumerate(cells):
        cell.metadata = nbformat.from_dict({
            "id": f"aB{number}", "outputId": f"c{number}", "executionInfo": {"elapsed": 12},
            "colab": {"base_uri": "https://localhost:8080/"}})
    cells.insert(0, nb4.new_markdown_cell("<a href='x'><img src='colab-badge.svg'></a>"))


def in_turn(*edits):
    def edit(by_id, cells):
        for one in edits:
            one(by_id, cells)
    return edit


def write_with_other_ends(by_id, cells):
    for cell in cells:
        cell.source = cell.source.replace("\n", "\r\n")


@pytest.mark.parametrize("edit", [
    split_at("2a-intro", 42), split_at("2a-intro", 42, keeps=True), split_at("2a-runs", 15),
    in_turn(split_at("2a-runs", 15), lose_ids), in_turn(split_at("2a-reading", 4), lose_ids),
    split_at("2a-reading", 4, keeps=True), save_in_colab, write_with_other_ends,
    turn_anonymously((3, nb4.new_code_cell), (3, nb4.new_markdown_cell)),
    turn_anonymously((2, nb4.new_markdown_cell), (2, nb4.new_code_cell)),
    in_turn(turn_anonymously((6, nb4.new_code_cell), (6, nb4.new_markdown_cell)), lose_ids)])
@pytest.mark.parametrize("minor", [4, 5])
def test_what_an_editor_does_is_not_named_if_nothing_is_lost(folder, edit, minor):
    change(folder, edit)
    path = folder / "notebooks" / NAME
    node = nbformat.read(path, 4)
    if minor == 4:      # such notebooks have no ids
        for cell in node.cells:
            del cell["id"]
    node.nbformat_minor = minor
    nbformat.write(node, path)
    assert find(folder) == []


TOGETHER = "stands in cell {} together with other text: split that cell"
WITH_4 = TOGETHER.format(4)


@pytest.mark.parametrize("edit, told", [
    (merge("2a-reading", "2b-intro"), [(4, "“2b Forward and", WITH_4)]),
    (merge("2a-reading", "2b-intro", keeps_first=False), [(4, "answer of 2a", WITH_4)]),
    (merge("title", "2a-intro"), [(1, "“2a Normalising", TOGETHER.format(1))]),
    (merge("title", "2a-intro", keeps_first=False), [(1, "“Task 2”", TOGETHER.format(1))]),
    (merge("2a-runs", "2a-reading"), [(3, "answer of 2a", TOGETHER.format(3))]),
    (in_turn(merge("2a-reading", "2b-intro"), lose_ids), [(4, "“2b Forward", WITH_4)]),
    (turn_anonymously((3, nb4.new_code_cell)), [(4, "answer of 2a", "is now a code cell: turn")]),
    (turn_anonymously((3, nb4.new_raw_cell)), [(4, "answer of 2a", "is now a raw cell: turn")]),
    (in_turn(turn_anonymously((2, nb4.new_markdown_cell)), lose_ids),
     [(3, "“images = load()”", "is now a Markdown cell: turn")]),
    (in_turn(paste("2a-reading", 4), lose_ids), [(4, "answer of 2a", "is there 2 times")]),
    (in_turn(remove("2b-intro"), lose_ids), [(None, "“2b Forward", "is missing in section 2b")]),
    (in_turn(remove("2a-reading"), add_own, lose_ids), [(None, "answer of 2a", "is missing")]),
    (in_turn(remove("2b-reading"), save_in_colab), [(None, "answer of 2b", "is missing")])])
def test_what_an_editor_does_is_named_truly(folder, edit, told):
    change(folder, edit)
    found = find(folder)
    assert [number for _, number, _ in found] == [number for number, *_ in told]
    for (_, _, words), (_, *parts) in zip(found, told):
        assert all(part in words for part in parts), words


def test_an_answer_whose_place_is_taken_by_code_is_missing(folder):
    change(folder, turn_anonymously((3, lambda text: nb4.new_code_cell("x = 1"))))
    (kind, _, words), = find(folder)
    assert kind == "lost" and "the answer of 2a is missing" in words


def test_cells_that_stand_together_are_not_put_back_twice(folder):
    change(folder, merge("2a-reading", "2b-intro"))
    before = (folder / "notebooks" / NAME).read_bytes()
    _, done = restore.restore(assign(folder), NAME, "2b")
    assert WITH_4 in done[0] and len(done) == 1
    assert nbformat.reads(before.decode(), 4) == read_notebook(folder / "notebooks" / NAME).node


def test_without_a_clean_copy_nothing_is_compared(folder):
    empty = Notebook(nb4.new_notebook(), NAME)
    assert find_changes(empty, assign(folder.parent)) == find_changes(empty, None) == []


# ------------------------------------------------------------------------------------ putting back

@pytest.mark.parametrize("section, edit", [
    ("2a", remove("2a-reading")), ("2a", remove("2a-runs")), ("2a", remove("2a-intro")),
    ("start", remove("title")), ("2b", remove("2b-reading")),
    ("2a", turn("2a-reading", nb4.new_code_cell)), ("2a", write("2a-runs", "print(33)")),
    ("2a", lambda by_id, cells: cells.__delitem__(slice(1, 4))),
    ("2b", lambda by_id, cells: cells.__delitem__(slice(4, 7)))])
def test_a_section_is_whole_after_it_is_restored(folder, section, edit):
    change(folder, edit)
    before = read_notebook(folder / "notebooks" / NAME).node
    assert find(folder)
    path, done = restore.restore(assign(folder), NAME, section)
    assert done and find(folder) == []
    after = read_notebook(path).node
    nbformat.validate(after)
    texts = [cell.source for cell in after.cells]
    assert all(cell.source in texts for cell in before.cells), "something of the student's is lost"
    matched = match_cells(list(enumerate(after.cells)), CLEAN_CELLS, ASSIGNMENT)
    assert [one.found[0][0] for one in matched] == sorted(one.found[0][0] for one in matched)


def test_an_answer_that_became_code_keeps_its_text(folder):
    change(folder, turn("2a-reading", nb4.new_code_cell))
    _, done = restore.restore(assign(folder), "notebooks/task2", "2a")
    cell = read_notebook(folder / "notebooks" / NAME).node.cells[3]
    assert (cell.cell_type, cell.source) == ("markdown", "The mean is 33.")
    assert done == ["the answer of 2a is an answer in words again"]


def test_what_is_whole_does_not_change(folder):
    path = folder / "notebooks" / NAME
    before = path.read_bytes()
    assert restore.restore(assign(folder), NAME, "2a") == (path, [])
    assert path.read_bytes() == before


@pytest.mark.parametrize("name, section, words", [
    ("task9.ipynb", "2a", "there is no notebook task9.ipynb: choose from task1.ipynb"),
    ("task2.ipynb", "7", "task2.ipynb has no section 7: choose from start, 2a, 2b"),
    ("task1.ipynb", "1a", "has no assignment/clean/task1.ipynb: take it from the files")])
def test_what_cannot_be_restored_is_refused(folder, name, section, words):
    with pytest.raises(Refused, match=words):
        restore.restore(assign(folder), name, section)


def test_a_notebook_that_is_missing_is_there_as_a_clean_copy(folder):
    (folder / "notebooks" / NAME).unlink()
    with pytest.raises(Refused, match=f"{NAME} is missing: copy assignment/clean/{NAME} to this"):
        restore.restore(assign(folder), NAME, "2a")


def test_the_command_says_what_it_did(folder, monkeypatch, capsys):
    monkeypatch.setattr(restore, "load_assignment", lambda: assign(folder))
    change(folder, remove("2a-reading"))
    assert restore.main([NAME, "2a"]) == 0
    assert "the answer of 2a is back" in capsys.readouterr().out
    assert restore.main([NAME, "2a"]) == 0
    assert "nothing is missing or changed in section 2a" in capsys.readouterr().out
    assert kit_main(["restore", NAME, "9"]) == 2 and "has no section 9" in capsys.readouterr().err
