# ruff: noqa: E501 (what is planted is as long as it is)
"""Code of 2020, as students wrote it: a function train in place of the trainer's class."""
from starter_kinds import BASE, MAIN, TASK2, notebook

TRAIN = '''def train(
        model: SoftmaxModel,
        datasets: typing.List[np.ndarray],
        num_epochs: int,
        learning_rate: float,
        batch_size: int,
        use_shuffle: bool,
        use_momentum: bool,
        momentum_gamma: float):
    X_train, Y_train, X_val, Y_val = datasets
    velocity = [np.zeros_like(w) for w in model.ws]
    losses = {}
    for step in range(num_epochs * (len(X_train) // batch_size)):
        at = step * batch_size % (len(X_train) - batch_size + 1)
        X, Y = X_train[at:at + batch_size], Y_train[at:at + batch_size]
        outputs = model.forward(X)
        model.backward(X, outputs, Y)
        for i in range(len(model.ws)):
            velocity[i] = model.grads[i] + (momentum_gamma * velocity[i] if use_momentum else 0)
            model.ws[i] = model.ws[i] - learning_rate * velocity[i]
        losses[step] = cross_entropy_loss(Y, outputs)
    return model, losses
'''
HEAD = TASK2[:TASK2.index("class SoftmaxTrainer")].replace("from trainer import BaseTrainer\n", "import typing\n")
LAST = TASK2[TASK2.index(MAIN):TASK2.index("    trainer = Soft")]
CALL = "    train(model, [X_train, Y_train, X_val, Y_val], num_epochs, learning_rate, batch_size, True, False, momentum_gamma)\n"
OTHERS = {name: text for name, text in BASE.items() if name not in ("task2.py", "trainer.py")}
OLD = {
    "as handed out": {**OTHERS, "task2.py": HEAD + TRAIN + LAST + CALL},
    "on one line": {**OTHERS, "task2.py": HEAD + TRAIN.replace("(\n        model: SoftmaxModel,\n        datasets: typing.List[np.ndarray],", "(model, datasets,") + LAST + CALL},
    "in a file of its own": {**OTHERS, "train.py": HEAD + TRAIN, "task2.py": HEAD + "from train import train\n" + LAST + CALL},
    "in a notebook": {**OTHERS, "task2.ipynb": notebook(HEAD, TRAIN, CALL)},
    "a generator beside": {**OTHERS, "task2.py": HEAD + TRAIN + "\n\ndef train_all(models):\n    for model in models:\n        yield train(model, [], 1, .1, 1, 0, 0, 0)\n"},
    "with other arguments": {**OTHERS, "task2.py": HEAD + TRAIN.replace("        momentum_gamma: float)", "        momentum_gamma: float,\n        patience=50)")},
}
