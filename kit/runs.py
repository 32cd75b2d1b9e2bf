"""Training runs, side by side and kept: a run that was once computed is read from its file.

The name of a run's file stands for all that decides its digits. These are the experiment, the
seed, the data, the versions of Python and NumPy, and the matrix kernel. The code of every local
module that the scripts import counts too. Comments and docstrings train nothing and do not count.
"""
import ast
import functools
import hashlib
import json
import os
import platform
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from threadpoolctl import threadpool_info
from tqdm import tqdm

from kit import ENGINE
from kit.definition import find_assignment, load_assignment
from kit.files import Refused, say, write_whole
from kit.modules import list_files
from kit.pool import Failure, raise_failure, run_jobs, tick

DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
TRIES = 3       # of a run whose process dies
IMPORTED = {}   # {file: its bytes when this process imported it}


class Run:
    """The results of an experiment with a seed, under their names.

    A result is a number, or a list of arrays (ws), or a dict of lists (history); run.history has
    these lists as attributes.
    """

    def __init__(self, experiment, seed, **results):
        self.experiment, self.seed, self.results = experiment, seed, results

    def __getattr__(self, name):
        results = self.__dict__.get("results", {})
        if name not in results:
            raise AttributeError(f"the run has no {name}: choose from {', '.join(results)}")
        value = results[name]
        return SimpleNamespace(**value) if isinstance(value, dict) else value

    @property
    def model(self):
        """The trained model."""
        model = self.experiment.build_model(self.seed)
        model.ws = [w.copy() for w in self.ws]
        return model


def compute_runs(run, load, experiments, seeds, data_id, ticks_per_epoch):
    """{experiment: [its Run for each seed]}, on all cores.

    run(experiment, seed, data, tick): computes a Run. It calls tick() at most ticks_per_epoch
                 times an epoch.
    load():      gives the data, once a worker. Their name is data_id.
    experiments: frozen dataclasses with num_epochs. A run does not depend on an experiment's name.
    """
    for experiment in experiments:
        if experiment is None:
            raise NotImplementedError("an experiment is None: write it in its script first")
        lists = [field for field, value in vars(experiment).items() if isinstance(value, list)]
        if lists:
            raise Refused(f"{lists[0]} of {experiment.name} is a list, expected a tuple: write "
                          f"{tuple(getattr(experiment, lists[0]))}")
    files = {kind: list_modules(run, kind) for kind in map(type, experiments)}
    tell_edits(sorted({path for paths in files.values() for path in paths}))
    codes = {kind: hash_code(paths) for kind, paths in files.items()}
    folder = build_folder(Path(sys.modules[run.__module__].__file__).parent) / "runs"
    names = {(experiment, seed): name_run(experiment, seed, data_id, codes[type(experiment)])
             for experiment in experiments for seed in seeds}
    jobs = {name: (replace(experiment, name=""), seed)
            for (experiment, seed), name in names.items()}
    results = {name: read_results(folder / f"{name}.npz") for name in jobs}
    missing = {job: name for name, job in jobs.items() if results[name] is None}
    if missing:
        ticks = ticks_per_epoch * max(experiment.num_epochs for experiment in experiments)
        compute = functools.partial(compute_run, run, load)
        for job, (worker_code, result) in compute_jobs(compute, missing, ticks):
            if worker_code != codes[type(job[0])]:
                raise Refused("a script was edited while runs were computed: start again")
            path = folder / f"{missing[job]}.npz"
            results[missing[job]] = keep_results(path, result)
    return {experiment: [Run(experiment, seed, **results[names[experiment, seed]])
                         for seed in seeds] for experiment in experiments}


def compute_jobs(compute, jobs, ticks_per_job):
    """Yield (job, compute(job)) in the order the jobs end. A bar shows the ticks of all jobs.

    Raises the exception of a job, or WorkerDied if its process died TRIES times.
    """
    finished = 0
    with tqdm(total=ticks_per_job * len(jobs), desc=f"{len(jobs)} runs", mininterval=0.5,
              bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} left"
              ) as bar:

        def show(under_way):
            bar.update(ticks_per_job * finished + under_way - bar.n)    # < 0 if a process died

        with closing(run_jobs(compute, jobs, tries=TRIES, show=show)) as outcomes:
            for job, outcome in outcomes:
                if isinstance(outcome, Failure):
                    raise_failure(job, outcome)
                finished += 1
                yield job, outcome
        show(0)


def compute_run(run, load, job):
    """hash_code of what this worker has imported, and the results of a run."""
    experiment, seed = job
    code = hash_code_once(run, type(experiment))
    return code, run(experiment, seed, load_once(load), tick).results


@functools.cache
def load_once(load):
    """The data; a worker loads them for its first job."""
    return load()


# ---------------------------------------------------------------------------- the names of runs

def name_run(experiment, seed, data_id, code):
    """The name for all that decides a run; code is that of `hash_code`."""
    kernels = sorted(f"{info['internal_api']} {info['version']} {info.get('architecture')}"
                     for info in threadpool_info() if info["user_api"] == "blas")
    text = repr((replace(experiment, name=""), seed, data_id, platform.python_version(),
                 np.__version__, kernels, code))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def list_modules(*objects):
    """The files of the modules that define the objects, and of the local ones they import."""
    files = []
    for one in objects:
        module = sys.modules[one.__module__]
        if not hasattr(module, "__file__"):
            raise Refused(f"{one.__name__} is defined in a notebook: move it into a script, where "
                          "other processes find it")
        files.append(module.__file__)
    return list_files(files, [ENGINE])


def hash_code(files):
    """One sha256 over the code of the files."""
    trees = [f"{path.name} {dump_tree(path.read_bytes())}" for path in files]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


@functools.cache
def hash_code_once(*objects):
    """hash_code of their modules at the first call: a worker imports them just before that."""
    return hash_code(list_modules(*objects))


def dump_tree(source):
    """The syntax tree of a source as text, without its docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)


def tell_edits(files):
    """Say which of the files have changed since this process imported them."""
    note_imports(files)
    edited = [path.name for path in files if is_edited(IMPORTED[path], path.read_bytes())]
    if edited:
        say(f"{', '.join(edited)}: edited since this notebook imported it. The runs use the file "
            "as it is now. Restart the kernel, so that the notebook uses it too.", sys.stderr)


def is_edited(before, now):
    """Whether two sources of a file differ in their code."""
    try:
        return before != now and dump_tree(before) != dump_tree(now)
    except SyntaxError:     # the file could not be imported then
        return False


def note_imports(files):
    """Keep the bytes of files that are seen for the first time."""
    for path in files:
        if path not in IMPORTED:
            IMPORTED[path] = path.read_bytes()


# ---------------------------------------------------------------------------- the files of runs

def build_folder(start=None):
    """Where runs and figures are kept: the assignment's build/, or the folder in KIT_BUILD.

    start: a folder of the assignment; default: the current one.
    """
    return Path(os.environ.get("KIT_BUILD") or load_assignment(start).folder / "build")


def read_results(path):
    """The results of a finished run; None if there are none, or if they cannot be read."""
    try:
        if not path.is_file():      # a pipe would wait for ever
            return None
        with np.load(path, allow_pickle=False) as file:
            if file.zip.testzip():
                return None
            results = json.loads(file["results"].item())
            os.utime(path)      # its time says when it was last of use
            return results | {name: [file[f"{name}{number}"] for number in range(count)]
                              for name, count in results.pop("arrays").items()}
    except Exception:   # a damaged file can raise any
        return None     # the run is computed again and its file written over


def keep_results(path, results):
    """The results of a run, as they are read from its file another time."""
    try:
        write_results(path, results)
    except Refused as problem:
        say(f"The run is not kept, and will be computed again: {problem}", sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / path.name
            write_results(path, results)
            return read_results(path)
    return read_results(path)


def write_results(path, results):
    """Keep the results of a run in a file: lists of arrays as they are, all else as JSON."""
    lists = {name: value for name, value in results.items() if isinstance(value, (list, tuple))}
    rest = {name: value for name, value in results.items() if name not in lists}
    rest["arrays"] = {name: len(value) for name, value in lists.items()}
    arrays = {f"{name}{number}": array for name, value in lists.items()
              for number, array in enumerate(value)}
    with write_whole(path) as file:
        np.savez(file, results=np.array(json.dumps(rest, default=lambda one: one.item())),
                 **arrays)


if assignment := find_assignment():
    note_imports(assignment.folder.glob("*.py"))
