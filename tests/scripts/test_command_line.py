"""python task2.py, task3.py and task4.py, used rightly and wrongly."""
import subprocess
import sys

import pytest
from small_data import small_mnist
from here import ROOT



def run(script, *arguments, cwd=ROOT):
    return subprocess.run([sys.executable, str(ROOT / script), *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True, encoding="utf-8", timeout=300)


@pytest.mark.parametrize("script, rows", [
    ("task2.py", ["task 2"]),
    ("task3.py", ["task 2", "+ improved sigmoid", "+ improved weight init", "+ momentum"]),
    ("task4.py", ["32 units", "64 units", "128 units", "60 + 60 units", "ten layers of 64"]),
])
def test_a_task_runs_prints_its_results_and_saves_its_figure(script, rows, small_path, tmp_path):
    done = run(script, "--epochs", 1, "--seed", 3, "--data", small_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for row in rows:
        assert any(line.startswith(row + "  ") for line in done.stdout.splitlines()), done.stdout
    figure = tmp_path / "build" / "figures" / script.replace(".py", ".png")
    assert figure.read_bytes()[:4] == b"\x89PNG" and str(figure) in done.stdout
    assert "100%" in done.stderr                               # the progress bar


def test_the_seed_decides_the_numbers(small_path):
    def printed(seed):
        return run("task2.py", "--epochs", 1, "--seed", seed, "--data", small_path).stdout

    assert printed(1) == printed(1) != printed(2)


@pytest.mark.parametrize("arguments, problem", [
    (["--epochs", "0"], "got '0', expected a whole number from 1 up"),
    (["--epochs", "many"], "got 'many'"),
    (["--seed", "-1"], "--seed"),
    (["--data", "nowhere.npz"], "nowhere.npz does not exist"),
    (["--data", "README.md"], "README.md is not a readable npz file"),
    (["--rate", "1"], "unrecognized arguments: --rate"),
])
@pytest.mark.parametrize("script", ["task2.py", "task4.py"])
def test_wrong_use_ends_in_one_clear_line(script, arguments, problem):
    done = run(script, *arguments)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert problem in last and "error" in last
    assert "Traceback" not in done.stderr


def test_too_few_images_for_a_batch_end_in_one_clear_line(tmp_path):
    done = run("task2.py", "--data", small_mnist(tmp_path / "tiny.npz", train=8))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "batch_size is 32, expected a whole number from 1 to 8" in done.stderr


def test_help_names_every_option():
    done = run("task3.py", "--help")
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--epochs", "--seed", "--data", "default"))
