# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in batch_loader and accuracy_of: the helpers of subtask 0, a point of 2c."""
from planted import fault


@fault("task2.accuracy_of", {"2c": 1},
       says="accuracy_of is 0.75, but the largest output is right for 100% of five images")
def argmax_over_the_wrong_axis(outputs, targets):
    return float(np.mean(outputs.argmax(axis=0) == targets.argmax(axis=0)))


@fault("task2.accuracy_of", {"2c": 1},
       says="accuracy_of is 0, but the largest output is right for 100% of five images")
def smallest_output(outputs, targets):
    return float(np.mean(outputs.argmin(axis=1) == targets.argmax(axis=1)))


@fault("task2.accuracy_of", {"2c": 1}, says="return the fraction, from 0 to 1")
def accuracy_in_per_cent(outputs, targets):
    return float(100 * np.mean(outputs.argmax(axis=1) == targets.argmax(axis=1)))


@fault("task2.accuracy_of", {"2c": 1}, says="return the fraction, not the number of images")
def number_of_right_images(outputs, targets):
    return float(np.sum(outputs.argmax(axis=1) == targets.argmax(axis=1)))


@fault("task2.accuracy_of", {"2c": 1},
       says="accuracy_of is 0, but the largest output is right for 100% of five images: are the "
            "wrong images counted?")
def error_rate(outputs, targets):
    return float(np.mean(outputs.argmax(axis=1) != targets.argmax(axis=1)))


@fault("task2.calculate_accuracy", {"2c": 1}, says="calculate_accuracy is")
def accuracy_of_the_first_rows(X, targets, model):
    return accuracy_of(predict(model, X[:3]), targets[:3])


@fault("utils.batch_loader", {"2c": 1}, says="is the last, smaller batch left out?")
def the_rest_is_lost(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="give batches of [4, 4, 4]")
def the_last_batch_overlaps(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        start = min(start, len(X) - batch_size)
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="images have the labels of other images")
def images_shuffled_without_their_labels(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y[start:start + batch_size]


@fault("utils.batch_loader", {"2c": 1}, says="of 60 examples, expected each example once")
def drawn_with_replacement(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.integers(len(X), size=len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="two epochs have the same order")
def same_order_each_epoch(X, Y, batch_size, shuffle=False, rng=None):
    order = np.random.default_rng(0).permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="the same seed gives two orders")
def shuffles_by_the_global_generator(X, Y, batch_size, shuffle=False, rng=None):
    order = np.random.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="without shuffle the order of the examples changes")
def shuffles_always(X, Y, batch_size, shuffle=False, rng=None):
    order = np.random.default_rng(0).permutation(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="changes its input array")
def shuffles_the_images_in_place(X, Y, batch_size, shuffle=False, rng=None):
    if shuffle:
        order = rng.permutation(len(X))
        X[:], Y[:] = X[order], Y[order]
    order = np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="is shuffle ignored?")
def shuffles_whenever_there_is_a_generator(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if rng else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1},
       says="a batch has another number of columns than the examples")
def columns_left_out(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X[rows, :1], Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="batch_loader should yield pairs")
def labels_without_their_axis(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y[rows].ravel()


@fault("utils.batch_loader", {"2c": 1},
       says="batch_loader yields at least 1000 batches for 10 examples: does it never end?")
def batches_without_end(X, Y, batch_size, shuffle=False, rng=None):
    while True:
        yield X[:1], Y[:1]
