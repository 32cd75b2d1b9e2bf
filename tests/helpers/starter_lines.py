# ruff: noqa: E501 (lines of the solution are as long as they are there)
"""Lines of the right solution in the starter code's layout, which the tests change."""
SCALED = "    X = (X - mean) / std\n"
APPENDED = "    return np.append(X, np.ones((X.shape[0], 1)), axis=1)\n"
INSIDE = ("task2a", SCALED, "    X = (X - X.mean()) / X.std()\n")
STATISTICS = "    mean, std = np.mean(X_train), np.std(X_train)\n"
LOSS = "    return -np.mean(np.sum(targets * np.log(outputs), axis=1))\n"
ACCURACY = "    return np.mean(np.argmax(outputs, axis=1) == np.argmax(targets, axis=1))\n"
IMPROVED = "    return 1.7159 * np.tanh(2 * z / 3)\n"
FORWARD = "            a = improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z)\n"
DIVIDED = "    return e / e.sum(axis=1, keepdims=True)\n"
OUTPUTS = "        return softmax(z)\n"
SUM = "            z = self.layers[-1].dot(w)\n"
DELTA = "        delta = -(targets - outputs)\n"
GRAD = "            self.grads[layer] = a.T.dot(delta) / X.shape[0]\n"
SLOPE = "                    slope = 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)\n"
FLAG = "                if self.use_improved_sigmoid:\n"
NORMAL = "                w = np.random.normal(0, 1 / np.sqrt(prev), (prev, size))\n"
UNIFORM = "                w = np.random.uniform(-1, 1, (prev, size))\n"
GRADS = "        self.grads = [None for _ in range(len(self.ws))]\n\n    def forward"
SHUFFLE = "        np.random.shuffle(indices)\n"
LAYERS = "        for i in range(len(self.model.ws)):\n"
PLAIN = "                self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]\n"
MOMENTUM = """                step = self.model.grads[i] + self.momentum_gamma * self.previous_grads[i]
                self.previous_grads[i] = step
                self.model.ws[i] = self.model.ws[i] - self.learning_rate * step
"""
BETTER = "                    if val_loss < best_loss:\n"
COPIES = "                        best_weights = [w.copy() for w in self.model.ws]\n"
LAYER_LOOP = """        for w in self.ws[:-1]:
            z = self.layers[-1].dot(w)
            a = improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z)
            self.layers.append(a)
        z = self.layers[-1].dot(self.ws[-1])
"""
