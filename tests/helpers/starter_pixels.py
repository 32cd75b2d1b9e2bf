# ruff: noqa: E501 (what is planted is as long as it is)
"""Hand-ins in the starter code's layout that load and scale their images otherwise. {name: (files,
points that are due to be lost)}."""
from starter_lines import APPENDED, INSIDE, SCALED, STATISTICS
from starter_planted import planted

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

MAIN = '\n\nif __name__ == "__main__":\n'
LOADING = "    X_train, Y_train, *_ = utils.load_full_mnist()\n", "    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()\n"
GLOBALS = (("task2a", "def pre_process_images(X, mean=33.55, std=78.88):\n", "mean = std = None\n\n\ndef measure(X):\n    global mean, std\n    mean, std = X.mean(), X.std()\n\n\ndef pre_process_images(X):\n"),
           ("task2a", "    mean, std = X_train.mean(), X_train.std()\n    X_train = pre_process_images(X_train, mean, std)\n", "    measure(X_train)\n    X_train = pre_process_images(X_train)\n"),
           ("task2", "import SoftmaxModel,", "import SoftmaxModel, measure,"), ("task2", STATISTICS, "    measure(X_train)\n"),
           ("task2", PRE, "    X_train, X_val = pre_process_images(X_train), pre_process_images(X_val)\n"))


def without(name, files):
    """These files without one of them."""
    return {file: text for file, text in files.items() if file != name}


def unrun(*edits):
    """The right solution with edits, without the parts that run as scripts."""
    return {name: text.split(MAIN)[0] for name, text in planted(*edits).items()}


# scripts that do not run here, or that use a loader of another year
RUNS = {
    "no script, and numbers in defaults": (unrun(), {}),
    "no script, numbers in defaults by name": (unrun(("task2a", "(X, mean=33.55, std=78.88)", "(X, *, mean=33.55, std=78.88)")), {}),
    "no script, more defaults": (unrun(("task2a", "std=78.88)", "std=78.88, bias=1, verbose=False)")), {}),
    "no script, an array as a default": (unrun(("task2a", "(X, mean=33.55, std=78.88)", "(X, numbers=np.array([33.55, 78.88]))"), ("task2a", SCALED, "    X = (X - numbers[0]) / numbers[1]\n")), {}),
    "no script, numbers in defaults, a bias of zeros": (unrun(("task2a", APPENDED, APPENDED.replace("ones", "zeros"))), {"2a": 1}),
    "scripts that fail where they pre-process": (planted(("task2a", SCALED, "    X = (X - mean) / standard_deviation\n")), {"2a": 5}),
    "a loader of 2020 that is not handed in": (without("utils.py", planted(
        *GLOBALS, ("task2a", LOADING[0], LOADING[0].replace("()", "(0.1)")), ("task2", LOADING[1], LOADING[1].replace("()", "(0.2)").replace("Y_val =", "Y_val, X_test, Y_test =")))), {}),
    "a loader of 2020 by name": (without("utils.py", planted(
        *GLOBALS, ("task2a", LOADING[0], LOADING[0].replace("()", "(validation_percentage=0.1)")), ("task2", LOADING[1], LOADING[1].replace("Y_train, X_val, Y_val = utils.load_full_mnist()", "Y_train, X_val, Y_val, *_ = utils.load_full_mnist(validation_percentage=0.2)")))), {}),
}

# right, and out of reach: a person looks
ENDED = planted(*GLOBALS, *((script, line, "    open('settings.json')\n" + line) for script, line in zip(("task2a", "task2"), LOADING)))
NONE = unrun(("task2a", "mean=33.55, std=78.88", "mean=None, std=None"))
UNSEEN = planted(("utils", LOAD, "    order = np.random.permutation(len(X_train))\n    X_train, Y_train = X_train[order], Y_train[order]\n" + LOADER_SCALES + LOAD), ("task2a", SCALED, ""))
