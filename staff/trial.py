"""Imports a student edition and calls its stubs; run as a program in a process of its own.

    python -I -B staff/trial.py FOLDER      prints JSON: {"failed": [[module, why], …],
                                            "raised": {stub: what its NotImplementedError says}}
"""

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path


def modules(folder):
    """Return the names of all modules in the folder."""
    paths = [*sorted(folder.glob("*.py")), *sorted((folder / "kit").rglob("*.py"))]
    dotted = [".".join(path.relative_to(folder).with_suffix("").parts) for path in paths]
    names = [name.removesuffix(".__init__") for name in dotted]
    return sorted(names, key=lambda name: name != "kit.notebooks")  # it makes nbformat load fast


def failed_imports(folder):
    """Return [module, why] of each module that cannot be imported from the folder."""
    failed = []
    for name in modules(folder):
        try:
            module = importlib.import_module(name)
        except BaseException as problem:    # SystemExit too: nothing may happen at import
            failed.append([name, f"{type(problem).__name__}: {problem}"])
            continue
        if folder not in Path(module.__file__).resolve().parents:
            failed.append([name, f"another one was imported, from {module.__file__}"])
    return failed


def sample_calls():
    """Return {stub: a call that gets as far as its raise}, with small arguments of right shape."""
    import numpy as np
    import task2
    import task3
    import task4
    import utils
    images, X, Y = np.zeros((4, 784)), np.zeros((4, 5)), np.eye(4, 3)

    class Drawn(task3.ImprovedModel):
        def initial_weights(self, rng, fan_in, units):
            return np.zeros((fan_in, units))

    model = Drawn([2, 3], num_inputs=5, use_improved_sigmoid=True, use_improved_weight_init=True)
    data = task2.Dataset(X, Y, X, Y)
    trainer = task3.MomentumTrainer(model, data, batch_size=2, momentum_gamma=0.5)
    plain, improved = task2.SoftmaxModel, task3.ImprovedModel
    return {
        "utils.batch_loader": lambda: list(utils.batch_loader(X, Y, 2)),
        "task2.training_statistics": lambda: task2.training_statistics(images),
        "task2.pre_process_images": lambda: task2.pre_process_images(images, 0, 1),
        "task2.one_hot_encode": lambda: task2.one_hot_encode([1, 2], 3),
        "task2.cross_entropy_loss": lambda: task2.cross_entropy_loss(Y, Y),
        "task2.accuracy_of": lambda: task2.accuracy_of(Y, Y),
        "task2.sigmoid": lambda: task2.sigmoid(X),
        "task2.softmax": lambda: task2.softmax(X),
        "task2.count_parameters": lambda: task2.count_parameters([2, 3]),
        "task2.SoftmaxModel.initial_weights": lambda: plain.initial_weights(model, None, 5, 2),
        "task2.SoftmaxModel.slope": lambda: plain.slope(model, X),
        "task2.SoftmaxModel.forward": lambda: plain.forward(model, X),
        "task2.SoftmaxModel.backward": lambda: plain.backward(model, X, Y, Y),
        "task2.SoftmaxTrainer.train_step": lambda: trainer.train_step(X, Y),
        "task2.SoftmaxTrainer.update": lambda: task2.SoftmaxTrainer.update(trainer),
        "task3.ImprovedModel.activation": lambda: improved.activation(model, X),
        "task3.ImprovedModel.slope": lambda: improved.slope(model, X),
        "task3.ImprovedModel.initial_weights": lambda: improved.initial_weights(model, None, 5, 2),
        "task3.MomentumTrainer.update": lambda: trainer.update(),
        "task4.equal_width": lambda: task4.equal_width(100, 2),
    }


def what_is_raised(call):
    """Return what a stub says; another sentence if it is none."""
    try:
        call()
    except NotImplementedError as stub:
        return str(stub)
    except Exception as problem:
        return f"(raised {type(problem).__name__}: {problem})"
    return "(returned)"


def main(folder):
    """Print what was found as JSON; what the modules print is lost."""
    sys.path.insert(0, str(folder))
    with contextlib.redirect_stdout(io.StringIO()):
        failed, raised = failed_imports(folder), {}
        if not failed:
            raised = {name: what_is_raised(call) for name, call in sample_calls().items()}
    print(json.dumps({"failed": failed, "raised": raised}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
