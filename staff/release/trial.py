"""Imports a student edition and calls its stubs; run as a program in a process of its own.

    python -I -B staff/release/trial.py FOLDER CALLS

CALLS is a module whose sample_calls() gives {stub: a call that reaches its raise}. Prints JSON:
{"failed": [[module, why], …], "raised": {stub: what its NotImplementedError says}}
"""

import contextlib
import importlib
import importlib.util
import io
import json
import sys
from pathlib import Path


def list_modules(folder):
    """The names of all modules in the folder."""
    paths = [*sorted(folder.glob("*.py")), *sorted((folder / "kit").rglob("*.py"))]
    dotted = [".".join(path.relative_to(folder).with_suffix("").parts) for path in paths]
    names = [name.removesuffix(".__init__") for name in dotted]
    first = "kit.notebook_files"        # it makes nbformat load fast
    return sorted(names, key=lambda name: name != first)


def import_all(folder):
    """[module, why] of each module that cannot be imported from the folder."""
    failed = []
    for name in list_modules(folder):
        try:
            module = importlib.import_module(name)
        except BaseException as problem:    # SystemExit too: nothing may happen at import
            failed.append([name, f"{type(problem).__name__}: {problem}"])
            continue
        if folder not in Path(module.__file__).resolve().parents:
            failed.append([name, f"another one was imported, from {module.__file__}"])
    return failed


def read_stub(call):
    """What a stub says; another sentence if it is none."""
    try:
        call()
    except NotImplementedError as stub:
        return str(stub)
    except Exception as problem:
        return f"(raised {type(problem).__name__}: {problem})"
    return "(returned)"


def load_calls(path):
    """The sample calls of the module in a file; none if there is no file."""
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location("calls", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.sample_calls()


def main(folder, calls):
    """Print what was found as JSON; what the modules print is lost."""
    sys.path.insert(0, str(folder))
    with contextlib.redirect_stdout(io.StringIO()):
        failed, raised = import_all(folder), {}
        if not failed:
            raised = {name: read_stub(call) for name, call in load_calls(calls).items()}
    print(json.dumps({"failed": failed, "raised": raised}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
