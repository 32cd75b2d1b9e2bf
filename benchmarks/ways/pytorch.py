"""PyTorch on the CPU, written as its tutorials write it."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.rows import images, labels


def tensors(dtype, split):
    """Return the images and the classes of a split, sharing NumPy's memory."""
    return torch.from_numpy(images(dtype, split)[0]), torch.from_numpy(labels(split))


class ImprovedSigmoid(nn.Module):
    """1.7159 tanh(2z/3)."""

    def forward(self, z):
        return 1.7159 * torch.tanh(2 / 3 * z)


class PyTorch:
    """Eager: autograd and torch.optim.SGD, whose momentum is the assignment's."""

    def __init__(self, row):
        self.threads = torch.get_num_threads()
        self.dtype = row.dtype
        self.X, self.labels = tensors(row.dtype, "train")
        layers = []
        for w in row.weights():
            linear = nn.Linear(*w.shape, bias=False)
            linear.weight = nn.Parameter(torch.from_numpy(w.T.copy()))
            layers += [linear, nn.Sigmoid() if row.task2 else ImprovedSigmoid()]
        self.model = nn.Sequential(*layers[:-1])
        self.optimizer = torch.optim.SGD(self.model.parameters(), row.rate, row.gamma)

    def loss(self, X, classes):
        """Return the mean cross-entropy of a batch."""
        return functional.cross_entropy(self.model(X), classes)

    def steps(self, batches):
        torch.set_num_threads(self.threads)
        for rows in torch.from_numpy(batches):
            self.optimizer.zero_grad()
            loss = self.loss(self.X[rows], self.labels[rows])
            loss.backward()
            self.optimizer.step()
            loss.item()

    @torch.no_grad()
    def validate(self, split):
        torch.set_num_threads(self.threads)
        X, classes = tensors(self.dtype, split)
        outputs = self.model(X)
        right = outputs.argmax(dim=1) == classes
        return functional.cross_entropy(outputs, classes).item(), right.double().mean().item()

    def weights(self):
        return [layer.weight.detach().numpy().T for layer in self.model
                if isinstance(layer, nn.Linear)]


class Compiled(PyTorch):
    """The same, with network and loss compiled; validated eagerly, as an epoch needs it rarely."""
    BATCHES = (32,)     # a compilation takes seconds: the assignment's own batch only

    def __init__(self, row):
        super().__init__(row)
        torch.compiler.reset()      # or after eight rows torch compiles no more, and runs eagerly
        self.loss = torch.compile(self.loss, dynamic=False)
