"""A new student's walk, from the zip alone to the hand-in, in JupyterLab in a real browser.

Needs Chromium, Playwright, and the package index for pip; pictures of it are left in build/walk/.
"""
import json
import re
import shutil
import zipfile
from dataclasses import replace

import pytest
from here import ASSIGNMENT, SCRIPTS
from walk_helpers import (PICTURES, PROMPT, PYTHON, Lab, browser_page, browser_program,
                          clean_environment, installed, jupyter_lab, no_process_left)

from staff.release.command import Edition, release
from staff.release.stripping import DEFAULT, MARKER, restore_text

TASK_2 = ["0", "2a", "2b", "2c", "2d"]
THE_MEAN = " / len(X) "        # of the gradient over the batch: the mistake is to forget it

UNSOLVED = r"not started|needs \w+ first"

pytestmark = pytest.mark.browser


@pytest.fixture
def program():
    """The browser, with fresh pictures; skipped without it."""
    found = browser_program()
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    return found


class Pen:
    """Writes the reference's solutions into a student's scripts."""

    def __init__(self, folder):
        self.folder, self.texts, self.done = folder, Edition(ASSIGNMENT).texts, []

    def write(self, subtask, mistake=("", "")):
        """Fill in the blanks of one more subtask; a mistake is an old text and a new one."""
        self.done.append(subtask)
        for name in SCRIPTS:
            text = self.text(name)
            if name == "task2.py":
                assert mistake[0] in text
                text = text.replace(*mistake)
            (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def text(self, name):
        """A script with the solutions of the subtasks that are done, without markers."""
        _, student, cuts = self.texts[name]
        done = [without_markers(cut) for cut in cuts if cut.task in self.done]
        return restore_text(student, done, name)


def without_markers(cut):
    """A cut that hides code only."""
    return replace(cut, hidden=tuple(line for line in cut.hidden if not MARKER.fullmatch(line)
                                     and not DEFAULT.match(line)))


def test_a_new_student_gets_from_the_zip_to_a_hand_in(program, tmp_path):
    environment = clean_environment(tmp_path / "settings")
    folder = unpack_the_edition(tmp_path)
    with no_process_left(), installed(folder, environment), \
            jupyter_lab(folder, environment) as address, browser_page(program) as page:
        lab, pen = Lab(page, address), Pen(folder)
        lab.picture("jupyterlab")
        reads_task_2(lab)
        finds_nothing_started(lab)
        solves_task_2(lab, pen)
        finishes_on_disk(lab, pen)
        answers = loses_an_answer(lab, folder / "notebooks" / "task2.ipynb")
        hands_in(lab, folder)
        finds_it_again(lab, answers)


def unpack_the_edition(tmp_path):
    """Return the student's folder, unzipped into one whose name is not plain ASCII."""
    release(tmp_path / "release" / "student")
    home = tmp_path / "min øving, på ny æøå"
    with zipfile.ZipFile(tmp_path / "release" / "student.zip") as zipped:
        zipped.extractall(home)
    return home / "student"


def reads_task_2(lab):
    lab.open("notebooks/task2.ipynb")
    headings = lab.page.locator(".jp-Notebook:visible h2")
    lab.expect(headings).to_have_count(len(TASK_2))
    for heading, subtask in zip(headings.all_text_contents(), TASK_2):
        assert re.match(rf"{subtask}\s+\w+.*\(\d+ points\)", heading)
    lab.picture("task2")
    for code in ("sys.path", "from kit.check import check", "import numpy as np"):
        lab.expect(lab.run(code).locator(".jp-OutputArea-output")).to_have_count(0)


def finds_nothing_started(lab):
    for subtask in TASK_2:
        assert_states(lab, subtask, UNSOLVED)
    lab.picture("not-started")


def assert_states(lab, subtask, state):
    """Run a subtask's checks in its notebook: each that costs points has such a state."""
    checks = lab.checks(f'check("{subtask}")')
    counted = [found for found, words in checks if "(costs nothing)" not in words]
    assert counted and all(re.fullmatch(state, found) for found in counted), checks


def solves_task_2(lab, pen):
    """Subtask by subtask: each is found to be right, the one behind it to be not started yet."""
    for subtask, later in zip(TASK_2, [*TASK_2[1:], None]):
        if subtask == "2b":
            forgets_the_mean_and_mends_it(lab, pen)
        else:
            pen.write(subtask)
        assert_states(lab, subtask, "passed")
        lab.picture(f"{subtask}-passed")
        if later:
            assert_states(lab, later, UNSOLVED)


def forgets_the_mean_and_mends_it(lab, pen):
    pen.write("2b", mistake=(THE_MEAN, " "))
    failed = [words for state, words in lab.checks('check("2b")') if state == "failed"]
    assert any(re.search("mean|batch", words) for words in failed), failed
    lab.picture("2b-failed")
    lab.open("task2.py")
    lab.go_to(*place_of(THE_MEAN, pen.text("task2.py")))
    lab.page.keyboard.type(THE_MEAN.rstrip())
    lab.picture("2b-mended-in-the-editor")
    lab.save()
    assert (pen.folder / "task2.py").read_text(encoding="utf-8") == pen.text("task2.py")
    lab.open("notebooks/task2.ipynb")


def place_of(part, text):
    """The line and the column of the first place of a part, both from 0."""
    above = text.partition(part)[0].split("\n")
    return len(above) - 1, len(above[-1])


def finishes_on_disk(lab, pen):
    for subtask in ("3a", "3b", "3c", "4d", "4e"):
        pen.write(subtask)
    lab.add_cell("check()")
    total = lab.run("check()").get_by_text("60 of 60 points by code")
    lab.expect(total).to_be_visible()
    total.scroll_into_view_if_needed()
    lab.picture("60-of-60")
    lab.save()


def loses_an_answer(lab, path):
    """In another editor, such as VS Code, which lets one delete any cell; how many were there."""
    content = json.loads(path.read_text(encoding="utf-8"))
    answers = [cell for cell in content["cells"] if "answer" in cell["metadata"].get("tags", [])]
    assert_answers(lab, len(answers))
    content["cells"].remove(next(cell for cell in answers if cell["id"] == "2c-reading"))
    path.write_text(json.dumps(content), encoding="utf-8")
    lab.reload()
    assert_answers(lab, len(answers) - 1)
    return len(answers)


def assert_answers(lab, count):
    """The open notebook shows that many answers, none of them written."""
    lab.expect(lab.page.locator(".jp-Notebook:visible .jp-MarkdownCell",
                                has_text="FILL IN ANSWER")).to_have_count(count)


def hands_in(lab, folder):
    """With --as-is: to execute all notebooks takes six minutes. Answers are still missing."""
    submit, restore = f"{PYTHON} -m kit submit --as-is", "python -m kit restore task2.ipynb 2c"
    lab.terminal()
    lab.type(submit, rf"2c is missing: `{restore}`.*\[y/N\] *$")
    lab.picture("submit-asks")
    lab.type("n", rf"nothing was written.*{PROMPT}")
    lab.type(f"{PYTHON.removesuffix('python')}{restore}", rf"2c is back.*{PROMPT}")
    lab.type(submit, r"2c still says “FILL IN ANSWER”.*\[y/N\] *$")
    lab.type("y", rf"hand-in\.zip.*{PROMPT}")
    with zipfile.ZipFile(folder / "build" / "hand-in.zip") as zipped:
        manifest = [name for name in zipped.namelist() if name.endswith("manifest.json")]
        told = json.loads(zipped.read(*manifest))
    assert told["executed"] is False and told["checks"]["report"]["points"] == 60
    assert not [one for one in told["report"] if one["kind"] == "lost"]
    lab.type(f"{PYTHON} -m kit submit --check build/hand-in.zip",
             rf"\nwhole, but not complete: \d+ files.*2c still says.*{PROMPT}")
    lab.picture("submitted")


def finds_it_again(lab, answers):
    lab.open("notebooks/task2.ipynb")
    lab.reload()
    assert_answers(lab, answers)
    lab.picture("2c-restored")
