"""`python -m kit check`: states, points, exit statuses, and code that would not be checked."""
import ast
import io
import json
import os
import struct
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from here import ASSIGNMENT, BY_ID, CHECKS, ROOT, SUBTASKS
import kit.check
from kit.__main__ import main
from kit.check import FAILED, NOT_STARTED, PASSED, check, run_checks
from kit.checking import launching, messages, registry
from kit.checking.student import NotImported, NotWritten, Problem, Student
from kit.files import Refused
from planted import SCRIPTS, find, plant, with_body
from planted.judging import check_changes, count_losses, join_words
from staff.release.stripping import strip


FORWARD = "task2.SoftmaxModel.forward"
UPDATE = "task2.SoftmaxTrainer.update"
# the line of the first statement of a body of forward
LINE = find(ast.parse((ROOT / "task2.py").read_text(encoding="utf-8")),
            "SoftmaxModel.forward").lineno + 1


def blank(place, subtask):
    """The change that makes a blank again."""
    return with_body(place, f'raise NotImplementedError("task {subtask}: write this")')


def collect_states(report):
    """{subtask: the states of its checks}, remarks aside."""
    found = {}
    for result in report.results:
        if not result.remark:
            found.setdefault(result.subtask, set()).add(result.state)
    return found


@pytest.fixture
def folder(tmp_path):
    """A folder with the reference's scripts."""
    plant(tmp_path, {})
    return tmp_path


@pytest.fixture
def scripts(tmp_path):
    """A Student of four scripts, of which task2.py is given."""
    def of(text, **options):
        plant(tmp_path, {})
        (tmp_path / "task2.py").write_text(text, encoding="utf-8")
        return Student(tmp_path, **options)
    return of


# ------------------------------------------------------------------------------- states and points

def test_reference_has_all_points():
    report = run_checks()
    assert (report.points, report.of, report.by_hand) == (60, 60, 40) and report.all_passed
    assert str(report).endswith("60 of 60 points by code; a person gives up to 40 more for the "
                                "text in the notebooks")
    assert "2c  Training: 4 of 4 points; by hand: plot 2" in str(report)
    assert "1a  Update rules: by hand: derivation 10" in str(report)
    assert json.loads(json.dumps(report.as_json()))["points"] == 60


@pytest.mark.parametrize("name", ["BUDGET", "WIDTH", "TWO"])
def test_each_name_of_4d_that_is_still_none_is_not_started(name, folder):
    text = (folder / "task4.py").read_text(encoding="utf-8")
    blank = text.replace("# END SOLUTION\n", f"{name} = None\n")
    assert blank != text
    (folder / "task4.py").write_text(blank, encoding="utf-8")
    assert f"not started  BUDGET, WIDTH and TWO\n      {name} in task4.py is None" in str(
        run_checks(["4d"], folder))


def test_blank_scripts_are_not_started(tmp_path):
    for name in SCRIPTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(strip(text, name, list(BY_ID))[0], encoding="utf-8")
    report = run_checks(folder=tmp_path)
    assert report.points == 0 and not report.all_passed
    assert set.union(*collect_states(report).values()) == {NOT_STARTED}
    assert "forward is not written yet in task2.py, line" in str(report)
    assert "not started  BUDGET, WIDTH and TWO\n      BUDGET in task4.py is None" in str(report)
    assert "2b  Forward and backward: 0 of 17 points" in str(report)


def test_a_check_says_what_it_needs_first():
    def needs(_):
        raise NotWritten("2a", "it is not written yet")

    one = registry.Check("2c", "train_step", "a title", needs, False, ("2c",))
    found = kit.check.run_check(one, SimpleNamespace(assignment=ASSIGNMENT))
    assert (found.state, found.words) == ("needs 2a first", "it is not written yet")


@pytest.mark.faults
@pytest.mark.parametrize("place, subtask, costs", [
    ("utils.batch_loader", "0", {"2c": 1}), ("task2.one_hot_encode", "0", {"2c": 1}),
    ("task2.cross_entropy_loss", "0", {"2c": 1}), ("task2.accuracy_of", "0", {"2c": 1}),
    ("task2.training_statistics", "2a", {"2a": 2}), ("task2.sigmoid", "2b", {"2b": 7}),
    ("task2.softmax", "2b", {"2b": 7}), ("task2.SoftmaxModel.slope", "2b", {"2b": 10}),
    ("task2.SoftmaxModel.initial_weights", "2c", {"2c": 3}), (UPDATE, "2c", {"2c": 3}),
    ("task2.SoftmaxTrainer.train_step", "2c", {"2c": 3}),
    ("task2.count_parameters", "2d", {"2d": 5}), ("task3.MomentumTrainer.update", "3c", {"3c": 4}),
    ("task2.SoftmaxTrainer.stop_early", "0", {})])
def test_a_blank_costs_what_a_line_that_raises_costs(place, subtask, costs):
    assert count_losses(check_changes(blank(place, subtask))) == costs
    assert count_losses(check_changes(with_body(place, "raise ValueError('no')"))) == costs


def test_a_blank_without_a_known_subtask_is_not_started():
    report = check_changes(blank("task2.SoftmaxModel.slope", "<b>"), ["2b"])
    assert {result.state for result in report.results if result.title.startswith("grad")} == \
        {NOT_STARTED}


def test_task_3_can_be_written_before_task_2():
    report = check_changes(blank("task2.sigmoid", "2b") | blank(FORWARD, "2b"), ["3a", "2b"])
    assert count_losses(report) == {"2b": 7} and collect_states(report)["3a"] == {PASSED}


def test_the_images_are_judged_without_the_labels():
    report = check_changes(blank("task2.one_hot_encode", "0"), ["2a", "2c"])
    assert count_losses(report) == {"2c": 1} and collect_states(report)["2a"] == {PASSED}


def test_a_train_step_without_update_needs_update_first():
    step = """outputs = self.model.forward(X_batch)
self.model.backward(X_batch, outputs, Y_batch)
self.model.ws[0] -= 0.5
return cross_entropy_loss(Y_batch, outputs)"""
    changes = with_body("task2.SoftmaxTrainer.train_step", step) | blank(UPDATE, "2c")
    report = check_changes(changes, ["2c"])
    assert [result.state for result in report.list_results("2c")][1:3] == [NOT_STARTED] * 2


def test_another_NotImplementedError_is_a_failure():
    report = check_changes(with_body(FORWARD, "raise NotImplementedError('later')"), ["2b"])
    assert collect_states(report)["2b"] == {FAILED, PASSED}
    assert f"forward raises NotImplementedError in task2.py, line {LINE}: “later”" in \
        join_words(report)


def test_one_subtask_brings_the_helpers_that_its_point_hangs_on():
    report = run_checks(["2c"])
    assert report.points == report.of == 4 and report.subtasks == ["2c"]
    assert {result.subtask for result in report.results} == {"0", "2c"}
    assert "one-hot" not in str(report)
    report = run_checks(["0"])
    assert report.of == 0 and str(report).endswith(
        "\n0  Helpers from the assignment before: 1 point, counted in 2c")


def test_points_of_2c_are_unknown_where_only_its_helpers_were_tried():
    assert run_checks(["0"]).count_points(BY_ID["2c"]) is None


def test_every_point_hangs_on_a_check():
    parts = {(subtask.id, part) for subtask in SUBTASKS for part in subtask.by_code}
    tried = {ASSIGNMENT.charge(one)
             for one in CHECKS if not one.remark}
    assert tried == parts


# ------------------------------------------------------------------------------- the command line

def run(arguments, folder):
    """Run kit check on scripts in a folder, as a command; kit is the one that is tested."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import kit.check as c; " \
           f"c.run_checks.__defaults__ = (None, {str(folder)!r}, None); " \
           f"from kit.__main__ import main; sys.exit(main({['check', *arguments]!r}))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})


def test_exit_statuses(folder):
    done = run(["2d", "3b"], folder)
    assert done.returncode == 0 and done.stdout.startswith("2d  Number of parameters: 5 of 5 ")
    plant(folder, with_body("task3.ImprovedModel.activation", "return z"))
    done = run(["3a"], folder)
    assert done.returncode == 1 and "  failed  the improved sigmoid\n      activation(z) is " \
        "wrong " in done.stdout
    done = run(["2z"], folder)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("kit check: there is no subtask 2z: choose from 0, 1a, 1b, 2a")
    for name in SCRIPTS:
        (folder / name).unlink()
    done = run([], folder)
    assert done.returncode == 2 and "has no utils.py or task2.py or task3.py or task4.py: run " \
        "this in the assignment's folder" in done.stderr


def test_a_remark_leaves_the_exit_status_at_0(folder):
    plant(folder, with_body("task2.cross_entropy_loss",
                            "return -np.sum(targets * np.log(outputs)) / len(targets)"))
    done = run(["0"], folder)
    assert done.returncode == 0 and "failed  loss where an output is 0 (costs nothing)" in \
        done.stdout


def test_stopped_from_the_keyboard(monkeypatch, capsys):
    def stopped(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(kit.check, "run_checks", stopped)
    assert main(["check"]) == 130 and capsys.readouterr().err == "kit check: stopped\n"


def test_no_python_is_exit_status_2(monkeypatch, capsys):
    monkeypatch.setattr(launching.sys, "executable", "/nowhere/python")
    assert main(["check", "2d"]) == 2 and capsys.readouterr().err.startswith("kit check: ")


# -------------------------------------------------------------------------------- in a notebook

def test_check_in_a_notebook_runs_fresh_code_each_time(folder, monkeypatch):
    monkeypatch.setattr(run_checks, "__defaults__", (None, folder, None))
    assert check("2d").points == 5
    plant(folder, {"task2.count_parameters": "def count_parameters(*layers):\n"
                                             "    return 1 + right_count_parameters(*layers)"})
    report = check("2d")
    assert report.points == 0 and "is 64, expected 63" in repr(report)
    plant(folder, {})
    assert check("2d", "3b").points == 9
    assert not (folder / "__pycache__").exists()


def test_check_of_an_unknown_subtask():
    with pytest.raises(ValueError, match="there is no subtask 9x: choose from"):
        check("9x")
    with pytest.raises(Refused):
        run_checks(["2b", "<script>"])


def test_html_escapes_what_a_student_wrote():
    hostile = "'<script>alert(1)</script> \\x1b[2J \\u202e &amp;\\n\\nsecond'"
    report = check_changes(with_body(FORWARD, f"raise ValueError({hostile})"), ["2b"])
    page, text = report._repr_html_(), str(report)
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&amp;amp;" in page and "\x1b" not in page + text and "\u202e" not in page + text
    assert "#c62828" in page and " 10 of 17 points" in page
    assert "(costs nothing)" in page
    assert page.count("<table") == page.count("</table>") == 1
    assert f"raises ValueError in task2.py, line {LINE}: “<script>alert(1)</script> \ufffd[2J " \
        "\ufffd &amp; second”" in " ".join(text.split())


def test_a_long_message_is_shortened():
    report = check_changes(with_body(FORWARD, "raise ValueError('x' * 10**6)"), ["2b"])
    assert all(len(result.words) <= 500 for result in report.results)


# ------------------------------------------------------------------- what a script does at import

def test_a_missing_script_costs_what_hangs_on_it(folder):
    (folder / "task4.py").unlink()
    report = run_checks(["4d", "2d"], folder)
    assert count_losses(report) == {"4d": 2}
    assert "task4.py is missing: take it from the assignment's zip again" in join_words(report)


def test_a_broken_utils_is_said_to_be_broken():
    report = check_changes({"utils:first": "oh no"}, ["2d", "0"])
    assert "task2.py cannot be imported: SyntaxError in utils.py, line 2: “invalid syntax”" in \
        join_words(report)


def test_one_syntax_error_is_told_once():
    report = check_changes({"task2:first": "oh no"})
    for text in (str(report), report._repr_html_()):
        assert text.count("SyntaxError") == 1
        assert text.count("task2.py cannot be imported: see above") > 5
    assert join_words(report).count("SyntaxError") > 20


def test_a_folder_may_hold_modules_with_names_that_the_checks_use(folder):
    for name in ("numpy", "json", "struct", "kit"):
        (folder / f"{name}.py").write_text("raise RuntimeError('mine')\n", encoding="utf-8")
    assert run_checks(["2a", "2d"], folder).points == 10


# ----------------------------------------------------------------------- a process that misbehaves

LATE = """
import os, sys, time
NUM_CLASSES = 10
def forever():
    while True:
        pass
def sleep():
    time.sleep(60)
def dies():
    os._exit(7)
def crashes():
    os.abort()
def exits():
    raise SystemExit(3)
def interrupts():
    raise KeyboardInterrupt
def speaks():
    print("x" * 100000)
    os.write(1, b"y" * 100000)
    sys.__stdout__.write("z")
    return input("?") + "heard"
def answers():
    for fd in range(3, 30):
        try:
            os.write(fd, %r)
        except OSError:
            pass
    return 1
def floods():
    for fd in range(3, 30):
        try:
            os.write(fd, bytes([255] * 4) + b"0" * 100)
        except OSError:
            pass
    return 1
def changes(x):
    x += 1
class Odd(Exception):
    def __str__(self):
        raise ValueError
def odd():
    raise Odd
def deep():
    found = []
    for _ in range(200):
        found = [found]
    return found
def many():
    return [0] * 300000
def large():
    import numpy
    return numpy.zeros(10**7)
def closes():
    for fd in range(3, 30):
        try:
            os.close(fd)
        except OSError:
            pass
def recursion():
    return recursion()
def child():
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    os._exit(0)
"""
FORGED = json.dumps({"id": 1, "values": [60], "buffers": []}).encode()
LATE = LATE % (struct.pack("<I", len(FORGED)) + FORGED)


@pytest.mark.attack
@pytest.mark.parametrize("function, words", [
    ("forever", "forever did not return within 1 s: does a loop never end?"),
    ("sleep", "sleep did not return within 1 s"),
    ("dies", r"dies ended the Python process \(exit status 7\): remove os._exit"),
    ("crashes", "crashes ended the Python process"),
    ("exits", "exits calls sys.exit in task2.py, line 14: return a value instead"),
    ("interrupts", "interrupts raises KeyboardInterrupt"),
    ("answers", "answers interfered with the checks: it should only compute"),
    ("floods", "the result of floods is refused: "),
    ("odd", "odd raises Odd in task2.py, line 42"),
    ("many", "many ended the Python process|many"),
    ("large", "large ended the Python process|large"),
    ("closes", "closes ended the Python process"),
    ("recursion", "recursion raises RecursionError in task2.py"),
    ("missing", "task2.missing is missing: restore this name"),
    ("child", "child ended the Python process|child did not return"),
])
def test_misbehaviour_is_one_sentence_and_the_next_call_works(scripts, function, words):
    with scripts(LATE, seconds=1) as found:
        with pytest.raises(Problem, match=words):
            found.call(f"task2.{function}")
        assert found.get("task2.NUM_CLASSES") == 10


@pytest.mark.attack
def test_once_an_import_has_not_ended_others_get_a_calls_time(tmp_path):
    for name in ("task2", "task3"):
        (tmp_path / f"{name}.py").write_text("while True: pass\n")
    with Student(tmp_path, seconds=0.25, importing=0.5) as found:
        for name, seconds in (("task2", 0.5), ("task3", 0.25), ("task2", 0.5)):
            with pytest.raises(NotImported, match=f"{name}.py did not end within {seconds} s"):
                found.call(f"{name}.anything")


def test_what_did_not_come_back_is_not_tried_again(scripts):
    with scripts(LATE, seconds=0.5) as found:
        for _ in range(2):
            with pytest.raises(Problem, match="forever did not return"):
                found.call("task2.forever")
        assert found.process is None        # not even started for the second one


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the parent's number")
def test_an_endless_loop_ends_with_the_check_that_was_killed(tmp_path):
    plant(tmp_path, {"task2:first": "while True: pass"})
    code = f"from kit.check import run_checks; run_checks(['2d'], {str(tmp_path)!r})"
    check = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while not (started := psutil.Process(check.pid).children()):
        time.sleep(0.05)
    check.kill()
    check.wait()
    assert psutil.wait_procs(started, timeout=60)[1] == []


def test_prints_and_input_do_not_disturb(scripts):
    with scripts(LATE) as found:
        assert found.call("task2.speaks") == "heard"
        assert type(found.call("task2.deep", keep=True)) is messages.Handle


def test_changed_arguments_are_seen(scripts):
    with scripts(LATE) as found:
        with pytest.raises(Problem, match="changes changes its input array"):
            found.call("task2.changes", np.zeros(3), pure=True)
        assert found.call("task2.changes", np.zeros(3)) is None


def test_kinds_of_problems(scripts):
    with scripts("raise NotImplementedError('task 2b: write this')") as found:
        with pytest.raises(NotWritten) as raised:
            found.call("task2.sigmoid", 1.0)
        assert raised.value.subtask == "2b"
    with scripts("import os; os._exit(1)") as found, pytest.raises(NotImported):
        found.call("task2.sigmoid", 1.0)


def test_the_process_ends_with_the_checks(scripts):
    found = scripts("X = 1")
    with found:
        found.get("task2.X")
        process = found.process
    assert process.poll() is not None and found.process is None


def test_a_check_that_is_surprised_fails():
    with pytest.raises(Problem, match="so different from the expected ones .ZeroDivisionError"):
        registry.guard(lambda _: 1 / 0, "a title")(SimpleNamespace(instead={}))


def test_another_layout_may_try_something_else_under_a_title():
    asked = SimpleNamespace(instead={"a title": lambda _: "instead"})
    assert registry.guard(lambda _: "as it is", "a title")(asked) == "instead"
    assert registry.guard(lambda _: "as it is", "another")(asked) == "as it is"


# ---------------------------------------------------------------------------------- the messages

def pack(header, *buffers):
    """A stream that holds one message."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(struct.pack("<I", len(text)) + text + b"".join(buffers))


@pytest.mark.parametrize("value", [
    None, True, -3, 2.5, "é", [1, [2.0, ("a",)]], np.arange(6.0).reshape(2, 3).T,
    np.zeros((0, 3)), np.array(5), np.float32([1, 2]), np.array([True]), np.arange(3, dtype=">i2"),
    np.array([1 + 2j]), messages.Handle(3, "Model"), float("-inf"), 2 ** 62 - 1, "x" * 10 ** 5,
    [0] * (messages.MOST_VALUES // 2), 1e-308, -1.7976931348623157e308, np.float16([1, np.nan])])
def test_values_come_back(value):
    stream = io.BytesIO()
    messages.write_message(stream, {"id": 4}, [value])
    header, (found,) = messages.read_message(io.BytesIO(stream.getvalue()))
    assert header == {"id": 4} and type(found) is type(value)
    if isinstance(value, np.ndarray):
        assert found.dtype == value.dtype
        np.testing.assert_array_equal(found, value)
    else:
        assert found == value


def test_a_scalar_comes_back_as_an_array_of_no_axis():
    stream = io.BytesIO()
    messages.write_message(stream, {}, [np.float64(2), float("nan"), float("inf")])
    _, (scalar, nan, infinite) = messages.read_message(io.BytesIO(stream.getvalue()))
    assert scalar.shape == () and scalar == 2 and nan != nan and infinite > 1e308


@pytest.mark.parametrize("value", [np.longdouble(1) / 3, np.arange(6, dtype="g").reshape(2, 3) / 3,
                                   np.clongdouble(1j) / 3, np.empty((0, 2), "g")])
def test_numbers_of_more_than_64_bits_are_rounded(value):
    stream = io.BytesIO()
    messages.write_message(stream, {}, [[value]])
    _, ([found],) = messages.read_message(io.BytesIO(stream.getvalue()))
    assert found.dtype == (complex if np.iscomplexobj(value) else float)
    np.testing.assert_allclose(found, np.asarray(value), rtol=1e-15)


def test_what_is_not_plain_is_kept_or_refused():
    with pytest.raises(TypeError, match="object cannot be sent"):
        messages.encode(object(), [])
    for odd in (object(), 2 ** 70, np.array([None]), np.ma.array([1.0]), np.array(["a"])):
        assert messages.encode(odd, [], keep=lambda _: messages.Handle(1, "odd")) == \
            {"handle": 1, "type": "odd"}
    nested = []
    for _ in range(messages.DEEPEST + 1):
        nested = [nested]
    assert "handle" in str(messages.encode(nested, [], keep=lambda _: messages.Handle(1, "list")))


ARRAY = {"array": 0, "dtype": "<f8", "shape": [2]}


@pytest.mark.parametrize("stream, words", [
    (io.BytesIO(struct.pack("<I", messages.LONGEST_HEADER + 1)), "its header is too long"),
    (pack(b"{"), "cannot be read"), (pack([]), "cannot be read"), (pack(b"]" * 9), "be read"),
    (pack({"values": []}), "cannot be read"),
    (pack(b"\xff\xfe"), "cannot be read"),
    (pack('{"id": 1, "values": [], "buffers": []}'.encode("utf-16-le")), "cannot be read"),
    (pack(b"[" * 10 ** 5), "too deep"), (pack(b"[" * 10 ** 6), "too many values"),
    (pack(b'"' * 10 ** 6), "too many values"), (pack(b"[1" + b"0" * 10 ** 6), "too many digits"),
    (pack(b"[1." + b"0" * 10 ** 6), "too many digits"), (pack(b"[-1e999]"), "too many digits"),
    (pack(b"[18446744073709551616]"), "too many digits"),
    (pack(b'{"id": NaN}'), "NaN stands in"), (pack(b"[-Infinity]"), "-Infinity stands in"),
    (pack(b'{"id": 1, "id": 2}'), "stands twice"),
    (pack({"id": "x" * (messages.LONGEST_TEXT + 1)}), "text is too long"),
    (pack({"values": ["x" * (messages.LONGEST_TEXT + 1)], "buffers": []}), "text is too long"),
    (pack({"values": {"list": []}, "buffers": []}), "another form"),
    (pack({"values": [], "buffers": "12"}), "another form"),
    (pack({"values": [], "buffers": [True]}), "too large"),
    (pack({"values": [], "buffers": [1.0]}), "too large"),
    (pack({"values": [], "buffers": [-1]}), "too large"),
    (pack({"values": [], "buffers": ["1"]}), "too large"),
    (pack({"values": [], "buffers": [2 ** 62]}), "too large"),
    (pack({"values": [], "buffers": [messages.LARGEST_ARRAYS // 2] * 3}), "too large"),
    (pack({"values": [{"list": [0] * messages.MOST_VALUES}], "buffers": []}),
     "too many values"),
    (pack({"values": [ARRAY | {"dtype": "|O8"}], "buffers": [16]}, bytes(16)), "unusual"),
    (pack({"values": [ARRAY | {"dtype": "<f8,<f8"}], "buffers": [16]}, bytes(16)), "unusual"),
    (pack({"values": [ARRAY | {"dtype": "<f3"}], "buffers": [16]}, bytes(16)), "unusual"),
    (pack({"values": [ARRAY | {"dtype": ["<f8"]}], "buffers": [16]}, bytes(16)), "be read"),
    (pack({"values": [ARRAY | {"shape": [3]}], "buffers": [16]}, bytes(16)), "its shape"),
    (pack({"values": [ARRAY | {"shape": [-1, -2]}], "buffers": [16]}, bytes(16)), "its shape"),
    (pack({"values": [ARRAY | {"shape": [2 ** 32, 2 ** 32]}], "buffers": [0]}), "its shape"),
    (pack({"values": [ARRAY | {"shape": [2] + [1] * 8}], "buffers": [16]}, bytes(16)),
     "its shape"),
    (pack({"values": [ARRAY | {"shape": [2 ** 60] * 9}], "buffers": [0]}), "its shape"),
    (pack({"values": [ARRAY | {"shape": [0, 2 ** 60]}], "buffers": [0]}), "its shape"),
    (pack({"values": [ARRAY | {"shape": [2.0]}], "buffers": [16]}, bytes(16)), "its shape"),
    (pack({"values": [ARRAY | {"shape": "2"}], "buffers": [16]}, bytes(16)), "its shape"),
    (pack({"values": [ARRAY, ARRAY], "buffers": [16]}, bytes(16)), "its shape"),
    (pack({"values": [{"float": "1"}], "buffers": []}), "cannot be read"),
    (pack({"values": [{"odd": 1}], "buffers": []}), "cannot be read"),
    (pack({"values": [{"handle": "9" * 9, "type": ""}], "buffers": []}), "another form"),
    (pack({"values": [{"handle": 1, "type": [[]]}], "buffers": []}), "another form"),
])
def test_a_message_that_is_none(stream, words):
    with pytest.raises(messages.ProtocolError, match=words):
        messages.read_message(stream)


def test_brackets_in_a_text_count_for_nothing():
    text = '[[' * 1000 + '"\\' * 1000
    stream = io.BytesIO()
    messages.write_message(stream, {"id": 1, "error": {"message": text}}, [text])
    header, values = messages.read_message(io.BytesIO(stream.getvalue()))
    assert values == [text] and header["error"]["message"] == text


def test_a_true_counts_once():
    """Whatever byte stands for it: a student's process wrote it."""
    found = messages.read_message(pack({"values": [ARRAY | {"dtype": "|b1"}], "buffers": [2]},
                                       b"\xff\x00"))[1][0]
    assert found.dtype == bool and found.sum() == 1


def test_the_end_of_a_stream():
    with pytest.raises(EOFError):
        messages.read_message(io.BytesIO(b""))
    with pytest.raises(EOFError):
        messages.read_message(pack({"values": [ARRAY], "buffers": [16]}, bytes(15)))
