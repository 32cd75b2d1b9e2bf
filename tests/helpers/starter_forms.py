# ruff: noqa: E501 (what is planted is as long as it is)
"""Hand-ins in the starter code's layout whose networks and trainers have other forms. {name: (files,
points that are due to be lost)}."""
from starter_kinds import ARGUMENTS, BASE, INIT, MAIN, STEP, TASK2, TRAINER, notebook
from starter_lines import DELTA, GRAD, GRADS, LAYER_LOOP, OUTPUTS, UNIFORM
from starter_planted import planted

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
    "a class beside a base with another name": ({name: text.replace("SoftmaxTrainer", "Trener") for name, text in {
        **with_class(OWN_STEP), "trainer.py": TRAINER.replace("    def train(", "    def train_step(self, X_batch, Y_batch):\n        raise NotImplementedError\n\n    def train(")}.items()}, {}),
    "a class whose momentum is wrong": (with_class(OWN_STEP.replace("+ self.momentum_gamma", "- self.momentum_gamma")), {"3c": 4}),
    "a class of old tries beside the flag": (with_class(OWN_STEP.replace("+ self.momentum_gamma", "- self.momentum_gamma"), step=STEP), {}),
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
    "train_step takes the epoch first": (planted(("task2", "def train_step(self, X_batch, Y_batch):", "def train_step(self, epoch, X_batch, Y_batch):"),
                                                 ("trainer", "        for _ in range(num_epochs)", "        for epoch in range(num_epochs)"), ("trainer", "self.train_step(X_batch", "self.train_step(epoch, X_batch")), {}),
    "the weights by another name": (planted(("task2a", GRADS, "        self.weights = self.ws\n" + GRADS), ("task2", STEP, STEP.replace("self.model.ws", "self.model.weights"))), {}),
    "gradients in a dict": (planted(("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        self.grads = dict(enumerate(self.grads))\n        for grad, w in zip(self.grads.values(), self.ws):\n")), {}),
    "the network is called": (planted(("task2a", "    def zero_grad(self)", "    def __call__(self, X):\n        return self.forward(X)\n\n    def zero_grad(self)"), ("task2", "        outputs = self.model.forward(X_batch)", "        outputs = self.model(X_batch)")), {}),
    "backward returns the gradients": (planted(
        ("task2a", "        self.grads = [None] * len(self.ws)\n", "        grads = [None] * len(self.ws)\n"), ("task2a", GRAD, GRAD.replace("self.grads", "grads")),
        ("task2a", "        for grad, w in zip(self.grads, self.ws):\n            assert grad.shape == w.shape\n", "        return grads\n"),
        ("task2", "        self.model.backward(", "        grads = self.model.backward("), ("task2", STEP, STEP.replace("self.model.grads", "grads"))), {}),
    "forward returns the hidden outputs too": (planted(("task2a", OUTPUTS, "        return softmax(z), self.layers\n"), ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs, _ = self.model.forward(X_batch)\n"),
                                                       ("task2", "    outputs = model.forward(X)\n", "    outputs, _ = model.forward(X)\n")), {}),
    "forward returns the outputs and the sums of all layers": (planted(
        ("task2a", LAYER_LOOP, LAYER_LOOP.replace("        for w", "        sums = []\n        for w").replace("            a =", "            sums.append(z)\n            a =")),
        ("task2a", OUTPUTS, "        return [*self.layers[1:], softmax(z)], (*sums, z)\n"), ("task2a", "model.forward(X), Y)\n            assert", "model.forward(X)[0][-1], Y)\n            assert"),
        ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs = self.model.forward(X_batch)[0][-1]\n"), ("task2", "    outputs = model.forward(X)\n", "    outputs = model.forward(X)[0][-1]\n")), {}),
    "forward returns a wrong softmax and the sums": (planted(("task2a", OUTPUTS, "        return sigmoid(z), z\n"), ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs, _ = self.model.forward(X_batch)\n"),
                                                             ("task2", "    outputs = model.forward(X)\n", "    outputs, _ = model.forward(X)\n")), {"2b": 7}),
    "forward returns a dict": (planted(("task2a", OUTPUTS, "        return {'z': z, 'y': softmax(z), 'a': self.layers}\n"), ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs = self.model.forward(X_batch)['y']\n"),
                                       ("task2", "    outputs = model.forward(X)\n", "    outputs = model.forward(X)['y']\n")), {}),
    "forward returns an array of objects": (planted(("task2a", OUTPUTS, "        found = np.empty(2, dtype=object)\n        found[0], found[1] = z, softmax(z)\n        return found\n"),
                                                    ("task2", "        outputs = self.model.forward(X_batch)\n", "        outputs = self.model.forward(X_batch)[1]\n"), ("task2", "    outputs = model.forward(X)\n", "    outputs = model.forward(X)[1]\n")), {}),
    "gradients behind those of the layers": (planted(("task2a", "            assert grad.shape == w.shape\n", "            assert grad.shape == w.shape\n        self.grads.append(-self.grads[0])\n")), {}),
    "sizes that are written in": (planted(("task2a", "        for size in neurons_per_layer:\n", "        for size in (64, 10):\n")), {"4c": 5}),
    "a backward that fails, and a trainer that counts the layers": (planted(
        ("task2a", "        self.I = 785\n", "        self.I = 785\n        self.num_layers = len(neurons_per_layer)\n"), ("task2a", DELTA, "        delta = self.not_there\n"),
        ("task2", STEP, STEP.replace("len(self.model.ws)", "self.model.num_layers"))), {"2b": 10, "3a": 3, "4c": 8}),
    "other places of the arguments": (planted(
        ("task2a", "def backward(self, X, outputs, targets)", "def backward(self, X, targets, outputs)"), ("task2a", "def cross_entropy_loss(targets, outputs)", "def cross_entropy_loss(outputs, targets)"),
        ("task2", "def calculate_accuracy(X, targets, model)", "def calculate_accuracy(model, X, targets)"), ("task2", "self.model.backward(X_batch, outputs, Y_batch)", "self.model.backward(X_batch, Y_batch, outputs)"),
        ("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n", "        loss = cross_entropy_loss(outputs, Y_batch)\n")), {}),
    "other words for the arguments": (planted(
        ("task2a", "def backward(self, X, outputs, targets):", "def backward(self, images, truth, predictions):\n        X, targets, outputs = images, truth, predictions"),
        ("task2a", "def cross_entropy_loss(targets, outputs):", "def cross_entropy_loss(y_pred, y_true):\n    outputs, targets = y_pred, y_true"),
        ("task2", "def calculate_accuracy(X, targets, model):", "def calculate_accuracy(net, labels, images):\n    model, targets, X = net, labels, images"),
        ("task2", "self.model.backward(X_batch, outputs, Y_batch)", "self.model.backward(X_batch, Y_batch, outputs)"), ("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n", "        loss = cross_entropy_loss(outputs, Y_batch)\n")), {}),
    "a loader that always leaves out the last batch": (planted(("utils", ", drop_last=True", ""), ("utils", "    if not drop_last:\n        num_batches = int(np.ceil(len(X) / batch_size))\n", "")), {}),
    "a loader that shuffles images and labels as one matrix": (planted(("utils", "        np.random.shuffle(indices)\n", "        both = np.block([X, Y])\n        np.random.shuffle(both)\n        X, Y = both[:, :785], both[:, 785:]\n")), {}),
    "a loader that shuffles them as one, and forgets the labels": (planted(("utils", "        np.random.shuffle(indices)\n", "        both = np.block([X, Y])\n        np.random.shuffle(both)\n        X = both[:, :785]\n")), {"2c": 1}),
    "pauses and prints that were left in": (planted(("task2a", "    def backward(self, X, outputs, targets):\n", "    def backward(self, X, outputs, targets):\n        import time\n        time.sleep(5)\n        print(X.tolist())\n")), {}),
    "layers that hold the matrices": (planted(
        ("task2a", "class SoftmaxModel:", "class Layer:\n    def __init__(self, w):\n        self.w, self.velocity = w, np.zeros_like(w)\n\n\nclass SoftmaxModel:"),
        ("task2a", GRADS, "        self.parts = [Layer(w) for w in self.__dict__.pop('drawn')]\n" + GRADS), ("task2a", "        self.ws = []\n", "        self.drawn = []\n"), ("task2a", "            self.ws.append(w)\n", "            self.drawn.append(w)\n"),
        ("task2a", "    def zero_grad", "    @property\n    def ws(self):\n        return [part.w for part in self.parts]\n\n    @ws.setter\n    def ws(self, ws):\n        for part, w in zip(self.parts, ws):\n            part.w = w\n\n    def zero_grad"),
        ("task2", STEP, "        for part, grad in zip(self.model.parts, self.model.grads):\n            part.velocity = grad + self.momentum_gamma * self.use_momentum * part.velocity\n            part.w = part.w - self.learning_rate * part.velocity\n")), {}),
    "functions behind a decorator": (planted(
        ("task2a", "def pre_process_images", "def timed(function):\n    def call(*args, **kwargs):\n        return function(*args, **kwargs)\n    return call\n\n\ndef pre_process_images"),
        ("task2a", "def cross_entropy_loss", "@timed\ndef cross_entropy_loss"), ("task2a", "    def forward", "    @timed\n    def forward"), ("task2a", "    def backward", "    @timed\n    def backward"),
        ("task2", "def calculate_accuracy", "def timed(function):\n    return lambda *args: function(*args)\n\n\n@timed\ndef calculate_accuracy"), ("task2", "    def train_step", "    @timed\n    def train_step")), {}),
    "other names of weights and gradients": ({name: text.replace(".ws", ".weights").replace(".grads", ".gradients") for name, text in BASE.items()}, {}),
    "other names, and a step up": ({name: text.replace(".ws", ".weights").replace(".grads", ".gradients").replace("- self.learning_rate", "+ self.learning_rate") for name, text in BASE.items()}, {"2c": 3}),
    "weights in a dict": ({**planted(("task2a", GRADS, "        self.ws = {f'w{i + 1}': w for i, w in enumerate(self.ws)}\n" + GRADS),
                                  ("task2a", LAYER_LOOP, LAYER_LOOP.replace("self.ws[:-1]", "list(self.ws.values())[:-1]").replace("self.ws[-1]", "self.ws[f'w{len(self.ws)}']")),
                                  ("task2a", "self.ws[layer].T", "self.ws[f'w{layer + 1}'].T"), ("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        for grad, w in zip(self.grads, self.ws.values()):\n"),
                                  ("task2", "for w in self.model.ws]", "for w in self.model.ws.values()]"), ("task2", STEP, STEP.replace("self.model.ws[i]", "self.model.ws[f'w{i + 1}']"))),
                           "trainer.py": TRAINER.replace("for w in self.model.ws]", "for w in self.model.ws.values()]")}, {}),
}
