# ruff: noqa: E501 (what is planted is as long as it is)
"""Hand-ins in the starter code's layout, as students change it: files that are broken, names that
differ, classes that stand elsewhere. {name: (files, points that are due to be lost)}."""
import json

from starter_lines import (ACCURACY, APPENDED, GRAD, GRADS, INSIDE, LAYER_LOOP, LAYERS, LOSS, OUTPUTS,
                           SCALED, STATISTICS, UNIFORM)
from starter_planted import base, planted

BASE = base()
TASK2A, TASK2, TRAINER, UTILS = (BASE[f"{name}.py"] for name in ("task2a", "task2", "trainer",
                                                                 "utils"))
STEP = TASK2[TASK2.index(LAYERS):TASK2.index("        return loss\n\n    def validation_step")]
INIT = TASK2[TASK2.index("    def __init__"):TASK2.index("    def train_step")]
MAIN = '\n\nif __name__ == "__main__":\n'
BROKEN = "\n\ndef plot_it(history:\n    plt.plot(history\n"
NETWORK = TASK2A[TASK2A.index("class SoftmaxModel"):TASK2A.index("def gradient_approx")]
TRAINING = TASK2[TASK2.index("class SoftmaxTrainer"):TASK2.index("    def validation_step")]
TWO_LAYERS = """        z = X.dot(self.ws[0])
        self.layers.append(improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z))
        z = self.layers[-1].dot(self.ws[1])
"""
ARGUMENTS = "        super().__init__(*args, **kwargs)\n"
CALL = "trainer = SoftmaxTrainer(momentum_gamma, False, model,"


def renamed(**names):
    """The right solution with these names, old=new, in all files."""
    files = {**BASE}
    for old, new in names.items():
        files = {file: text.replace(old, new) for file, text in files.items()}
    return files


def with_init(head, *body, call=CALL):
    """The right solution with another constructor of the trainer."""
    lines = "".join(f"        {line}\n" for line in body)
    return planted(("task2", INIT, f"    def __init__({head}):\n{lines}"
                    + INIT[INIT.index("        self.momentum_gamma"):] * ("momentum_gamma = momentum_gamma" not in lines)),
                   ("task2", CALL, call))


def notebook(*cells):
    """The text of a notebook with these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell.splitlines(True), "metadata": {},
                                  "outputs": [], "execution_count": None} for cell in cells],
                       "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


# a file that does not parse, or fails at import, and what it costs
BREAKS = {
    "task 4 does not parse": ({**BASE, "task4.py": "from task2 import *\n" + BROKEN}, {}),
    "task 4 does not parse, and one-hot is renamed":
        ({**renamed(one_hot_encode="encode_labels"), "task4.py": BROKEN}, {}),
    "task 3 has a conflict of git": ({**BASE, "task3.py": "<<<<<<< HEAD\nimport task2\n=======\nimport task2a\n>>>>>>> main\n"}, {}),
    "the trainer's file does not parse": ({**BASE, "trainer.py": TRAINER + BROKEN}, {}),
    "the trainer's file fails": ({**BASE, "trainer.py": "import numpyy\nx = numpyy.zeros(3)\n" + TRAINER}, {}),
    "utils does not parse": ({**BASE, "utils.py": UTILS + BROKEN}, {"2c": 1}),
    "task 2 does not parse": ({**BASE, "task2.py": TASK2 + BROKEN}, {"2c": 4, "3c": 4}),
    "the network's file does not parse": ({**BASE, "task2a.py": TASK2A + BROKEN}, {"2a": 5, "2b": 17, "2c": 4, "3a": 6, "3b": 4, "4c": 13}),
    "a mean in a default that only the script has":
        (planted(("task2a", "mean=33.55, std=78.88", "mean=X_train.mean(), std=X_train.std()"),
                 ("task2a", "np.random.seed(1)\n\n\ndef", "np.random.seed(1)\nX_train, Y_train, X_val, Y_val = utils.load_full_mnist()\n\n\ndef")), {}),
    "tabs mixed in task 3": ({**BASE, "task3.py": "if True:\n\tx = 1\n        y = 2\n"}, {}),
    "a script of Python 2": ({**BASE, "task3.py": "print 'task 3'\n"}, {}),
    "not UTF-8": ({**BASE, "task3.py": "# r\xe6kke\nx = '\xe6'\n".encode("latin-1")}, {}),
    "a null byte": ({**BASE, "task3.py": "x = 1\0\n"}, {}),
}

# trainers whose constructors differ
CONSTRUCTORS = {
    "an added parameter before *args": with_init("self, momentum_gamma, use_momentum, use_shuffle, *args, **kwargs", ARGUMENTS.strip(),
                                                 call=CALL.replace("False, model", "False, True, model")),
    "an added number before *args": with_init("self, momentum_gamma, use_momentum, lr_decay, *args, **kwargs", ARGUMENTS.strip(), "self.learning_rate *= lr_decay",
                                              call=CALL.replace("False, model", "False, 1.0, model")),
    "an added default before *args": with_init("self, momentum_gamma, use_momentum, patience=50, *args, **kwargs", ARGUMENTS.strip(),
                                               call=CALL.replace("False, model", "False, 50, model")),
    "keywords only": with_init("self, *args, momentum_gamma=0.9, use_momentum=False, **kwargs", ARGUMENTS.strip(),
                               call="trainer = SoftmaxTrainer(model,"),
    "kwargs alone": with_init("self, momentum_gamma, use_momentum, **kwargs", "super().__init__(**kwargs)"),
    "other names before *args": with_init("self, gamma, momentum, *args, **kwargs", ARGUMENTS.strip(), "momentum_gamma, use_momentum = gamma, momentum"),
    "the model first": with_init("self, model, momentum_gamma, use_momentum, *args", "super().__init__(model, *args)",
                                 call="trainer = SoftmaxTrainer(model, momentum_gamma, False,"),
    "in full, with one more": with_init(
        "self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, momentum_gamma, use_momentum, name",
        "super().__init__(model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val)",
        call="trainer = SoftmaxTrainer(model,"),
    "a default in the middle": with_init(
        "self, momentum_gamma, use_momentum, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, decay=0.0",
        "super().__init__(model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val)"),
}
CONSTRUCTORS = {name: (files, {}) for name, files in CONSTRUCTORS.items()}


# momentum without the flag use_momentum, or in a class of its own
BY_GAMMA = """        for i in range(len(self.model.ws)):
            self.previous_grads[i] = self.model.grads[i] + self.momentum_gamma * self.previous_grads[i]
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.previous_grads[i]
"""
PLAIN_STEP = """        for i in range(len(self.model.ws)):
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]
"""
KEPT = """        self.momentum_gamma = momentum_gamma
        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]

"""
WITHOUT = "    trainer = SoftmaxTrainer(model,"


def without_flag(head, *body, step=BY_GAMMA):
    """The right solution, whose trainer's constructor takes momentum_gamma alone."""
    return planted(("task2", INIT, f"    def __init__({head}):\n" + "".join(f"        {line}\n" for line in body) + KEPT),
                   ("task2", STEP, step), ("task2", "    trainer = SoftmaxTrainer(momentum_gamma, False, model,", WITHOUT))


def with_class(text, head="class MomentumTrainer(SoftmaxTrainer):\n", step=PLAIN_STEP):
    """The right solution with another class beside a trainer of plain steps."""
    return planted(("task2", STEP, step), ("task2", MAIN, f"\n\n{head}{text}{MAIN}"))


OWN_STEP = TASK2[TASK2.index("    def train_step"):TASK2.index("    def validation_step")].replace(STEP, BY_GAMMA)
MOMENTA = {
    "gamma in kwargs": (without_flag("self, *args, momentum_gamma=0.0, **kwargs", ARGUMENTS.strip()), {}),
    "gamma first": (without_flag("self, momentum_gamma, *args, **kwargs", ARGUMENTS.strip()), {}),
    "gamma last, in full": (without_flag("self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, momentum_gamma=0",
                                         "super().__init__(model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val)"), {}),
    "gamma taken out of kwargs": (without_flag("self, *args, **kwargs", "momentum_gamma = kwargs.pop('momentum_gamma', 0)", ARGUMENTS.strip()), {}),
    "gamma in kwargs, and not used": (without_flag("self, *args, momentum_gamma=0.0, **kwargs", ARGUMENTS.strip(), step=PLAIN_STEP), {"3c": 4}),
    "gamma in kwargs, and another one used": (without_flag("self, *args, momentum_gamma=0.0, **kwargs", ARGUMENTS.strip(), step=BY_GAMMA.replace("self.momentum_gamma *", "0.9 *")), {"3c": 4}),
    "a class whose update is its own": ({**BASE, "task2.py": planted(("task2", STEP, "        self.update()\n"), ("task2", "    def validation_step", "    def update(self):\n" + PLAIN_STEP + "\n    def validation_step"))["task2.py"].replace(MAIN, "\n\nclass MomentumTrainer(SoftmaxTrainer):\n    def update(self):\n" + BY_GAMMA + MAIN)}, {}),
    "a class whose train_step is its own": (with_class(OWN_STEP), {}),
    "a class of another name": (with_class(OWN_STEP, "class TrainerWithMomentum(SoftmaxTrainer):\n"), {}),
    "a class that inherits from the given one": (with_class(INIT + OWN_STEP, "class SoftmaxMomentumTrainer(BaseTrainer):\n"), {}),
    "a class without the flag": (with_class("    def __init__(self, momentum_gamma, *args):\n        super().__init__(momentum_gamma, True, *args)\n\n" + OWN_STEP), {}),
    "a class whose momentum is wrong": (with_class(OWN_STEP.replace("+ self.momentum_gamma", "- self.momentum_gamma")), {"3c": 4}),
    "a class of old tries beside the flag": (with_class(OWN_STEP.replace("+ self.momentum_gamma", "- self.momentum_gamma"), step=STEP), {}),
}


# classes of a later file, which task 4 uses
LATER = {
    "general classes in task4mod, imported": ({
        **planted(("task2a", LAYER_LOOP, TWO_LAYERS), ("task2", LAYERS, "        for i in range(2):\n")),
        "task4mod.py": TASK2A.split(MAIN)[0] + "\n\n" + "from trainer import BaseTrainer\n" + TRAINING,
        "task4.py": "from task4mod import SoftmaxModel, SoftmaxTrainer\nimport task2\n"}, {}),
    "general classes in another file, imported by task 4": ({
        **planted(("task2a", LAYER_LOOP, TWO_LAYERS), ("task2", LAYERS, "        for i in range(2):\n")),
        "general.py": TASK2A.split(MAIN)[0] + "\n\n" + "from trainer import BaseTrainer\n" + TRAINING,
        "task4d.py": "from task2a import pre_process_images\nfrom general import *\n"}, {}),
    "a general network under another name": ({
        **planted(("task2a", LAYER_LOOP, TWO_LAYERS)),
        "task4.py": "from task2 import *\nfrom task2a import sigmoid, improved_sigmoid, softmax\n\n\n" + NETWORK.replace("SoftmaxModel", "DeepModel")}, {}),
    "a general network in a module, under another name": ({
        **planted(("task2a", LAYER_LOOP, TWO_LAYERS)),
        "models.py": TASK2A.split(MAIN)[0].replace("SoftmaxModel", "MultiLayerModel"),
        "task4c.py": "from task2 import *\nfrom models import MultiLayerModel as SoftmaxModel\n"}, {}),
    "a general network that the notebook imports": ({
        **planted(("task2a", LAYER_LOOP, TWO_LAYERS)),
        "deep.py": TASK2A.split(MAIN)[0],
        "report.ipynb": notebook("from task2a import SoftmaxModel", "from deep import SoftmaxModel\nmodel = SoftmaxModel([60, 60, 10], True, True)")}, {}),
    "a later file that is worse, and that nothing imports": ({
        **BASE, "old_model.py": planted(("task2a", LAYER_LOOP, TWO_LAYERS))["task2a.py"].split(MAIN)[0]}, {}),
    "a worse one that their task 4 imports": ({
        **BASE, "task4mod.py": planted(("task2a", LAYER_LOOP, TWO_LAYERS))["task2a.py"].split(MAIN)[0],
        "task4.py": "from task4mod import SoftmaxModel\n"}, {"4c": 13}),
}

# names that differ from the starter code's
NAMES = {
    "one-hot": (renamed(one_hot_encode="encode_labels"), {}),
    "pre-processing": (renamed(pre_process_images="preprocess"), {}),
    "loss": (renamed(cross_entropy_loss="softmax_loss"), {}),
    "accuracy": (renamed(calculate_accuracy="get_accuracy"), {}),
    "loader": (renamed(batch_loader="make_batches"), {}),
    "network": (renamed(SoftmaxModel="NeuralNetwork"), {}),
    "trainer": (renamed(SoftmaxTrainer="Trainer"), {}),
    "all": (renamed(SoftmaxTrainer="MyTrainer", SoftmaxModel="MLP", batch_loader="batches", calculate_accuracy="accuracy",
                    cross_entropy_loss="cross_entropy", pre_process_images="normalize_images", one_hot_encode="onehot"), {}),
    "trainer, with a base and a momentum class": ({name: text.replace("SoftmaxTrainer", "Trener") for name, text in {
        **with_class(OWN_STEP), "trainer.py": TRAINER.replace("    def train(", "    def train_step(self, X_batch, Y_batch):\n        raise NotImplementedError\n\n    def train(")}.items()}, {}),
    "network, and a deep one that inherits from it": ({**renamed(SoftmaxModel="Nettverk"), "task4.py": "from task2a import Nettverk\n\n\nclass DeepNettverk(Nettverk):\n    pass\n"}, {}),
    "another case": (renamed(one_hot_encode="oneHotEncode", calculate_accuracy="calculateAccuracy", pre_process_images="preProcessImages"), {}),
    "the network's file": ({name.replace("task2a", "network"): text.replace("task2a", "network") for name, text in BASE.items()}, {}),
}

# imports of a package that is the folder itself
IMPORTS = {
    "the folder as a package": ({name: text.replace("from task2a import", "from assignment2.task2a import").replace("import utils", "from assignment2 import utils")
                                 .replace("from trainer import", "from assignment2.trainer import") for name, text in BASE.items()}, {}),
    "two folders": ({name: text.replace("from task2a import", "from TDT.assignment_2.task2a import").replace("import utils\n", "import TDT.assignment_2.utils as utils\n")
                     for name, text in BASE.items()}, {}),
    "relative": ({name: text.replace("from task2a import", "from .task2a import").replace("import utils\n", "from . import utils\n")
                  .replace("from trainer import", "from .trainer import") for name, text in BASE.items()}, {}),
    "the folder's path appended": ({**BASE, "task2.py": TASK2.replace("import numpy as np\n", "import numpy as np\nimport sys, os\nsys.path.append(os.path.join(os.path.dirname(__file__), '..'))\n", 1)
                                    .replace("from task2a", "from src.task2a")}, {}),
    "a dotted name": ({name: text.replace("import utils\n", "import assignment2.utils\n").replace("utils.batch", "assignment2.utils.batch").replace("utils.load", "assignment2.utils.load")
                       .replace("utils.plot", "assignment2.utils.plot") for name, text in BASE.items()}, {}),
    "a name that is not there": ({**BASE, "task2.py": TASK2.replace("one_hot_encode, pre_process_images", "one_hot_encode, gradient_check, pre_process_images")}, {}),
}

RAGGED = {
    "zeros_like of the weights": (planted(("task2", "[np.zeros_like(w) for w in self.model.ws]", "np.zeros_like(self.model.ws)")), {}),
    "copy of the weights": (planted(("task2", "        return loss\n\n    def val", "        self.kept = np.copy(self.model.ws)\n        return loss\n\n    def val")), {}),
    "multiply of lists": (planted(("task2", STEP, """        self.previous_grads = np.add(self.model.grads, np.multiply(self.momentum_gamma * self.use_momentum, self.previous_grads))
        self.model.ws = list(np.subtract(self.model.ws, np.multiply(self.learning_rate, self.previous_grads)))
""")), {}),
    "array with dtype object": (planted(("task2a", GRADS, "        self.ws = np.array(self.ws, dtype=object)\n" + GRADS)), {}),
    "asanyarray": (planted(("task2a", GRADS, "        self.ws = np.asanyarray(self.ws)\n" + GRADS)), {}),
    "imported from numpy": (planted(("task2a", "import numpy as np\n", "import numpy as np\nfrom numpy import array, zeros_like\n"), ("task2a", GRADS, "        self.ws = array(self.ws)\n" + GRADS)), {}),
    "in one expression": (planted(("task2", STEP, """        g = np.array(self.model.grads) + self.momentum_gamma * self.use_momentum * np.array(self.previous_grads)
        self.previous_grads = g
        self.model.ws = np.array(self.model.ws) - self.learning_rate * g
""")), {}),
}

FLOATS = {
    "outputs of float128": (planted(("task2a", "    e = np.exp(z)\n", "    e = np.exp(z.astype(np.float128))\n")), {}),
    "weights of longdouble": (planted(("task2a", GRADS, "        self.ws = [w.astype(np.longdouble) for w in self.ws]\n" + GRADS)), {}),
    "images of float128": (planted(("task2a", "    X = (X - mean) / std\n", "    X = (X.astype(np.float128) - mean) / std\n")), {}),
    "gradients of float128": (planted(("task2a", "        delta = -(targets - outputs)\n", "        delta = -(targets - outputs).astype('float128')\n")), {}),
    "loss of float128": (planted(("task2a", LOSS, "    return -np.mean(np.sum(targets * np.log(outputs.astype(np.longdouble)), axis=1))\n")), {}),
    "accuracy of float128": (planted(("task2", ACCURACY, ACCURACY.replace("np.mean(", "np.longdouble(1) * np.mean("))), {}),
}

MODEL_INIT = "        self.grads = [None for _ in range(len(self.ws))]\n\n    def forward"
ELSEWHERE = {
    "in the network": (planted(("task2a", MODEL_INIT, "        self.previous_grads = [np.zeros_like(w) for w in self.ws]\n" + MODEL_INIT),
                               ("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n", ""),
                               ("task2", STEP, STEP.replace("self.previous", "self.model.previous"))), {}),
    "in the network, in place": (planted(("task2a", MODEL_INIT, "        self.v = [np.zeros(w.shape) for w in self.ws]\n" + MODEL_INIT),
                                         ("task2", STEP, STEP.replace("self.previous_grads[i] = step", "self.model.v[i][...] = step").replace("self.previous_grads", "self.model.v"))), {}),
    "in the network, made at the first step": (planted(
        ("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n", ""),
        ("task2", STEP, "        if not hasattr(self.model, 'last'):\n            self.model.last = [0] * len(self.model.ws)\n" + STEP.replace("self.previous_grads", "self.model.last"))), {}),
    "set on the network by the trainer": (planted(
        ("task2", "        self.previous_grads = [np.zeros_like(w)", "        self.model.momentum = [np.zeros_like(w)"),
        ("task2", STEP, STEP.replace("self.previous_grads", "self.model.momentum"))), {}),
    "a dict in the network": (planted(("task2a", MODEL_INIT, "        self.state = {i: 0 for i in range(len(self.ws))}\n" + MODEL_INIT),
                                      ("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n", ""),
                                      ("task2", STEP, STEP.replace("self.previous_grads", "self.model.state"))), {}),
    "None in the network": (planted(("task2a", MODEL_INIT, "        self.prev = None\n" + MODEL_INIT),
                                    ("task2", STEP, "        if self.model.prev is None:\n            self.model.prev = [np.zeros(g.shape) for g in self.model.grads]\n" + STEP.replace("self.previous_grads", "self.model.prev"))), {}),
    "a method of the network takes the step": (planted(
        ("task2a", "    def zero_grad", """    def step(self, alpha, gamma):
        if not hasattr(self, "velocity"):
            self.velocity = [np.zeros_like(w) for w in self.ws]
        for i in range(len(self.ws)):
            self.velocity[i] = gamma * self.velocity[i] + self.grads[i]
            self.ws[i] = self.ws[i] - alpha * self.velocity[i]

    def zero_grad"""),
        ("task2", STEP, "        self.model.step(self.learning_rate, self.momentum_gamma if self.use_momentum else 0)\n")), {}),
    "an optimizer's object": (planted(
        ("task2", "class SoftmaxTrainer", """class Momentum:
    def __init__(self, model, alpha, gamma):
        self.model, self.alpha, self.gamma = model, alpha, gamma
        self.v = [np.zeros_like(w) for w in model.ws]

    def step(self):
        for i, g in enumerate(self.model.grads):
            self.v[i] = g + self.gamma * self.v[i]
            self.model.ws[i] = self.model.ws[i] - self.alpha * self.v[i]


class SoftmaxTrainer"""),
        ("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n", "        self.opt = Momentum(self.model, self.learning_rate, momentum_gamma if use_momentum else 0)\n"),
        ("task2", STEP, "        self.opt.step()\n")), {}),
}

LOAD = "    return X_train, Y_train, X_val[-10000:], Y_val[-10000:].reshape(-1, 1)\n"
LOADERS = {
    "asserts": (planted(("utils", LOAD, "    assert X_train.shape == (20000, 784), X_train.shape\n" + LOAD)), {}),
    "asserts before the cut": (planted(("utils", "    X_train, Y_train = X_train[:20000]", "    assert X_train.shape[0] == 60000 and X_val.shape[0] == 10000\n    X_train, Y_train = X_train[:20000]")), {}),
    "raises": (planted(("utils", LOAD, "    if len(X_train) != 20000 or len(X_val) != 10000:\n        raise ValueError('MNIST is not complete')\n" + LOAD)), {}),
    "reshapes": (planted(("utils", "X_train[:20000], Y_train[:20000].reshape(-1, 1)", "X_train[:20000].reshape(20000, 784), Y_train[:20000].reshape(20000, 1)")), {}),
    "an index of a late image": (planted(("utils", LOAD, "    print(X_train[19999].shape, Y_val[9999])\n" + LOAD)), {}),
    "in an order of its own": (planted(("utils", "    X_train, Y_train = X_train[:20000]", "    order = np.random.permutation(60000)\n    X_train, Y_train = X_train[order], Y_train[order]\n    X_train, Y_train = X_train[:20000]")), {}),
    "in pre-processing": (planted(("task2a", "    assert X.shape[1] == 784, X.shape\n", "    assert X.shape in [(20000, 784), (10000, 784)]\n")), {}),
}

PRE = "    X_train = pre_process_images(X_train, mean, std)\n    X_val = pre_process_images(X_val, mean, std)\n"
LOADER_SCALES = "    mean, std = X_train.mean(), X_train.std()\n    X_train, X_val = (X_train - mean) / std, (X_val - mean) / std\n"
# where pixels are divided by 255, and which images give the mean and the deviation
UNITS = {
    "the loader divides": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD)), {}),
    "the loader divides, in float32": (planted(("utils", LOAD, "    X_train, X_val = (X.astype(np.float32) / 255.0 for X in (X_train, X_val))\n" + LOAD)), {}),
    "the loader divides by 256": (planted(("utils", LOAD, "    X_train, X_val = X_train / 256, X_val / 256\n" + LOAD)), {}),
    "the loader divides, published constants": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD), ("task2a", SCALED, "    X = (X - 0.1307) / 0.3081\n")), {}),
    "the loader divides, nothing else is written": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD), ("task2a", SCALED, ""), ("task2a", APPENDED, "    return X\n")), {"2a": 5}),
    "the loader divides, and nothing is subtracted": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD), ("task2a", SCALED, "    X = X / std\n")), {"2a": 1}),
    "the loader divides, the bias is scaled": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD), ("task2a", SCALED, "    X = np.append(X, np.ones((X.shape[0], 1)), axis=1)\n"), ("task2a", APPENDED, "    return (X - mean) / std\n")), {"2a": 1}),
    "the loader divides, each split on its own": (planted(("utils", LOAD, "    X_train, X_val = X_train / 255, X_val / 255\n" + LOAD), INSIDE), {"2a": 1}),
    "both divided in the script": (planted(("task2", STATISTICS, "    X_train, X_val = X_train / 255, X_val / 255\n" + STATISTICS)), {}),
    "divided where scaled and where measured": (planted(("task2a", SCALED, "    X = (X / 255 - mean) / std\n"), ("task2", STATISTICS, "    mean, std = np.mean(X_train / 255), np.std(X_train / 255)\n")), {}),
    "divided where scaled": (planted(("task2a", SCALED, "    X = (X / 255 - mean) / std\n")), {"2a": 1}),
    "divided where scaled by published numbers": (planted(("task2a", SCALED, "    X = (X / 255 - 33.55) / 78.88\n")), {"2a": 1}),
    "divided where measured": (planted(("task2", STATISTICS, "    mean, std = np.mean(X_train / 255), np.std(X_train / 255)\n")), {"2a": 2}),
    "of the first 100": (planted(("task2", STATISTICS, "    mean, std = np.mean(X_train[:100]), np.std(X_train[:100])\n")), {"2a": 2}),
    "of the first 1000": (planted(("task2", STATISTICS, "    mean, std = X_train[:1000].mean(), X_train[:1000].std()\n")), {"2a": 2}),
    "of the first half": (planted(("task2", STATISTICS, "    half = X_train[:len(X_train) // 2]\n    mean, std = half.mean(), half.std()\n")), {"2a": 2}),
    "of the second half": (planted(("task2", STATISTICS, "    half = X_train[len(X_train) // 2:]\n    mean, std = half.mean(), half.std()\n")), {"2a": 2}),
    "of the first image": (planted(("task2", STATISTICS, "    mean, std = X_train[0].mean(), X_train[0].std()\n")), {"2a": 2}),
    "of pixels above 0": (planted(("task2", STATISTICS, "    mean, std = X_train[X_train > 0].mean(), X_train[X_train > 0].std()\n")), {"2a": 2}),
    "of the first 100, of which the rest follows": (planted(("task2", PRE, "    few = pre_process_images(X_train[:100], mean, std)\n    print(few.mean())\n" + PRE)), {}),
    "of both splits, in one array": (planted(("task2", PRE, "    both = np.vstack([X_train, X_val])\n    both = pre_process_images(both, both.mean(), both.std())\n    X_train, X_val = both[:len(X_train)], both[len(X_train):]\n")), {"2a": 2}),
    "both splits in one array, numbers of the first": (planted(("task2", PRE, "    both = pre_process_images(np.vstack([X_train, X_val]), mean, std)\n    X_train, X_val = both[:len(X_train)], both[len(X_train):]\n")), {}),
    "the loader scales": (planted(("utils", LOAD, LOADER_SCALES + LOAD), ("task2a", SCALED, "")), {}),
    "the loader scales each split on its own": (planted(("utils", LOAD, "    X_train, X_val = ((X - X.mean()) / X.std() for X in (X_train, X_val))\n" + LOAD), ("task2a", SCALED, "")), {"2a": 1}),
    "the loader scales by other numbers": (planted(("utils", LOAD, "    X_train, X_val = (X_train / 255 - 0.5) / 0.5, (X_val / 255 - 0.5) / 0.5\n" + LOAD), ("task2a", SCALED, "")), {"2a": 2}),
    "the training images first, as the measure": (planted(("task2a", "def pre_process_images(X, mean=33.55, std=78.88):\n", "def pre_process_images(measured, X):\n    mean, std = measured.mean(), measured.std()\n"),
                                                          ("task2", PRE, "    raw = X_train\n    X_train = pre_process_images(raw, X_train)\n    X_val = pre_process_images(raw, X_val)\n")), {}),
    "divided first, then subtracted": (planted(("task2a", SCALED, "    X = X / std - mean\n")), {"2a": 1}),
    "a bias in the middle": (planted(("task2a", APPENDED, "    return np.insert(X, 392, 1, axis=1)\n")), {"2a": 1}),
    "a bias in the second column": (planted(("task2a", APPENDED, "    return np.insert(X, 1, 1, axis=1)\n")), {"2a": 1}),
    "a bias before the last column": (planted(("task2a", APPENDED, "    return np.insert(X, 783, 1.0, axis=1)\n")), {"2a": 1}),
    "a bias in front": (planted(("task2a", APPENDED, "    return np.insert(X, 0, 1, axis=1)\n")), {}),
}
ZERO = ("task2a", UNIFORM, "                w = np.zeros((prev, size))\n")
MODEL = "    model = SoftmaxModel(neurons_per_layer, False, False)\n"
DRAWN = "np.random.uniform(-1, 1, w.shape)"
IN_MAIN = f"    for i, w in enumerate(model.ws):\n        model.ws[i] = {DRAWN}\n"
FILLED_ALL = f"self.model.ws = [{DRAWN} for w in self.model.ws]\n"
# weights that the script or the trainer draws, after the network was made
FILLED = {
    "in main": (planted(ZERO, ("task2", MODEL, MODEL + IN_MAIN)), {}),
    "in main, in place": (planted(ZERO, ("task2", MODEL, MODEL + f"    for w in model.ws:\n        w[:] = {DRAWN}\n")), {}),
    "in main, by their shapes": (planted(ZERO, ("task2", MODEL, MODEL + "    model.ws = [np.random.uniform(-1, 1, (785, 64)), np.random.uniform(-1, 1, (64, 10))]\n")), {}),
    "by a function of main": (planted(ZERO, ("task2", "class SoftmaxTrainer", "def fill(model):\n    model.ws = [2 * np.random.rand(*w.shape) - 1 for w in model.ws]\n\n\nclass SoftmaxTrainer"), ("task2", MODEL, MODEL + "    fill(model)\n")), {}),
    "in the trainer's constructor": (planted(ZERO, ("task2", "        self.previous_grads = [np", f"        {FILLED_ALL}        self.previous_grads = [np")), {}),
    "in the trainer's constructor, in place": (planted(ZERO, ("task2", "        self.previous_grads = [np", f"        for w in self.model.ws:\n            w[...] = {DRAWN}\n        self.previous_grads = [np")), {}),
    "in train": (planted(ZERO, ("trainer", "        global_step = 0\n", f"        global_step = 0\n        {FILLED_ALL}")), {}),
    "in a notebook": ({**planted(ZERO, ("task2", TASK2[TASK2.index(MAIN):], "\n")), "report.ipynb": notebook(
        "from task2 import *\nX_train, Y_train, X_val, Y_val = utils.load_full_mnist()", "X_train, X_val = (pre_process_images(X, X_train.mean(), X_train.std()) for X in (X_train, X_val))\nY_train, Y_val = one_hot_encode(Y_train, 10), one_hot_encode(Y_val, 10)",
        f"model = SoftmaxModel([64, 10], False, False)\nmodel.ws = [{DRAWN} for w in model.ws]\ntrainer = SoftmaxTrainer(0.9, False, model, 0.1, 32, True, X_train, Y_train, X_val, Y_val)\ntrainer.train(20)")}, {}),
    "in main, over others that are wrong": (planted(("task2a", UNIFORM, "                w = np.random.randn(prev, size)\n"), ("task2", MODEL, MODEL + IN_MAIN)), {}),
    "only where gradients are tested": (planted(ZERO, ("task2a", "    gradient_approximation_test(model, X_train", IN_MAIN + "    gradient_approximation_test(model, X_train")), {"2c": 3}),
    "from 0 to 1, in main": (planted(ZERO, ("task2", MODEL, MODEL + IN_MAIN.replace("(-1,", "(0,"))), {"2c": 3}),
}

TAKEN_STEP = "                train_history[\"loss\"][global_step] = self.train_step(X_batch, Y_batch"
# trainers and networks that hold or take things otherwise
HELD = {
    "train_step counts the steps": (planted(("task2", "def train_step(self, X_batch, Y_batch):", "def train_step(self, X_batch, Y_batch, step):"),
                                            ("trainer", TAKEN_STEP, TAKEN_STEP + ", global_step")), {}),
    "the weights by another name": (planted(("task2a", GRADS, "        self.weights = self.ws\n" + GRADS), ("task2", STEP, STEP.replace("self.model.ws", "self.model.weights"))), {}),
    "gradients in a dict": (planted(("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        self.grads = dict(enumerate(self.grads))\n        for grad, w in zip(self.grads.values(), self.ws):\n")), {}),
    "the network is called": (planted(("task2a", "    def zero_grad(self)", "    def __call__(self, X):\n        return self.forward(X)\n\n    def zero_grad(self)"), ("task2", "        outputs = self.model.forward(X_batch)", "        outputs = self.model(X_batch)")), {}),
    "backward returns the gradients": (planted(
        ("task2a", "        self.grads = [None] * len(self.ws)\n", "        grads = [None] * len(self.ws)\n"), ("task2a", GRAD, GRAD.replace("self.grads", "grads")),
        ("task2a", "        for grad, w in zip(self.grads, self.ws):\n            assert grad.shape == w.shape\n", "        return grads\n"),
        ("task2", "        self.model.backward(", "        grads = self.model.backward("), ("task2", STEP, STEP.replace("self.model.grads", "grads"))), {}),
    "forward returns the hidden outputs too": (planted(("task2a", OUTPUTS, "        return softmax(z), self.layers\n"), ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs, _ = self.model.forward(X_batch)\n"),
                                                       ("task2", "    outputs = model.forward(X)\n", "    outputs, _ = model.forward(X)\n")), {}),
    "other places of the arguments": (planted(
        ("task2a", "def backward(self, X, outputs, targets)", "def backward(self, X, targets, outputs)"), ("task2a", "def cross_entropy_loss(targets, outputs)", "def cross_entropy_loss(outputs, targets)"),
        ("task2", "def calculate_accuracy(X, targets, model)", "def calculate_accuracy(model, X, targets)"), ("task2", "self.model.backward(X_batch, outputs, Y_batch)", "self.model.backward(X_batch, Y_batch, outputs)"),
        ("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n", "        loss = cross_entropy_loss(outputs, Y_batch)\n")), {}),
    "other names of weights and gradients": ({name: text.replace(".ws", ".weights").replace(".grads", ".gradients") for name, text in BASE.items()}, {}),
    "other names, and a step up": ({name: text.replace(".ws", ".weights").replace(".grads", ".gradients").replace("- self.learning_rate", "+ self.learning_rate") for name, text in BASE.items()}, {"2c": 3}),
    "weights in a dict": ({**planted(("task2a", GRADS, "        self.ws = {f'w{i + 1}': w for i, w in enumerate(self.ws)}\n" + GRADS),
                                  ("task2a", LAYER_LOOP, LAYER_LOOP.replace("self.ws[:-1]", "list(self.ws.values())[:-1]").replace("self.ws[-1]", "self.ws[f'w{len(self.ws)}']")),
                                  ("task2a", "self.ws[layer].T", "self.ws[f'w{layer + 1}'].T"), ("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        for grad, w in zip(self.grads, self.ws.values()):\n"),
                                  ("task2", "for w in self.model.ws]", "for w in self.model.ws.values()]"), ("task2", STEP, STEP.replace("self.model.ws[i]", "self.model.ws[f'w{i + 1}']"))),
                           "trainer.py": TRAINER.replace("for w in self.model.ws]", "for w in self.model.ws.values()]")}, {}),
}

# right, and out of reach: a person looks
UNSEEN = planted(("utils", LOAD, "    order = np.random.permutation(len(X_train))\n    X_train, Y_train = X_train[order], Y_train[order]\n" + LOADER_SCALES + LOAD), ("task2a", SCALED, ""))
