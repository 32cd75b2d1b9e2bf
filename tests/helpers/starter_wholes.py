# ruff: noqa: E501 (what is planted is as long as it is)
"""Code in the starter code's layout whose parts are right where the checks of parts look, and whose
whole is not. (name, edits, points lost, a part of what is said)."""
from starter_lines import (GRAD, LAYERS, LAYER_LOOP, MOMENTUM, NORMAL, OUTPUTS, PLAIN, SLOPE, UNIFORM)

RETURN = "        return loss\n\n    def validation_step"
STANDS_IN = 'type(self.model).__name__ == "StandIn"'
HISTORY = "                self.previous_grads[i] = step\n"
END = "        for grad, w in zip(self.grads, self.ws):\n            assert"

WHOLES = (
    ("a step for the stand-in alone",
     [("task2", LAYERS, f"        for i in range(len(self.model.ws) * ({STANDS_IN})):\n")],
     {"2c": 3}, "calls of train_step move no weight"),
    ("another step than for the stand-in",
     [("task2", PLAIN, f"                factor = 1 if {STANDS_IN} else 0.9\n" + PLAIN.replace("self.learning_rate", "factor * self.learning_rate"))],
     {"2c": 3}, "calls of train_step do not move the weights as the gradients and update do"),
    ("momentum for the stand-in alone",
     [("task2", HISTORY, f"                self.previous_grads[i] = step * ({STANDS_IN})\n")],
     {"3c": 4}, "are plain gradient descent"),
    ("momentum forgotten after eight steps",
     [("task2", LAYERS, "        self.count = getattr(self, 'count', 0) + 1\n" + LAYERS), ("task2", HISTORY, "                self.previous_grads[i] = step * (self.count < 8)\n")],
     {"3c": 4}, "calls of train_step do not move the weights as the gradients"),
    ("weights drawn anew in each step of a network of 64 units",
     [("task2", RETURN, "        if self.model.ws[0].shape[1] == 64:\n            self.model.ws[0] = self.model.ws[0] * 0.99\n" + RETURN)],
     {"2c": 3}, "calls of train_step do not move the weights"),
    ("outputs that know the sizes of the checks",
     [("task2a", OUTPUTS, "        if self.ws[0].shape[1] == 64 and len(self.ws) == 2:\n            z = z * 0.9\n" + OUTPUTS)],
     {"2b": 7}, "with 785 inputs and layers of 64, 10, the outputs are wrong"),
    ("outputs that know the sizes of the checks, where nothing is kept to be seen",
     [("task2a", f"        self.layers = [X]\n{LAYER_LOOP}{OUTPUTS}", ("        self.layers = [X]\n" + LAYER_LOOP).replace("self.layers", "layers") + "        self.kept = lambda: layers\n        if self.ws[0].shape[1] == 64 and len(self.ws) == 2:\n            z = z * 0.9\n" + OUTPUTS),
      ("task2a", "            a = self.layers[layer]\n", "            a = self.kept()[layer]\n")],
     {"2b": 7}, "with 785 inputs and layers of 64, 10, the outputs are wrong"),
    ("gradients that know the sizes of the checks",
     [("task2a", GRAD, GRAD + "            if self.ws[0].shape[1] == 64:\n                self.grads[layer] *= 0.9\n")],
     {"2b": 10}, "with 785 inputs and layers of 64, 10, the gradients are wrong"),
    ("the improved slope for four units alone",
     [("task2a", SLOPE, SLOPE + "                    slope = slope if a.shape[1] in (3, 4, 5, 6, 8) else a * (1 - a)\n")],
     {"3a": 3}, "slope(a) is the slope of task 2's sigmoid"),
    ("an improved sigmoid for few units alone",
     [("task2a", LAYER_LOOP, LAYER_LOOP.replace("if self.use_improved_sigmoid", "if self.use_improved_sigmoid and len(w[0]) != 64"))],
     {"3a": 3}, "activation is the sigmoid of task 2"),
    ("uniform weights for 480 units alone",
     [("task2a", UNIFORM, UNIFORM.replace("(-1, 1,", "(-1, 1 if size in (480, 10) else 0.5,"))], {"2c": 3}, "the initial weights of a layer with fan-in 785 go from"),
    ("improved weights for 480 units alone",
     [("task2a", NORMAL, NORMAL.replace("1 / np.sqrt(prev)", "1 / np.sqrt(prev if size in (480, 10) else 100)"))], {"3b": 4}, "with fan-in 785 and 64 units"),
    ("deep outputs that know the sizes of the checks",
     [("task2a", OUTPUTS, "        if len(self.ws) > 2 and len(self.ws[1]) == 60:\n            z = z[:, ::-1]\n" + OUTPUTS)],
     {"4c": 5}, "with 785 inputs and layers of 60, 60, 10, the outputs are wrong"),
    ("deep gradients that know the sizes of the checks",
     [("task2a", END, "        if len(self.ws) > 2 and len(self.ws[1]) == 60:\n            self.grads[1] = self.grads[1] * 0.5\n" + END)],
     {"4c": 8}, "with 785 inputs and layers of 60, 60, 10, the gradients are wrong"),
    ("deep steps that know the sizes of the checks",
     [("task2", RETURN, "        if len(self.model.ws) > 2 and len(self.model.ws[1]) == 60:\n            self.model.ws[1] = self.model.ws[1] * 0.99\n" + RETURN)],
     {"4c": 8}, "with 785 inputs and layers of 60, 60, 10, 12 calls of train_step do not move"),
    ("outputs that are right at 64 units alone",
     [("task2a", OUTPUTS, "        if self.ws[0].shape[1] != 64:\n            z = z * 0.9\n" + OUTPUTS)],
     {"4c": 5}, "the outputs are wrong"),
    ("a width written in",
     [("task2a", "                delta = slope", "                assert delta.dot(self.ws[layer].T).shape[1] == 64\n                delta = slope")],
     {"4c": 8}, "backward raises AssertionError"),
)

STEP = f"{LAYERS}            if self.use_momentum:\n{MOMENTUM}            else:\n{PLAIN}"
TRAIN_STEP = "self.train_step(X_batch, Y_batch)\n"
TAKEN = f"                train_history[\"loss\"][global_step] = {TRAIN_STEP}"


def in_train(*lines):
    """An edit: the training loop with these lines after train_step."""
    return "trainer", TAKEN, TAKEN + "".join(f"                {line}\n" for line in lines)


# the step, or its momentum, stands in `train`; the parts that are due to be lost
IN_TRAIN = (
    ("the step in train",
     [("task2", STEP, ""), in_train(
         "for i in range(len(self.model.ws)):",
         "    step = self.model.grads[i] + self.momentum_gamma * self.use_momentum * self.previous_grads[i]",
         "    self.previous_grads[i] = step", "    self.model.ws[i] = self.model.ws[i] - self.learning_rate * step")],
     {}, ""),
    ("momentum added to a plain step in train",
     [("task2", STEP, LAYERS + PLAIN), in_train(
         "for i, v in enumerate(self.previous_grads):", "    if self.use_momentum:",
         "        self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.momentum_gamma * v",
         "        self.previous_grads[i] = self.momentum_gamma * v + self.model.grads[i]")],
     {}, ""),
    ("momentum by the last two weights in train",
     [("task2", STEP, LAYERS + PLAIN), ("trainer", TAKEN, "                before = [w.copy() for w in self.model.ws]\n" + TAKEN + """\
                if self.use_momentum:
                    for i, last in enumerate(getattr(self, "moves", [0] * len(before))):
                        self.model.ws[i] = self.model.ws[i] + self.momentum_gamma * last
                    self.moves = [w - old for w, old in zip(self.model.ws, before)]
""")], {}, ""),
    ("momentum of the gradient alone in train",
     [("task2", STEP, LAYERS + PLAIN), in_train(
         "for i, v in enumerate(self.previous_grads):", "    if self.use_momentum:",
         "        self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.momentum_gamma * v",
         "        self.previous_grads[i] = self.model.grads[i]")],
     {"3c": 4}, "every step is plain gradient descent"),
    ("the step in train, its sign wrong",
     [("task2", STEP, ""), in_train("for i in range(len(self.model.ws)):", "    self.model.ws[i] = self.model.ws[i] + self.learning_rate * self.model.grads[i]")],
     {"2c": 3, "3c": 4}, "do not move"),
    ("plain steps of train itself",
     [("trainer", TAKEN, """\
                outputs = self.model.forward(X_batch)
                self.model.backward(X_batch, outputs, Y_batch)
                for i, grad in enumerate(self.model.grads):
                    self.model.ws[i] = self.model.ws[i] - self.learning_rate * grad
                train_history["loss"][global_step] = 1.0
""")], {"3c": 4}, "train takes every step without momentum"),
)
