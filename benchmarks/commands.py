"""Whole commands: the kit's beside their alternatives. Each runs in a process of its own."""
import re
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from task2 import SoftmaxModel, cross_entropy_loss

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = "utils.py", "task2.py", "task3.py", "task4.py"
NOTEBOOKS = [f"notebooks/task{number}.ipynb" for number in (1, 2, 3, 4)]
HAND_INS = 4
ROUNDS = 3
NBCONVERT = ["-m", "jupyter", "nbconvert", "--log-level", "ERROR", *NOTEBOOKS,
             "--output-dir", "OUT", "--to"]
# {what: {way: the arguments of python}}; OUT stands for a new folder, IN for that of the hand-ins
GROUPS = {
    "PDF of four notebooks, not run": {
        "python -m kit report": ["-m", "kit", "report", "-o", "OUT/report.pdf"],
        "nbconvert --to typstpdf, four PDFs": [*NBCONVERT, "typstpdf"],
        "nbconvert --to webpdf, four PDFs": [*NBCONVERT, "webpdf", "--disable-chromium-sandbox"],
        "nbconvert --to pdf, four PDFs": [*NBCONVERT, "pdf"]},
    "check of a student's code": {
        "python -m kit check": ["-m", "kit", "check"],
        "central differences, every weight": [
            "-c", "from benchmarks.commands import check_every_weight as run; run()"]},
    f"grading of {HAND_INS} hand-ins": {
        f"python -m staff grade --jobs {jobs}":
            ["-m", "staff", "grade", "IN", "-o", "OUT", "--seed", "1", "--jobs", str(jobs)]
        for jobs in (1, 2)}}


def build_groups(folder):
    """For each group its title, the number of rounds, and {way: a function that runs it}."""
    write_hand_ins(folder / "hand-ins")
    for number, (what, ways) in enumerate(GROUPS.items()):
        yield what, ROUNDS, {
            name: partial(run_python, arguments, folder, f"{number}-{place}")
            for place, (name, arguments) in enumerate(ways.items())}


def run_python(arguments, folder, name, number):
    """Runs Python, with a new folder OUT for each round. Raises CalledProcessError if it fails."""
    places = {"OUT": str(folder / f"{name}-{number}"), "IN": str(folder / "hand-ins")}
    Path(places["OUT"]).mkdir()
    filled = [re.sub(r"^(OUT|IN)\b", lambda found: places[found[0]], word) for word in arguments]
    subprocess.run([sys.executable, *filled], cwd=ROOT, check=True, text=True, errors="replace",
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def find_reason(problem):
    """Why a command failed: the first sentence of its last exception, else its exit status."""
    errors = re.findall(r"(?m)^[\w.]+: (.+)", problem.stderr or "")
    return re.split(r"\.( |$)|\|", (errors or [f"exit status {problem.returncode}"])[-1])[0]


def write_hand_ins(folder):
    """Writes a zip for each student: the reference's files; every second slope is wrong."""
    folder.mkdir()
    for number in range(HAND_INS):
        with zipfile.ZipFile(folder / f"student{number}.zip", "w") as hand_in:
            for name in [*SCRIPTS, *NOTEBOOKS]:
                text = (ROOT / name).read_text(encoding="utf-8")
                if name in SCRIPTS:
                    text += f"\n# handed in by student {number}\n"
                if number % 2:
                    text = text.replace("return a * (1 - a)", "return a")
                hand_in.writestr(name, text)


@threadpool_limits.wrap(limits=1, user_api="blas")
def check_every_weight(layers=(64, 10), images=20, step=1e-4):
    """The gradient's relative error, by two forward passes for every weight, as in starter code.
    Raises ArithmeticError if it is above a millionth."""
    rng = np.random.default_rng(0)
    model = SoftmaxModel(layers, rng=0)
    X, targets = rng.normal(size=(images, 785)), np.eye(10)[rng.integers(10, size=images)]
    model.backward(X, model.forward(X), targets)
    worst = 0.0
    for w, grad in zip(model.ws, model.grads):
        for index in np.ndindex(w.shape):
            before, losses = w[index], []
            for change in (step, -step):
                w[index] = before + change
                losses.append(cross_entropy_loss(targets, model.forward(X)))
            w[index] = before
            worst = max(worst, abs((losses[0] - losses[1]) / (2 * step) - grad[index]))
    error = worst / max(np.abs(grad).max() for grad in model.grads)
    if error > 1e-6:
        raise ArithmeticError(f"the gradient is wrong by {error:.0e}")
    return error
