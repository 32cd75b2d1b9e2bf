"""The problems that keep a report from being complete: each fires, and none without cause."""
import nbformat.v4 as nb4
import pytest
from here import ASSIGNMENT, SUBTASKS
from pdf_helpers import code, export, markdown, notebook, write

from kit.notebook_files import Notebook
from kit.report.fragments import Place, Problem
from kit.report.preflight import (belongs_to, find_missing_sections, find_problems,
                                  list_problems)
from kit.sections import find_subtask, name_cells


def find_kinds(*given):
    """Return [(kind, cell)] of a notebook of cells."""
    return [(problem.kind, problem.place.cell)
            for problem in find_problems(Notebook(notebook(*given), "a.ipynb"))]


def make_code(count, source="x"):
    """Return a code cell that was run as that number, or not at all."""
    return nb4.new_code_cell(source, execution_count=count)


def make_failed(**more):
    """Return a code cell that raised an error."""
    cell = code("W", nb4.new_output("error", ename="NameError", evalue="W", traceback=[]))
    cell.metadata.update(more)
    return cell


@pytest.mark.parametrize("given, problems", [
    ([make_code(1), make_code(2), make_code(9)], []),
    ([make_code(5), make_code(6)], []),
    ([markdown("only text")], []),
    ([make_code(1), make_code(None, "  \n"), make_code(2)], []),
    ([make_code(None), make_code(None)], [("not-run", None)]),
    ([make_code(1), make_code(None), markdown("a"), make_code(None)], [("not-run", 2)]),
    ([make_code(7), make_code(3)], [("out-of-order", 2)]),
    ([make_code(1), make_code(1)], [("out-of-order", 2)]),
    ([make_code(2), make_code(None), make_code(1)], [("not-run", 2), ("out-of-order", 3)]),
    ([make_failed()], [("raised", 1)]),
    ([make_failed(tags=["raises-exception"])], []),
    ([markdown("a FILL IN ANSWER b")], [("placeholder", 1)]),
    ([markdown("We had to fill in answers for each row.")], []),
    ([markdown("**Answer.**\n\nTODO")], [("placeholder", 1)]),
    ([markdown("YOUR ANSWER HERE")], [("placeholder", 1)]),
    ([nb4.new_raw_cell("FILL IN ANSWER")], [("placeholder", 1)]),
    ([markdown(" ", metadata={"tags": ["answer"]})], [("placeholder", 1)]),
    ([markdown(" "), markdown("x", metadata={"tags": ["answer"]})], []),
    ([markdown("Type your answer here")], [("placeholder", 1)]),
    ([markdown("FILL_IN_ANSWER")], [("placeholder", 1)]),
    ([markdown("Filling in answers is easy.")], []),
    ([markdown("We read your answer here: it is good.")], []),
    ([markdown("<!-- FILL IN ANSWER -->done")], []),
    *(([markdown(text)], [("placeholder", 1)]) for text in (
        "Our answer: fill in answer", "**Our answer:** fill in answer.", "Answer: TODO", "TBD",
        "Answer – Type your answer here", "fill in your answer here",
        "Text.\n\nFill in the answer…")),
    *(([markdown(text)], []) for text in (
        "First fill in answers: they count.", "Tasks:\n- do", "Our todo list: empty",
        "The form says: fill in answer 3 first")),
    *(([markdown(text)], []) for text in (
        "Write into the cells that say FILL IN ANSWER.", "Replace `FILL IN ANSWER` by words.",
        "“FILL IN ANSWER” marks a question", 'cells with "YOUR ANSWER HERE"', "«FILL IN ANSWER»",
        "```\nFILL IN ANSWER\n```", "Replace the words **FILL IN ANSWER**.")),
    *(([markdown(text)], [("placeholder", 1)]) for text in (
        "> FILL IN ANSWER", "**FILL IN ANSWER**", '5" FILL IN ANSWER', "`a` FILL IN ANSWER",
        "He said “yes.\n\nFILL IN ANSWER\n\nBut ”"))])
def test_cells_not_run_out_of_order_failed_or_not_written(given, problems):
    assert find_kinds(*given) == problems


@pytest.mark.parametrize("above, text, words", [
    ("## 1a  Derive", "FILL IN ANSWER",
     "the answer of 1a still says “FILL IN ANSWER”: write it, and delete these words"),
    ("## 1a", "FILL IN ANSWER\n\nIt is $2$, since the slope is constant.",
     "the answer of 1a still says “FILL IN ANSWER”: write it, and delete these words"),
    ("# Task 1\n\n### b) Update", " ", "the answer of 1b is empty: write it"),
    ("<h2>Task 2a</h2>", "<br>", "the answer of 2a is empty: write it"),
    *(("Words", text, "the answer is empty: write it")
      for text in ("- ", "**Answer:**", "…"))])
def test_an_answer_that_is_not_written_is_named_with_its_section(above, text, words):
    given = notebook(markdown(above), markdown(text, metadata={"tags": ["answer"]}))
    assert [one.words for one in find_problems(Notebook(given, "a"), ASSIGNMENT)] == [words]


def test_the_sentence_names_all_cells_and_the_remedy():
    given = notebook(*map(make_code, [None, None, None, 1, None]))
    problem, = find_problems(Notebook(given, "a"))
    assert str(problem) == ("a, cell 1: was not run, like cells 2 to 3 and 5: run all cells and "
                            "save, or add --execute")


@pytest.mark.parametrize("numbers, words", [
    ([3], "cell 3"), ([3, 5], "cells 3 and 5"),
    ([1, 2, 3, 7, 9, 10], "cells 1 to 3, 7 and 9 to 10")])
def test_cells_in_words(numbers, words):
    assert name_cells(numbers) == words


@pytest.mark.parametrize("heading, subtask", [
    ("2b  Forward", "2b"), ("Task 2b: Forward", "2b"), ("2 (b)", "2b"), ("Exercise 2.b", "2b"),
    ("2B", "2b"), ("2B: Forward", "2b"), ("(2a)", "2a"), ("Task 2-a", "2a"), ("Task 2, a)", "2a"),
    ("Task: 2a", "2a"), ("Solution to 1a", "1a"), ("Problem 1 part a", "1a"),
    ("📝 2a", "2a"), ("2D convolution", None), ("2d", "2d"),
    ("task 4 e", "4e"), ("Oppgave 1a)", "1a"), ("Task 2: A network", None),
    ("2 before all", None), ("2b-ish", None), ("12a", None), ("9z", None), ("Results", None),
    ("", None), ("2021 bees", None)])
def test_headings_of_subtasks(heading, subtask):
    assert find_subtask(heading, ASSIGNMENT) == subtask


def outline(*headings):
    """Return an outline of headings with something beneath each but those that end with !."""
    place, lines = Place("a.ipynb", 1), []
    for heading in headings:
        lines.append((place, heading.rstrip("!")))
        lines += [] if heading.endswith("!") else [(place, None)]
    return lines


@pytest.mark.parametrize("headings, names, missing", [
    (["1a", "1b"], ["task1.ipynb"], []),
    (["1b"], ["task1.ipynb"], ["1a (Update rules) is missing"]),
    ([], ["task1.ipynb"], ["1a (Update", "1b (Matrix"]),
    ([], ["Task_1 final.ipynb"], ["1a (Update", "1b (Matrix"]),
    ([], ["notes.ipynb", "task12.ipynb"], []),
    (["1a"], ["answers.ipynb"], ["1b (Matrix"]),
    (["Task 1", "a) Rules", "b. Matrix"], ["answers.ipynb"], []),
    (["Task 1", "a) Rules"], ["answers.ipynb"], ["1b (Matrix"]),
    (["1a!", "1b"], ["answers.ipynb"], ["1a (Update rules) is empty"]),
    (["1a!", "Derivation", "1b"], ["answers.ipynb"], []),
    (["1a!", "Derivation!", "1b"], ["answers.ipynb"], ["1a (Update rules) is empty"]),
    (["1a", "1b!"], ["answers.ipynb"], ["1b (Matrix form for a batch) is empty"]),
    (["0", "2a", "2b", "2c", "2d"], ["task2.ipynb"], []),
    (["2a", "2b", "2c", "2d"], ["task2.ipynb"], [])])       # 0 is worth no points
def test_missing_and_empty_sections(headings, names, missing):
    problems = find_missing_sections(outline(*headings), names, ASSIGNMENT)
    assert len(problems) == len(missing)
    assert all(words in problem.words for words, problem in zip(missing, problems))


def test_all_sections_are_owed_by_the_four_notebooks():
    names = [f"task{number}.ipynb" for number in (1, 2, 3, 4)]
    assert len(find_missing_sections([], names, ASSIGNMENT)) == len(SUBTASKS) - 1


def test_headings_are_found_in_markdown_and_html_and_not_in_code(monkeypatch):
    from kit.report import pdf_process
    seen = []
    monkeypatch.setattr(pdf_process, "find_missing_sections",
                        lambda lines, *_: seen.extend(lines) or [])
    export(markdown("# One *two* `three` $x$\n\n```\n# code\n```\n\nSetext\n---\n\n<h2>HTML</h2>"),
           code("# comment"), markdown("> # Quoted"))
    assert [heading for _, heading in seen] == [
        "One two three ", None, "Setext", "HTML", None]


def test_a_long_list_is_cut_short():
    problems = [Problem("picture", Place("a", n), "x") for n in range(30)]
    lines = list_problems(problems)
    assert len(lines) == 10 and lines[-1] == "  … and 22 more (--json lists all)"


@pytest.mark.parametrize("name, inside, asked", [
    ("answers.ipynb", True, True), ("answers.ipynb", False, False), ("week1.ipynb", False, False),
    ("task1.ipynb", False, True), ("Task 1 final.ipynb", False, True)])
def test_sections_are_asked_of_the_assignments_own_notebooks(tmp_path, name, inside, asked):
    folder = ASSIGNMENT.folder / "notebooks" if inside else tmp_path
    assert belongs_to(Notebook(notebook(markdown("## 1a")), name, folder), ASSIGNMENT) == asked


def test_another_courses_notebook_owes_no_section(tmp_path):
    from kit.report import command
    path = write(tmp_path, markdown("## 1a\n\ntext"), markdown("# Task 2\n\ntext\n\n## b) text"))
    assert command.main([path, "-o", str(tmp_path / "r.pdf")]) == 0
