"""The student edition: what it holds, what it must not hold, and that each refusal fires."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from here import ASSIGNMENT, NOTEBOOKS, ROOT, SCRIPTS, SUBTASKS
import staff.release.command
from kit.definition import load_assignment
from kit.handed_out import CLEAN, find_changes
from kit.files import Refused
from kit.notebook_files import read_notebook
from kit.report.preflight import find_problems
from kit.sections import PLACEHOLDER
from staff.__main__ import main
from staff.release import folders, inspection, leaks, stripping
from staff.release.notebook_stripping import remove_outputs, strip_notebook
from staff.release.command import README, Edition

SETTINGS = ASSIGNMENT.settings
TEXTS = (".py", ".md", ".toml", ".txt", ".ipynb", ".lua", ".typ", "")
IDS = [subtask.id for subtask in SUBTASKS]


@pytest.fixture(scope="session")
def student(tmp_path_factory):
    """The folder of the real release."""
    folder = tmp_path_factory.mktemp("release") / "student"
    staff.release.command.release(folder)
    return folder


@pytest.fixture(scope="session")
def small_reference(tmp_path_factory):
    """A copy of the reference edition without the data and the notebooks' outputs."""
    copy = tmp_path_factory.mktemp("small") / "reference"
    staff_files = [README, *(f"staff/assignment/{name}"
                             for name in ("trial.py", "guide.md", "layouts.toml"))]
    for name in (*SCRIPTS, *SETTINGS, *ASSIGNMENT.given, *staff_files):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    (data, sha256), = ASSIGNMENT.data.items()
    (copy / data).write_bytes(b"small")
    replace(copy / "assignment/assignment.toml", sha256, hashlib.sha256(b"small").hexdigest())
    for name in NOTEBOOKS:
        nbformat.write(remove_outputs(nbformat.read(ROOT / name, as_version=4)), copy / name)
    shutil.copytree(ROOT / "kit", copy / "kit", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def reference(small_reference, tmp_path):
    """A copy of the reference edition to plant faults in."""
    return shutil.copytree(small_reference, tmp_path / "reference")


def replace(path, old, new, count=1):
    """Replace the first occurrences of a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8", newline="")


def line_of(path, text):
    """The number of the line of a file that holds a text."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def change_cell(path, cell_id, change):
    """Let `change` alter one cell of a notebook file."""
    node = nbformat.read(path, as_version=4)
    change(next(cell for cell in node.cells if cell.id == cell_id))
    nbformat.write(node, path)


def refusal(reference, capsys, monkeypatch):
    """What the command says of a reference that it refuses; nothing is written."""
    monkeypatch.chdir(reference)
    output = reference.parent / "out" / "student"
    assert main(["release", "-o", str(output)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("staff release: ") and err.count("\n") == 1
    assert not list(output.parent.glob("*"))
    return err


# ------------------------------------------------------------------------------ what it holds

def test_the_edition_holds_what_a_student_needs_and_nothing_else(student):
    assert {path.name for path in student.iterdir()} == {
        "utils.py", "task2.py", "task3.py", "task4.py", "notebooks", "kit", "data", "assignment",
        "README.md",
        "LICENSE", "requirements.txt", "pyproject.toml", ".edition.json"}
    assert {path.name for path in (student / "notebooks").iterdir()} == {
        "task1.ipynb", "task2.ipynb", "task3.ipynb", "task4.ipynb", "report.toml"}
    for folder in ("kit", "assignment", "data"):
        ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*")
                if path.is_file() and "__pycache__" not in path.parts}
        clean = {f"{CLEAN}/task{number}.ipynb" for number in (1, 2, 3, 4)}
        assert ours | (clean if folder == "assignment" else set()) == {
            path.relative_to(student).as_posix()
            for path in (student / folder).rglob("*") if path.is_file()}
    for path in (student / CLEAN).iterdir():
        assert path.read_bytes() == (student / "notebooks" / path.name).read_bytes()


def test_the_edition_fits_into_a_deep_folder_on_windows(student):
    """Windows takes paths of 259 characters."""
    longest = max(len(path.relative_to(student).as_posix()) for path in student.rglob("*"))
    assert longest + len("student") + 150 <= 259



def test_the_edition_does_not_speak_of_what_students_do_not_have(student):
    absent = re.compile(r"\bstaff\b|pytest|nbval|benchmarks|\btests/|make test|pypdf")
    for path in student.rglob("*"):
        if path.is_file() and path.suffix in TEXTS and path.name != ".edition.json":
            assert not absent.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_filled_blank_is_no_changed_cell(name, student):
    filled = read_notebook(student / name)
    solved = {cell.id: cell.source for cell in read_notebook(ROOT / name).node.cells}
    for _, cell in filled.cells:
        if "# SOLUTION" in solved.get(cell.id, ""):
            cell.source = solved[cell.id]
    assert find_changes(filled, load_assignment(student)) == []


@pytest.mark.faults
def test_two_releases_have_the_same_bytes(student, tmp_path):
    again = tmp_path / "student"
    staff.release.command.release(again)
    names = [path.relative_to(student) for path in folders.list_edition_files(student)]
    assert names == [path.relative_to(again) for path in folders.list_edition_files(again)]
    assert all((student / name).read_bytes() == (again / name).read_bytes() for name in names)
    archive = student.with_name("student.zip")
    assert archive.read_bytes() == again.with_name("student.zip").read_bytes()
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.namelist() == [f"student/{name.as_posix()}" for name in names]
        assert {entry.date_time for entry in zipped.infolist()} == {folders.EPOCH}
        assert {entry.external_attr >> 16 for entry in zipped.infolist()} == {0o100644}
        assert all(zipped.read(f"student/{name.as_posix()}") == (student / name).read_bytes()
                   for name in names)


def test_every_stub_says_its_task_what_to_write_its_shapes_and_where_it_stands(student):
    raised = inspection.check_imports(student, ASSIGNMENT)
    for stub, words in raised.items():
        task = re.match(r"task (\w+): (?=\w)", words)
        assert task and task[1] in IDS, (stub, words)
        assert words.startswith(f"task {task[1]}: write {stub.split('.')[-1]}: "), (stub, words)
        assert re.search(r"\([\w, -]+\)|shape|number", words), (stub, words)
    assert {re.match(r"task (\w+)", words)[1] for words in raised.values()} == {
        "0", "2a", "2b", "2c", "2d", "3a", "3b", "3c", "4d"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_student_scripts_hold_no_long_line(student, name):
    lines = (student / name).read_text(encoding="utf-8").split("\n")
    assert max(map(len, lines)) <= 99
    assert not re.search(r"\n\n\n\n", "\n".join(lines))


@pytest.mark.faults
def test_training_runs_without_early_stopping(student, tmp_path, small_path):
    """With all solutions but early stopping, training uses all its epochs and learns."""
    edition = Edition(ASSIGNMENT)
    shutil.copytree(student / "kit", tmp_path / "kit")
    for name in SCRIPTS:
        _, text, cuts = edition.texts[name]
        written = [cut for cut in cuts if "self.best_step" not in "".join(cut.hidden)]
        assert len(cuts) - len(written) == (name == "task2.py")
        (tmp_path / name).write_text(stripping.restore_text(text, written, name), encoding="utf-8")
    code = ("import task2; data = task2.load_dataset(%r); model = task2.SoftmaxModel([16, 10]);"
            "trainer = task2.SoftmaxTrainer(model, data, patience=1); h = trainer.train(8);"
            "print(len(h.step), trainer.best_step, h.val_loss[-1] < h.val_loss[0] / 2,"
            "trainer.validation_step()[0] == h.val_loss[-1]);"
            "run = task2.run(task2.Experiment('', (16, 10), num_epochs=8), 0, data);"
            "print(run.best_step, run.val_loss == run.history.val_loss[-1])" % str(small_path))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                          text=True)
    assert done.stdout.split() == ["40", "0", "True", "True", "80", "True"], done.stderr


@pytest.mark.faults
@pytest.mark.parametrize("script, words", [
    ("task2.py", "task 2a: write training_statistics: "),
    ("task4.py", "an experiment is None: write it in its script first")])
def test_a_script_with_blanks_ends_in_one_line_that_says_what_to_write(script, words, student):
    done = subprocess.run([sys.executable, "-B", script, "--epochs", "1"], cwd=student,
                          capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith(f"error: {words}")
    assert "Traceback" not in done.stderr


def test_what_is_missing_in_the_reference_is_named(reference, capsys, monkeypatch):
    (reference / "LICENSE").unlink()
    said = refusal(reference, capsys, monkeypatch)
    assert "LICENSE is not there: add the file, or correct it" in said


# ------------------------------------------------------------------------------- its notebooks

def cells_of(student, role):
    """(cell, its subtask) of the cells with a role in all notebooks of the edition."""
    subtasks = {subtask.id: subtask for subtask in SUBTASKS}
    return [(cell, subtasks[cell.id.split("-")[0]])
            for name in NOTEBOOKS for cell in nbformat.read(student / name, as_version=4).cells
            if role in cell.metadata.get("tags", [])]


def test_every_subtask_has_its_heading_with_points_and_its_question(student):
    cells = cells_of(student, "question")
    assert sorted(subtask.id for _, subtask in cells) == IDS
    for cell, subtask in cells:
        heading, _, question = cell.source.partition("\n\n")
        assert heading == f"## {subtask.id}  {subtask.title} ({subtask.points} points)"
        assert question == " ".join(subtask.question.split())
        assert 25 <= len(question.split()) <= 90 and question.count("$") % 2 == 0


def test_the_report_finds_a_place_to_answer_for_each_subtask_marked_by_hand(student):
    for name in NOTEBOOKS:
        notebook = read_notebook(student / name)
        found = {problem.place.cell for problem in find_problems(notebook)
                 if problem.kind == "placeholder"}
        answers = {number for number, cell in notebook.cells
                   if "answer" in cell.metadata.get("tags", [])}
        assert found == answers
    answered = [subtask for _, subtask in cells_of(student, "answer")]
    assert {subtask.id for subtask in answered} == {
        subtask.id for subtask in SUBTASKS if subtask.by_hand} | {"2a", "2d"}


def test_cells_carry_what_nbgrader_reads(student):
    questions, answers = cells_of(student, "question"), cells_of(student, "answer")
    for cell, subtask in questions + answers:
        told = dict(cell.metadata.nbgrader)
        answer = (cell, subtask) in answers
        assert told.pop("points", None) == (sum(subtask.by_hand.values()) if answer else None)
        assert told == {"schema_version": 3, "grade_id": cell.id, "cell_type": "markdown",
                        "grade": answer, "solution": answer, "locked": not answer, "task": False}
        assert cell.metadata.deletable is False and cell.metadata.get("editable") is (
            None if answer else False)
        assert not answer or cell.source == PLACEHOLDER
    assert sum(cell.metadata.nbgrader.points for cell, _ in answers) == 40


@pytest.mark.faults
def test_nbgrader_takes_the_notebooks_as_they_are(student, tmp_path):
    """The instructor's first command on them; it reads and checks all of the metadata."""
    source = tmp_path / "source" / "hand-in"
    shutil.copytree(student / "notebooks", source)
    scripts = Path(sys.executable).parent       # nbgrader starts alembic by its name
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "hand-in", "--create",
         f"--course-dir={tmp_path}"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr[-2000:]
    for path in (student / "notebooks").glob("*.ipynb"):
        released = nbformat.read(tmp_path / "release" / "hand-in" / path.name, 4)
        given = nbformat.read(path, 4)
        assert [cell.source.replace("YOUR ANSWER HERE", PLACEHOLDER)    # nbgrader's own words
                for cell in released.cells] == [cell.source for cell in given.cells]
    with sqlite3.connect(tmp_path / "gradebook.db") as gradebook:
        graded = dict(gradebook.execute(
            "select name, max_score from grade_cells join base_cell using (id)"))
    answers = {cell.id: sum(subtask.by_hand.values())
               for cell, subtask in cells_of(student, "answer")}
    assert graded == answers


@pytest.mark.faults
def test_the_report_is_made_in_the_students_folder(student, tmp_path):
    command = [sys.executable, "-B", "-m", "kit", "report", "--json", "-o",
               str(tmp_path / "report.pdf")]
    done = subprocess.run([*command, "--draft"], cwd=student, capture_output=True)
    assert done.returncode == 0 and (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    kinds = {problem["kind"] for problem in json.loads(done.stdout)["problems"]}
    assert kinds == {"not-run", "placeholder"}


def test_kit_never_imports_staff():
    for path in (*(ROOT / "kit").rglob("*.py"), *(ROOT / name for name in SCRIPTS)):
        assert not re.search(r"^\s*(from|import) staff", path.read_text("utf-8"), re.MULTILINE)


# ------------------------------------------------------------------------ refusals: the markers

NOT_UNDERSTOOD = "the marker is not understood: expected `# SOLUTION 2b`, `# END SOLUTION`, "
MARKERS = {
    "unknown": ("    # SOLUTION 9z", "there is no subtask 9z: expected one of 0, 1a, 1b, 2a, 2b"),
    "no task": ("    # SOLUTION", NOT_UNDERSTOOD),
    "lower case": ("    # solution 2a", NOT_UNDERSTOOD),
    "mixed case": ("    # Solution 2a", NOT_UNDERSTOOD),
    "no space": ("    #SOLUTION 2a", NOT_UNDERSTOOD),
    "two spaces": ("    #  SOLUTION 2a", NOT_UNDERSTOOD),
    "two signs": ("    ## SOLUTION 2a", NOT_UNDERSTOOD),
    "misspelt": ("    # SOLUTON 2a", NOT_UNDERSTOOD),
    "several": ("    # SOLUTIONS 2a", NOT_UNDERSTOOD),
    "as it was": ("    # BEGIN SOLUTION task 2a", NOT_UNDERSTOOD),
    "begin": ("    # BEGIN SOLUTION 2a", NOT_UNDERSTOOD),
    "colon": ("    # SOLUTION: 2a", NOT_UNDERSTOOD),
    "task": ("    # SOLUTION task 2a", NOT_UNDERSTOOD),
    "two tasks": ("    # SOLUTION 2a 2b", NOT_UNDERSTOOD),
    "not quite optional": ("    # SOLUTION 2a optionally", NOT_UNDERSTOOD),
    "not alone": ("    pass  # SOLUTION 2a", NOT_UNDERSTOOD),
    "end not alone": ("    # SOLUTION 2a\n    pass  # END SOLUTION", NOT_UNDERSTOOD),
    "end with its task": ("    # SOLUTION 2a\n    # END SOLUTION 2a", NOT_UNDERSTOOD),
    "staff without begin": ("    # STAFF BEGIN\n    # BEGIN-STAFF", NOT_UNDERSTOOD),
    "too far left": ("  # SOLUTION 2a", "the marker is indented by 2: begin it where the other"),
    "at the margin": ("# SOLUTION 2a", "the marker is indented by 0: begin it where the other"),
    "too far right": ("        # SOLUTION 2a", "the marker is indented by 8: begin it where"),
    "end of nothing": ("    # END SOLUTION", "END SOLUTION ends nothing: its beginning is missin"),
    "end of no staff": ("    # END STAFF", "END STAFF ends nothing: its beginning is missing"),
    "other end": ("    # SOLUTION 2a\n    # END STAFF", "expected END SOLUTION for line"),
    "one inside another": ("    # SOLUTION 2a\n    # SOLUTION 2b",
                           "SOLUTION 2b stands inside the region that begins in line"),
    "staff inside": ("    # SOLUTION 2a\n    # BEGIN STAFF\n    # END STAFF",
                     "BEGIN STAFF stands inside the region that begins in line"),
    "inside staff": ("    # BEGIN STAFF\n    # SOLUTION 2a",
                     "SOLUTION 2a stands inside the region that begins in line"),
}


@pytest.mark.parametrize("fault", MARKERS)
def test_a_wrong_marker_is_refused_with_file_and_line(fault, reference, capsys, monkeypatch):
    new, words = MARKERS[fault]
    script = reference / "task2.py"
    at = line_of(script, "    # SOLUTION 2a")
    replace(script, "    # SOLUTION 2a", new)
    told = refusal(reference, capsys, monkeypatch)
    number = re.match(r"staff release: task2\.py:(\d+): ", told)[1]
    assert at <= int(number) <= at + 1 and words in told


def test_a_solution_without_a_docstring_is_refused(reference, capsys, monkeypatch):
    script = reference / "task2.py"
    replace(script, '''        """a = f(z) of a hidden layer."""\n''', "        # SOLUTION 2b\n")
    at = line_of(script, "        # SOLUTION 2b")
    told = refusal(reference, capsys, monkeypatch)
    assert "activation needs a docstring: its stub is made of that" in told
    assert re.match(rf"staff release: task2\.py:{at}: ", told)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_solution_in_a_file_of_settings_is_refused(name, reference, capsys, monkeypatch):
    text = (reference / name).read_text(encoding="utf-8")
    (reference / name).write_text(f"# SOLUTION 2b\n# END SOLUTION\n{text}", encoding="utf-8")
    told = refusal(reference, capsys, monkeypatch)
    assert told.startswith(f"staff release: {name}:1: a solution can only stand in Python code")


def test_a_wrong_marker_in_a_notebook_is_refused_with_its_cell(reference, capsys, monkeypatch):
    change_cell(reference / "notebooks/task4.ipynb", "4e-runs",
                lambda cell: cell.update(source=cell.source.replace("# END SOLUTION", "")))
    assert "notebooks/task4.ipynb, cell 4e-runs:2: SOLUTION 4e has no end: add `# END" in refusal(
        reference, capsys, monkeypatch)


TAGS = {
    "reading without a tag": ("4a-reading", [], "needs one of the tags"),
    "two tags": ("4a-reading", ["answer", "staff"], "exclude each other"),
    "no place to answer": ("4a-reading", ["staff"], "subtask 4a has 0 cells with the tag answer"),
    "no question": ("4a-intro", ["staff"], "its questions are of 4b, 4c, 4d, 4e, expected 4a, 4b"),
}


@pytest.mark.parametrize("fault", TAGS)
def test_a_wrong_tag_is_refused_with_its_cell(fault, reference, capsys, monkeypatch):
    cell_id, tags, words = TAGS[fault]
    change_cell(reference / "notebooks/task4.ipynb", cell_id,
                lambda cell: cell.metadata.update(tags=tags))
    told = refusal(reference, capsys, monkeypatch)
    assert told.startswith("staff release: notebooks/task4.ipynb") and words in told


# --------------------------------------------------------------------------- refusals: the leaks

def in_a_docstring(reference):
    replace(reference / "task2.py", '"""a = f(z) of a hidden layer."""',
            '"""a = f(z) of a hidden layer; delta is\n\n        self.slope(a)*\n'
            '        (delta @ self.ws[layer].T).\n        """')
    return r"task2\.py:\d+: .* task2\.py:\d+: .*delta @ self\.ws"


def in_a_kit_file(reference):
    replace(reference / "kit/files.py", "def explain(",
            "# return 1.7159 * np.tanh(2 / 3 * z)\ndef explain(")
    return r"kit/files\.py:\d+: .* task3\.py:\d+: .*np\.tanh"


def in_notebook_metadata(reference):
    change_cell(reference / "notebooks/task3.ipynb", "3a-runs", lambda cell: cell.metadata.update(
        note={"of": ["self.model.backward(X_batch, outputs, Y_batch)"]}))
    return r"notebooks/task3\.ipynb:\d+: .* task2\.py:\d+: .*backward"


def quoted_in_notebook_metadata(reference):
    """Text that JSON writes in another way: quotation marks."""
    change_cell(reference / "notebooks/task3.ipynb", "3a-runs", lambda cell: cell.metadata.update(
        note='assert all_below(runs[MANY], runs[TASK3], "val_loss")'))
    return r"notebooks/task3\.ipynb, cell 3a-runs, metadata:1: .*task4\.ipynb, cell 4b-check"


def answer_in_a_question(reference):
    replace(reference / "notebooks/report.toml", "# date",
            "# The nearest width is 60: that is it.\n# date")
    return r"notebooks/report\.toml:\d+: .*task4\.ipynb, cell 4d-reading"


def number_in_the_readme(reference):
    replace(reference / README, "## Help", "It has 50{,}880 of them.\n## Help")
    return r"README\.md:\d+: .*, cell [24]d-reading: '50880'"


def check_in_a_kit_file(reference):
    with open(reference / "kit/files.py", "a") as file:
        file.write("X = '''assert all_below(runs[MOMENTUM],\n  runs[CONTROL], \"best_step\")'''")
    return r"kit/files\.py:\d+: .*task3\.ipynb, cell 3c-check"


def marker_in_a_kit_file(reference):
    replace(reference / "kit/files.py", "def explain(", "# SOLUTION 2b\ndef reason(")
    return r"kit/files\.py:\d+: a marker has been left"


@pytest.mark.faults
@pytest.mark.parametrize("plant", [
    in_a_docstring, in_a_kit_file, in_notebook_metadata, quoted_in_notebook_metadata,
    answer_in_a_question, number_in_the_readme, check_in_a_kit_file, marker_in_a_kit_file])
def test_a_leak_is_refused_with_file_and_line(plant, reference, capsys, monkeypatch):
    expected = plant(reference)
    told = refusal(reference, capsys, monkeypatch)
    assert re.match("staff release: " + expected, told), told


@pytest.mark.faults
def test_every_secret_is_found_wherever_and_however_spaced_it_stands(tmp_path):
    secrets = Edition(ASSIGNMENT).secrets
    assert {*SCRIPTS, *NOTEBOOKS} <= {re.split("[,:]", secret.place)[0] for secret in secrets}
    for secret in secrets:
        spaced = secret.text.replace(" ", "\n    ")
        cell = {"id": "a", "source": [], "metadata": {"deep": [{"down": spaced}]}}
        (tmp_path / "a.py").write_text(f'"""Text\n{spaced}\n"""\n', encoding="utf-8")
        (tmp_path / "b.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
        with pytest.raises(Refused, match=r"^a\.py:\d+: the student edition shows"):
            leaks.check_leaks(tmp_path, [secret])
        (tmp_path / "a.py").unlink()
        with pytest.raises(Refused, match=r"^b\.ipynb"):
            leaks.check_leaks(tmp_path, [secret])


# ---------------------------------------------------------- refusals: an edition that is not fit

def fails_at_import(reference):
    replace(reference / "task2.py", "SEEDS = (0, 1, 2)", "SEEDS = np.zeros(-1)")
    return r"task2\.py cannot be imported in the student edition: ValueError: negative"


def calls_a_stub_at_import(reference):
    replace(reference / "task4.py", "TOPOLOGIES = ", "SIX = equal_width(9, 2)\nTOPOLOGIES = ")
    return r"task4\.py cannot be imported in the student edition: NotImplementedError: task 4d"


def does_not_lint(reference):
    replace(reference / "task2.py", "NUM_CLASSES = 10\n",
            "# BEGIN STAFF\nNUM_CLASSES = 10\n# END STAFF\n")
    return r"does not lint: task2\.py:\d+:\d+: F821 .*NUM_CLASSES"


def notebook_does_not_lint(reference):
    change_cell(reference / "notebooks/task4.ipynb", "4a-runs",
                lambda cell: cell.metadata.update(tags=["solution"]))
    return r"does not lint: notebooks/task4\.ipynb:cell \d+:\d+:\d+: F821 .*`runs`"


def stub_is_not_reached(reference):
    replace(reference / "task2.py", "    # SOLUTION 2d",
            "    if num_inputs:\n        return 0\n    # SOLUTION 2d")
    return r"task2\.py:\d+: a call of task2\.count_parameters should raise .*gave \(returned\)"


def stub_of_another_task_is_reached(reference):
    replace(reference / "task2.py", "    # SOLUTION 2d",
            "    sigmoid(np.zeros(3))\n    # SOLUTION 2d")
    return r"task2\.py:\d+: a call of task2\.count_parameters should .*gave task 2b: write sigmo"


def stub_that_nobody_calls(reference):
    with open(reference / "task4.py", "a", encoding="utf-8") as file:
        file.write('\n\ndef more():\n    """A number."""\n    # SOLUTION 4e\n    return 4\n')
    return r"task4\.py:\d+: the stub task4\.more is not called: add a sample call"


def stub_of_a_cell_in_a_block(reference):
    def indent(cell):
        lines = cell.source.split("\n")
        cell.source = "\n".join(["if runs:", *(f"    {line}" for line in lines)])

    change_cell(reference / "notebooks/task4.ipynb", "4e-runs", indent)
    return r"notebooks/task4\.ipynb, cell 4e-runs:3: the marker is indented by 4: begin it where"


def stub_of_a_cell_in_a_function(reference):
    change_cell(reference / "notebooks/task4.ipynb", "4e-runs", lambda cell: cell.update(
        source='def f():\n    """Text."""\n    # SOLUTION 4e\n    return 1\n\n\nruns = f()'))
    return r"notebooks/task4\.ipynb, cell 4e-runs:3: the stub of a cell stands in a block"


def check_that_passes(reference):
    with open(reference / "assignment/checks/counting.py", "a", encoding="utf-8") as file:
        file.write('\n\n@check("2d", "count", "nothing", remark=True)\n'
                   'def nothing(student):\n    pass\n')
    return r'.*the check 2d, nothing, should report "not started" .* and reports passed'


def check_that_fails(reference):
    with open(reference / "assignment/checks/counting.py", "a", encoding="utf-8") as file:
        file.write('\n\n@check("2d", "count", "all", remark=True)\ndef everything(student):\n'
                   '    raise Problem("it is wrong")\n')
    return r'.*the check 2d, all, should report "not started" .* reports failed: it is wrong'


def check_that_crashes(reference):
    with open(reference / "assignment/checks/counting.py", "a", encoding="utf-8") as file:
        file.write('\n\n@check("2d", "count", "half", remark=True)\n'
                   'def half(student):\n    return 1 / 0\n')
    return r".*the check 2d, half, should .* reports failed: .* \(ZeroDivisionError: “division by"


def points_without_a_check(reference):
    replace(reference / "assignment/checks/counting.py",
            '@check("2d", "count", "number of parameters")\n', "")
    return r"assignment/assignment\.toml:\d+: the part count of 2d has points by code and no check"


@pytest.mark.faults
@pytest.mark.parametrize("plant", [
    check_that_passes, check_that_fails, check_that_crashes, points_without_a_check,
    fails_at_import, calls_a_stub_at_import, does_not_lint, notebook_does_not_lint,
    stub_is_not_reached, stub_of_another_task_is_reached, stub_that_nobody_calls,
    stub_of_a_cell_in_a_block, stub_of_a_cell_in_a_function])
def test_an_edition_that_does_not_work_is_refused(plant, reference, capsys, monkeypatch):
    if "lint" in plant.__name__ and not inspection.importlib.util.find_spec("ruff"):
        pytest.skip("needs ruff")
    expected = plant(reference)
    told = refusal(reference, capsys, monkeypatch)
    assert re.match("staff release: (the student edition )?" + expected, told), told


@pytest.mark.faults
def test_without_ruff_nothing_is_released(student, monkeypatch):
    monkeypatch.setattr(inspection.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match="ruff is not installed"):
        inspection.check_lint(student)


def markers_lost(folder):
    path = folder / "task2.py"
    text = path.read_text(encoding="utf-8")
    before, after = text.split("def slope(self, a):")
    path.write_text(f"{before}def slope(self, a):"
                    + after.replace("        # SOLUTION 2b\n", "", 1), encoding="utf-8")
    return "task2.SoftmaxModel.slope has no stub in the student edition"


def tag_misspelt(folder):
    replace(folder / "notebooks" / "task1.ipynb", '"solution"', '"soluton"', 1)
    return r"notebooks/task1\.ipynb, cell \S+: the tag 'soluton' is not known"


def tag_forgotten(folder):
    path = folder / "notebooks" / "task2.ipynb"
    node = nbformat.read(path, as_version=4)
    node.cells.append(nbformat.v4.new_code_cell("assert count_parameters([3, 2], 4) == 18"))
    nbformat.write(node, path)
    return r"notebooks/task2\.ipynb, cell \S+: the cell needs one of the tags"


@pytest.mark.faults
@pytest.mark.parametrize("plant", [markers_lost, tag_misspelt, tag_forgotten])
def test_what_was_forgotten_or_misspelt_is_refused(reference, capsys, monkeypatch, plant):
    expected = plant(reference)
    told = refusal(reference, capsys, monkeypatch)
    assert re.match(f"staff release: {expected}", told), told


def test_a_picture_in_an_answer_is_left_out(reference, tmp_path, monkeypatch):
    path = reference / "notebooks" / "task2.ipynb"
    node = nbformat.read(path, as_version=4)
    cell, = [cell for cell in node.cells if cell.id == "2a-reading"]
    cell.attachments = {"a.png": {"image/png": "AAAA"}}
    student, _ = strip_notebook(node, "task2.ipynb", ASSIGNMENT)
    assert "attachments" not in [cell for cell in student.cells if cell.id == "2a-reading"][0]


def given_line_changed(folder):
    replace(folder / "task2.py", "def evaluate(model, X, targets):", "def evaluate(model, X, Y):")
    return r"task2\.py:\d+: putting the solutions back does not give this line"


def stub_lost(folder):
    replace(folder / "task3.py", "    raise NotImplementedError(", "    raise ValueError(")
    return r"task3\.py:\d+: the solution of line \d+ cannot be put back"


def line_end_changed(folder):
    replace(folder / "utils.py", "\n", "\r\n")
    return r"utils\.py:1: putting the solutions back does not give this line"


def given_cell_changed(folder):
    change_cell(folder / "notebooks/task3.ipynb", "3b-runs", lambda cell: cell.update(source="1"))
    return r"notebooks/task3\.ipynb, cell 3b-runs: putting the solutions back"


def question_changed(folder):
    change_cell(folder / "notebooks/task3.ipynb", "3b-intro", lambda cell: cell.update(source="?"))
    return r"notebooks/task3\.ipynb, cell 3b-intro: putting the solutions back"


def metadata_of_a_cell_changed(folder):
    change_cell(folder / "notebooks/task3.ipynb", "3b-values",
                lambda cell: cell.metadata.update(collapsed=True))
    return r"notebooks/task3\.ipynb, cell 3b-values: putting the solutions back"


def metadata_of_the_notebook_changed(folder):
    replace(folder / "notebooks/task1.ipynb", "Python 3 (ipykernel)", "Python 3")
    return r"notebooks/task1\.ipynb: putting the solutions back gives other cells or metadata"


def cell_added(folder):
    node = nbformat.read(folder / "notebooks/task1.ipynb", as_version=4)
    node.cells.append(nbformat.v4.new_markdown_cell("more", id="more"))
    nbformat.write(node, folder / "notebooks/task1.ipynb")
    return r"notebooks/task1\.ipynb(, cell [\w-]+)?: (putting|the reference)"


def output_left(folder):
    change_cell(folder / "notebooks/task3.ipynb", "3b-runs", lambda cell: cell.update(
        outputs=[nbformat.v4.new_output("stream", text="0.1\n")]))
    return r"task3\.ipynb, cell 3b-runs: the student edition holds an output"


def not_a_notebook(folder):
    replace(folder / "notebooks/task3.ipynb", '"cell_type": "markdown"', '"cell_type": "prose"')
    return r".*task3\.ipynb is not a notebook that can be read"


@pytest.mark.faults
@pytest.mark.parametrize("spoil", [
    given_line_changed, stub_lost, line_end_changed, given_cell_changed, question_changed,
    metadata_of_a_cell_changed, metadata_of_the_notebook_changed, cell_added, output_left,
    not_a_notebook])
def test_an_edition_from_which_the_reference_does_not_come_back_is_refused(
        spoil, reference, capsys, monkeypatch):
    expected, write = [], Edition.write

    def write_and_spoil(self, folder):
        write(self, folder)
        expected.append(spoil(folder))

    monkeypatch.setattr(Edition, "write", write_and_spoil)
    told = refusal(reference, capsys, monkeypatch)
    assert re.match("staff release: " + expected[0], told), told


# ------------------------------------------------------------------ whole or not at all

def fill(folder, text="new", force=False):
    """Make a small release of one file."""
    with folders.fill_folder(folder, force) as filling:
        (filling / "file.txt").write_text(text)


def test_an_earlier_release_is_replaced(tmp_path):
    fill(tmp_path / "student", "old")
    fill(tmp_path / "student")
    assert (tmp_path / "student/file.txt").read_text() == "new"
    with zipfile.ZipFile(tmp_path / "student.zip") as zipped:
        assert zipped.read("student/file.txt") == b"new"
    assert {path.name for path in tmp_path.iterdir()} == {"student", "student.zip"}


def something_else(tmp_path):
    (tmp_path / "student").mkdir()
    return "exists and is no earlier release"


def a_changed_release(tmp_path):
    fill(tmp_path / "student", "old")
    (tmp_path / "student/file.txt").write_text("work")
    return r"an earlier release in which file\.txt was changed"


def a_release_with_more_in_it(tmp_path):
    fill(tmp_path / "student", "old")
    (tmp_path / "student/mine.txt").write_text("work")
    return r"an earlier release in which mine\.txt was changed"


def another_zip(tmp_path):
    (tmp_path / "student.zip").write_bytes(b"work")
    return r"student\.zip exists and is no earlier release"


@pytest.mark.parametrize("there", [something_else, a_changed_release, a_release_with_more_in_it,
                                   another_zip])
def test_what_is_no_earlier_release_stays_unless_forced(there, tmp_path):
    words = there(tmp_path)
    before = {path: path.read_bytes() for path in folders.list_edition_files(tmp_path)}
    with pytest.raises(Refused, match=words):
        fill(tmp_path / "student")
    assert before == {path: path.read_bytes() for path in folders.list_edition_files(tmp_path)}
    fill(tmp_path / "student", force=True)
    assert (tmp_path / "student/file.txt").read_text() == "new"
    assert not (tmp_path / "student/mine.txt").exists()


@pytest.mark.parametrize("problem", [KeyboardInterrupt, Refused, ValueError])
def test_a_release_that_fails_leaves_the_one_before(problem, tmp_path):
    fill(tmp_path / "student", "old")
    before = {path: path.read_bytes() for path in folders.list_edition_files(tmp_path)}
    with pytest.raises(problem), folders.fill_folder(tmp_path / "student") as filling:
        (filling / "file.txt").write_text("half")
        raise problem
    assert before == {path: path.read_bytes() for path in folders.list_edition_files(tmp_path)}


def test_a_zip_that_cannot_be_put_in_place_leaves_the_folder_before(tmp_path, monkeypatch):
    fill(tmp_path / "student", "old")

    def fail(*paths):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folders.os, "replace", fail)
    with pytest.raises(Refused, match="cannot be written .Permission denied."):
        fill(tmp_path / "student")
    assert (tmp_path / "student/file.txt").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"student", "student.zip"}


@pytest.mark.parametrize("place", [".", "..", "kit", "notebooks/student", "staff/x"])
def test_the_reference_is_never_replaced(place, capsys):
    assert main(["release", "-o", str(ROOT / place), "--force"]) == 2
    assert "holds the reference edition: give a place outside it" in capsys.readouterr().err


@pytest.mark.faults
def test_the_command_line_says_what_it_made(tmp_path):
    output = tmp_path / "out/student"
    done = subprocess.run([sys.executable, "-m", "staff", "release", "-o", output],
                          cwd=ROOT / "notebooks", capture_output=True, text=True,
                          env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert done.returncode == 0, done.stderr
    folder, archive, what = done.stdout.splitlines()
    assert Path(folder, "README.md").is_file() and Path(archive).is_file()
    assert re.fullmatch(r"\d+ blanks", what)


def test_staff_lists_its_commands():
    done = subprocess.run([sys.executable, "-m", "staff", "--help"], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0 and "release" in done.stdout
    done = subprocess.run([sys.executable, "-m", "staff"], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 2 and "no command was given" in done.stderr


# ---------------------------------------------------------------------------------- stripping

def stripped(text, name="f.py"):
    """The student's text and the cuts, from which the reference's text comes back."""
    student, cuts = stripping.strip(text, name, IDS)
    assert stripping.restore_text(student, cuts, name) == text
    return student, cuts


def test_a_solution_gives_way_to_a_stub_of_its_docstring_and_comes_back():
    text = ('def f(x):\n    """x (N,) \\"as\\" it\n    is. And more.\n\n    More words."""\n'
            "    x = check(x)\n    # SOLUTION 2b\n    # a comment\n    return x  # why\n"
            "\n\ny = 1\n")
    student, cuts = stripped(text)
    assert student == ('def f(x):\n    """x (N,) \\"as\\" it\n    is. And more.\n\n'
                       '    More words."""\n'
                       "    x = check(x)\n"
                       '    raise NotImplementedError("task 2b: write f: x (N,) \\"as\\" it '
                       'is.")\n\n\ny = 1\n')
    assert stripping.list_solution_lines(cuts, text) == [(9, "return x")]
    with pytest.raises(NotImplementedError, match=r'^task 2b: write f: x \(N,\) "as" it is\.$'):
        exec(student + "f(1)", {"check": lambda x: x})


def test_a_long_stub_is_divided_between_words_and_says_them_all():
    words = " ".join(["the outputs (N, K) of task 2"] * 20) + "."
    student, (cut,) = stripped(f'class A:\n    def f(self):\n        """{words}"""\n'
                               "        # SOLUTION 2b\n        return 1\n")
    assert len(cut.shown) > 5 and all(len(line) <= 99 for line in cut.shown)
    with pytest.raises(NotImplementedError) as raised:
        exec(student + "A().f()", {})
    assert str(raised.value) == cut.words == f"task 2b: write f: {words}"
    assert not [line for line in cut.shown if re.search(r'\([^)]*"$|task "$', line)]


def test_a_solution_ends_with_its_function_or_at_its_end():
    text = ('def f():\n    """F."""\n    a = 1\n    # SOLUTION 2b\n    a += 1\n'
            "    # END SOLUTION\n    return a\n")
    student, _ = stripped(text)
    assert student == ('def f():\n    """F."""\n    a = 1\n    raise NotImplementedError("task 2b'
                       ': write f: F.")\n    return a\n')
    text = ('def f():\n    """F."""\n\n    def g():\n        """G."""\n        # SOLUTION 2b\n'
            "        return 1\n        # its last comment\n\n    return g() + 1\n    # F's\n")
    student, cuts = stripped(text)
    assert student == ('def f():\n    """F."""\n\n    def g():\n        """G."""\n        raise '
                       'NotImplementedError("task 2b: write g: G.")\n\n    return g() + 1\n'
                       "    # F's\n")
    text = 'def f():\n    """F."""\n    # SOLUTION 2b\n    return 1\n    # F\'s\n\n\n# not F\'s\n'
    assert stripped(text)[0].endswith(': F.")\n\n\n# not F\'s\n')


def test_an_optional_solution_leaves_the_docstring():
    text = ('class A:\n    def f(self):\n        """F."""\n        # SOLUTION 0 optional\n'
            "        return 1\n\n    b = 2\n")
    student, (cut,) = stripped(text)
    assert student == 'class A:\n    def f(self):\n        """F."""\n\n    b = 2\n'
    assert (cut.task, cut.words, cut.shown) == ("0", "", ())


def test_names_that_a_solution_assigns_outside_functions_become_none():
    text = ("a = 1\n# SOLUTION 4d\nONE = 1\nTHREE, (x[0], *rest) = ONE + 2, (1, 2)  # more\n"
            "b: int = sum(i for i in (j := [1]))\nx.y = ONE\nONE += 1\n# END SOLUTION\nc = 3\n")
    student, (cut,) = stripped(text)
    assert student == ("a = 1\nONE   = None    # task 4d\nTHREE = None    # task 4d\n"
                       "rest  = None    # task 4d\nb     = None    # task 4d\nc = 3\n")
    assert cut.words == ""


@pytest.mark.parametrize("code", ["print(1)", "x[0] = 1", "", "for i in x:\n    print(i)"])
def test_lines_outside_functions_that_assign_no_name_give_way_to_a_stub(code):
    student, (cut,) = stripped(f"# SOLUTION 4e\n{code}\n# END SOLUTION\nc = 3")
    assert student == ('raise NotImplementedError("task 4e: write the lines that belong here")\n'
                       "c = 3")
    assert cut.words == "task 4e: write the lines that belong here"


def test_lines_of_the_staff_vanish_with_the_blank_lines_below_and_leave_their_default():
    text = "a = 1\n\n\n# BEGIN STAFF\nb = 2\n# END STAFF\n\n\nc = 3\n"
    student, (cut,) = stripped(text)
    assert student == "a = 1\n\n\nc = 3\n" and (cut.task, cut.words) == (None, "")
    text = "if a:\n    # BEGIN STAFF\n    #= b = 1\n    #= c = 1\n    b = 2\n    # END STAFF"
    student, cuts = stripped(text)
    assert student == "if a:\n    b = 1\n    c = 1"
    assert stripping.list_solution_lines(cuts, text) == [(5, "b = 2")]
    text = '[a]\n# BEGIN STAFF\n#= names = ["Group NN"]\nnames = ["Ada"]\n# END STAFF\nb = 1\n'
    assert stripped(text, "a.toml")[0] == '[a]\nnames = ["Group NN"]\nb = 1\n'


REFUSED = {
    "no end outside functions": ("a = 1\n# SOLUTION 4d\nb = 1\n",
                                 "f.py:2: SOLUTION 4d has no end: add `# END SOLUTION`"),
    "no end of the staff's lines": ("# BEGIN STAFF\nb = 1\n",
                                    "f.py:1: BEGIN STAFF has no end: add `# END STAFF`"),
    "optional outside functions and no end": ("# SOLUTION 0 optional\nb = 1\n",
                                              "f.py:1: SOLUTION 0 optional has no end"),
    "end of nothing": ("a = 1\n# END SOLUTION\n", "f.py:2: END SOLUTION ends nothing"),
    "end after the function": ('def f():\n    """F."""\n    # SOLUTION 2b\n    return 1\n'
                               "# END SOLUTION\n", "f.py:5: END SOLUTION ends nothing"),
    "in a class": ('class A:\n    """A."""\n    # SOLUTION 2b\n    a = 1\n    # END SOLUTION\n',
                   "f.py:3: the marker is indented by 4"),
    "in a block": ('def f():\n    """F."""\n    if f:\n        # SOLUTION 2b\n        return\n',
                   "f.py:4: the marker is indented by 8"),
    "in a block outside functions": ("if a:\n    # SOLUTION 2b\n    b = 1\n    # END SOLUTION\n",
                                     "f.py:2: the marker is indented by 4"),
    "no docstring": ("def f():\n    # SOLUTION 2b\n    return 1\n",
                     "f.py:2: f needs a docstring: its stub is made of that"),
    "an empty docstring": ('def f():\n    """ """\n    # SOLUTION 2b\n    return 1\n',
                           "f.py:3: f needs a docstring"),
    "a comment for a docstring": ("def f():\n    # F.\n    # SOLUTION 2b\n    return 1\n",
                                  "f.py:3: f needs a docstring"),
    "inside another": ("# SOLUTION 4d\na = 1\n# SOLUTION 4e\nb = 1\n# END SOLUTION\n",
                       "f.py:3: SOLUTION 4e stands inside the region that begins in line 1: end "
                       "that one first"),
    "a function inside": ('# SOLUTION 4d\ndef f():\n    """F."""\n    # SOLUTION 4e\n'
                          "    return 1\n# END SOLUTION\n", "f.py:4: SOLUTION 4e stands inside"),
    "half a statement": ("a = [\n# SOLUTION 4d\n    1,\n# END SOLUTION\n]\n",
                         "f.py:2: the solution divides a statement: move its markers"),
    "no Python": ("a = = 1\n# SOLUTION 4d\nb = 1\n# END SOLUTION\n",
                  "f.py:2: a solution can only stand in Python code, and line 1 is none: inv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_region_that_cannot_be_cut_out_is_refused(case):
    text, words = REFUSED[case]
    with pytest.raises(Refused, match="^" + re.escape(words)):
        stripping.strip(text, "f.py", IDS)


@pytest.mark.parametrize("name", ["a.toml", "notebooks/report.toml", "requirements.txt"])
def test_settings_hold_no_solution_even_where_they_could_be_python(name):
    with pytest.raises(Refused, match=f"^{name}:1: a solution can only stand in Python code"):
        stripping.strip('# SOLUTION 2b\na = "b"\n# END SOLUTION\n', name, IDS)


def test_the_description_of_a_figure_is_left_out_as_it_says_what_is_to_be_seen():
    text = "#| fig-cap: Losses.\n#| fig-alt: The loss falls.\nplot()\n"
    student, cuts = stripping.strip(text, "f.py", IDS)
    assert student == "#| fig-cap: Losses.\nplot()\n" and [cut.task for cut in cuts] == [None]
    assert stripping.restore_text(student, cuts, "f.py") == text


@pytest.mark.parametrize("line", ["# a solution of 2b", "# the end of the staff's", "# beginning",
                                  "x = 'SOLUTION 2b'", "# solve it", "# SOL"])
def test_other_words_are_no_marker(line):
    assert stripped(f"a = 1\n{line}\n")[1] == []


# (script or notebook's cell, what holds the blank, its subtask); a lost marker would hand out its
# solution, and one that is new belongs in here
BLANKS = [
    ("utils.py", "batch_loader", "0"),
    ("task2.py", "training_statistics", "2a"), ("task2.py", "pre_process_images", "2a"),
    ("task2.py", "one_hot_encode", "0"), ("task2.py", "cross_entropy_loss", "0"),
    ("task2.py", "accuracy_of", "0"),
    ("task2.py", "sigmoid", "2b"), ("task2.py", "softmax", "2b"),
    ("task2.py", "SoftmaxModel.initial_weights", "2c"), ("task2.py", "SoftmaxModel.slope", "2b"),
    ("task2.py", "SoftmaxModel.forward", "2b"), ("task2.py", "SoftmaxModel.backward", "2b"),
    ("task2.py", "count_parameters", "2d"),
    ("task2.py", "SoftmaxTrainer.train_step", "2c"), ("task2.py", "SoftmaxTrainer.update", "2c"),
    ("task2.py", "SoftmaxTrainer.stop_early", "0"),
    ("task3.py", "ImprovedModel.activation", "3a"), ("task3.py", "ImprovedModel.slope", "3a"),
    ("task3.py", "ImprovedModel.initial_weights", "3b"),
    ("task3.py", "MomentumTrainer.update", "3c"),
    ("task4.py", "equal_width", "4d"), ("task4.py", "BUDGET, WIDTH, TWO", "4d"),
    ("notebooks/task2.ipynb, cell 2c-figure", "", "2c"),
    ("notebooks/task4.ipynb, cell 4d-figure", "", "4d"),
    ("notebooks/task4.ipynb, cell 4e-runs", "runs", "4e"),
    ("notebooks/task4.ipynb, cell 4e-figure", "", "4e"),
]


def test_the_blanks_of_the_edition_are_these_and_no_solution_is_left():
    edition, found = Edition(ASSIGNMENT), []
    pieces = [(name, *texts) for name, texts in edition.texts.items()]
    pieces += [(f"{name}, cell {change.cell.id}", change.cell.source, change.student.source,
                change.cuts) for name, (_, _, changes) in edition.notebooks.items()
               for change in changes if change.cuts]
    for name, reference, _, cuts in pieces:
        for cut in cuts:
            if cut.task:
                names = ", ".join(line.split()[0] for line in cut.shown if " = None " in line)
                holder = names or inspection.find_enclosing(reference, cut.at)
                found.append((name, holder, cut.task))
    assert found == BLANKS and edition.blanks == len(BLANKS)
    optional = [cut for _, _, _, cuts in pieces for cut in cuts if cut.task and not cut.shown]
    assert ["stop_early" in "".join(cut.hidden) or "best_step" in "".join(cut.hidden)
            for cut in optional] == [True]


def test_release_needs_no_path_of_this_machine(student):
    for path in folders.list_edition_files(student):
        if path.suffix in TEXTS:
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path
    assert Path(student / "assignment" / "assignment.toml").is_file()
