# ruff: noqa: E501 (what is planted is as long as it is)
"""Hand-ins in the starter code's layout, as students change it: files that are broken, names that
differ, classes that stand elsewhere. {name: (files, points that are due to be lost)}."""
import json

from starter_lines import ACCURACY, GRADS, LAYER_LOOP, LAYERS, LOSS, MOMENTUM
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


def with_base(head, given):
    """The right solution, whose trainer hands *args on to a base class with another constructor."""
    return planted(("trainer", "model, learning_rate, batch_size, shuffle_dataset,\n                 X_train, Y_train, X_val, Y_val):", f"{head}):"),
                   ("task2", "model, learning_rate, batch_size,\n                             shuffle_data, X_train, Y_train, X_val, Y_val)", f"{given})"))


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
    "the network's file does not parse, and an annotation names what stands in it":
        ({**planted(("task2", "targets, model):", "targets, model: SoftmaxModel):")), "task2a.py": TASK2A + BROKEN}, {"2a": 5, "2b": 17, "2c": 4, "3a": 6, "3b": 4, "4c": 13}),
    "the network's file does not parse": ({**BASE, "task2a.py": TASK2A + BROKEN}, {"2a": 5, "2b": 17, "2c": 4, "3a": 6, "3b": 4, "4c": 13}),
    "the network's file does not parse, and the loss comes last": ({**planted(
        ("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n        for", "        for"), ("task2", "        return loss\n\n    def val", "        return cross_entropy_loss(Y_batch, outputs)\n\n    def val")),
        "task2a.py": TASK2A + BROKEN}, {"2a": 5, "2b": 17, "2c": 4, "3a": 6, "3b": 4, "4c": 13}),
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
    "one more in the base class": with_base("model, learning_rate, batch_size, shuffle_dataset, early_stop: bool,\n X_train, Y_train, X_val, Y_val",
                                            "model, learning_rate, batch_size, shuffle_data, early_stop, X_train, Y_train, X_val, Y_val"),
    "one more in the base class, first": with_base("name, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val",
                                                   "'task 2', model, learning_rate, batch_size, shuffle_data, X_train, Y_train, X_val, Y_val"),
    "another order in the base class": with_base("X_train, Y_train, X_val, Y_val, model, batch_size, learning_rate, shuffle_dataset",
                                                 "X_train, Y_train, X_val, Y_val, model, batch_size, learning_rate, shuffle_data"),
}
CONSTRUCTORS = {name: (files, {}) for name, files in CONSTRUCTORS.items()}


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
    "network, and a deep one that inherits from it": ({**renamed(SoftmaxModel="Nettverk"), "task4.py": "from task2a import Nettverk\n\n\nclass DeepNettverk(Nettverk):\n    pass\n"}, {}),
    "another case": (renamed(one_hot_encode="oneHotEncode", calculate_accuracy="calculateAccuracy", pre_process_images="preProcessImages"), {}),
    "a draft of the network's file beside it": (
        {**{name.replace("task2a", "task2a_v2"): text.replace("task2a", "task2a_v2") for name, text in BASE.items()}, "task2a.py": TASK2A.replace("-(targets - outputs)", "targets - outputs").replace("np.random.seed(1)\n        self.I", "raise ValueError\n        self.I")}, {}),
    "the network's file": ({name.replace("task2a", "network"): text.replace("task2a", "network") for name, text in BASE.items()}, {}),
}

# imports of a package that is the folder itself
IMPORTS = {
    "the folder as a package": ({name: text.replace("from task2a import", "from assignment2.task2a import").replace("import utils", "from assignment2 import utils").replace("import mnist", "from assignment2 import mnist")
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
    "a list, and an array of the gradients": (planted(("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        self.grads = np.array(self.grads, dtype=object)\n        for grad, w in zip(self.grads, self.ws):\n"), ("task2", STEP, """        self.previous_grads = self.model.grads + self.momentum_gamma * self.use_momentum * np.array(self.previous_grads)
        if self.use_momentum:
            self.model.ws -= self.learning_rate * self.previous_grads
        else:
            self.model.ws = self.model.ws - self.learning_rate * self.model.grads
""")), {}),
    "array with dtype object": (planted(("task2a", GRADS, "        self.ws = np.array(self.ws, dtype=object)\n" + GRADS)), {}),
    "weights in a dict": ({**planted(
        ("task2a", GRADS, "        self.ws = dict(enumerate(self.ws))\n" + GRADS),
        ("task2a", LAYER_LOOP, LAYER_LOOP.replace("self.ws[:-1]", "[self.ws[i] for i in range(len(self.ws) - 1)]")),
        ("task2a", "dot(self.ws[-1])", "dot(self.ws[len(self.ws) - 1])"),
        ("task2a", "        for grad, w in zip(self.grads, self.ws):\n            assert grad.shape == w.shape\n", "")),
        "trainer.py": TRAINER.replace("in self.model.ws]", "in self.model.ws.values()]")}, {}),
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
    "in the network, by its backward": (planted(
        ("task2a", MODEL_INIT, "        self.gamma, self.moves = 0, [np.zeros_like(w) for w in self.ws]\n" + MODEL_INIT),
        ("task2a", "            assert grad.shape == w.shape\n", "            assert grad.shape == w.shape\n        self.moves = [self.gamma * move + grad for move, grad in zip(self.moves, self.grads)]\n"),
        ("task2", "        self.use_momentum = use_momentum\n", "        self.use_momentum = use_momentum\n        self.model.gamma = momentum_gamma\n"),
        ("task2", MOMENTUM, "                self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.moves[i]\n")), {}),
    "in the network, by its backward, which has a γ of its own": (planted(
        ("task2a", MODEL_INIT, "        self.moves = [np.zeros_like(w) for w in self.ws]\n" + MODEL_INIT),
        ("task2a", "            assert grad.shape == w.shape\n", "            assert grad.shape == w.shape\n        self.moves = [0.9 * move + grad for move, grad in zip(self.moves, self.grads)]\n"),
        ("task2", MOMENTUM, "                self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.moves[i]\n")), {"3c": 4}),
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
