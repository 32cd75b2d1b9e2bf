# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in one_hot_encode and cross_entropy_loss: the helpers of subtask 0, a point of 2c."""
from planted import fault


@fault("task2.one_hot_encode", {"2c": 1}, says="put each 1 into the column of its label")
def labels_off_by_one(Y, num_classes=10):
    labels = np.ravel(Y)
    return np.eye(num_classes)[(labels - 1).astype(int)]


@fault("task2.one_hot_encode", {"2c": 1}, says="expected a single 1 and zeros")
def one_hot_with_minus_1_elsewhere(Y, num_classes=10):
    labels = np.ravel(Y)
    return (2 * np.eye(num_classes) - 1)[labels.astype(int)]


@fault("task2.one_hot_encode", {"2c": 1}, says="has the shape (10, 6), the transpose")
def one_hot_transposed(Y, num_classes=10):
    labels = np.ravel(Y)
    return np.eye(num_classes)[labels.astype(int)].T


@fault("task2.one_hot_encode", {"2c": 1},
       says="one_hot_encode(Y, 3) of two labels has the shape (2, 10)")
def one_hot_with_ten_classes_always(Y, num_classes=10):
    labels = np.ravel(Y)
    return np.eye(10)[labels.astype(int)]


@fault("task2.one_hot_encode", {"2c": 1}, says="is a list, expected an array of shape (6, 10)")
def one_hot_as_lists(Y, num_classes=10):
    labels = np.ravel(Y)
    return np.eye(num_classes)[labels.astype(int)].tolist()


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is it not the natural logarithm?")
def logarithm_to_base_2(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.sum(targets * log_outputs / np.log(2)) / len(targets)


@fault("task2.cross_entropy_loss", {"2c": 1},
       says="for 4 classes: take the mean over the examples only")
def loss_over_the_classes_too(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.mean(targets * log_outputs)


@fault("task2.cross_entropy_loss", {"2c": 1}, says=", expected ")
def squared_error(targets, outputs):
    return np.mean(np.sum((targets - outputs) ** 2, axis=1))


@fault("task2.cross_entropy_loss", {"2c": 1},
       says="is None (is there a return?), expected one number")
def loss_returns_nothing(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    print(-np.sum(targets * log_outputs) / len(targets))


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is a str, expected one number")
def loss_as_text(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return str(-np.sum(targets * log_outputs) / len(targets))


@fault("task2.cross_entropy_loss", {"2c": 1}, says="cross_entropy_loss changes its input array")
def loss_changes_its_outputs(targets, outputs):
    outputs += 1e-12
    log_outputs = np.log(outputs)
    return -np.sum(targets * log_outputs) / len(targets)


@fault("task2.cross_entropy_loss", {"2c": 1},
       says="cross_entropy_loss raises ZeroDivisionError in task2.py, line")
def loss_raises(targets, outputs):
    raise ZeroDivisionError("oh")


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is a bool, expected one number")
def loss_returns_True(targets, outputs):
    return True


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is nan, expected a finite number")
def loss_is_NaN(targets, outputs):
    return np.nan
