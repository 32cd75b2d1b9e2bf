# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in the statistics and in the pre-processing of images: 2a."""
from planted import at, fault


@fault("task2.training_statistics", {"2a": 2}, says="is it the variance?")
def variance(X_train):
    return float(np.mean(X_train)), float(np.var(X_train))


@fault("task2.training_statistics", {"2a": 2}, says="are the two numbers in the wrong order?")
def wrong_order(X_train):
    return float(np.std(X_train)), float(np.mean(X_train))


@fault("task2.training_statistics", {"2a": 2}, says="are the pixels divided by 255 first?")
def pixels_divided_by_255(X_train):
    return float(np.mean(X_train / 255)), float(np.std(X_train / 255))


@fault("task2.training_statistics", {"2a": 2}, says="one number for each pixel")
def a_mean_for_each_pixel(X_train):
    return np.mean(X_train, axis=0), float(np.std(X_train))


@fault("task2.training_statistics", {"2a": 2}, says="one number for each image")
def a_deviation_for_each_image(X_train):
    return float(np.mean(X_train)), np.std(X_train, axis=1)


@fault("task2.training_statistics", {"2a": 2}, says="the mean is 33.6300, expected 60.5000")
def numbers_of_both_splits_written_by_hand(X_train):
    return 33.63, 78.97


@fault(costs={"2a": 2}, says="the mean is 0.1307, expected")
class published_numbers_of_pixels_that_are_divided_by_255:
    @at("task2.training_statistics")
    def training_statistics(X_train):
        return 0.1307, 0.3081

    @at("task2.pre_process_images")
    def pre_process_images(X, mean, std):
        return np.hstack([(X / 255 - mean) / std, np.ones((len(X), 1))])


@fault("task2.training_statistics", {"2a": 2},
       says="with images in uint8, as MNIST's are, the standard deviation is")
def squares_in_the_images_own_type(X_train):
    mean = np.mean(X_train)
    return float(mean), float(np.sqrt(np.abs(np.mean(X_train ** 2) - mean ** 2)))


@fault("task2.training_statistics", {"2a": 2},
       says="with images in uint8, as MNIST's are, the mean is")
def pixels_summed_in_their_own_type(X_train):
    return (float(np.sum(X_train, dtype=X_train.dtype) / X_train.size), float(np.std(X_train)))


@fault("task2.training_statistics", {"2a": 2},
       says="with images in uint8, as MNIST's are, the standard deviation is")
def distances_from_the_mean_in_the_images_own_type(X_train):
    mean = np.mean(X_train)
    squares = (X_train - X_train.dtype.type(mean)).astype(float) ** 2
    return float(mean), float(np.sqrt(np.mean(squares)))


@fault("task2.pre_process_images", {"2a": 1}, says="but it is right in floats: is a number too")
def distances_from_the_mean_wrap_around(X, mean, std):
    normalised = (X - np.array(mean).astype(X.dtype)) / std
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="is a number too large for this type?")
def pixels_scaled_in_whole_numbers(X, mean, std):
    normalised = np.subtract(X, mean) / std
    return np.hstack([normalised.astype(X.dtype).astype(float), np.ones((len(X), 1))])


@fault("task2.training_statistics", {"2a": 2}, says="the mean is")
def statistics_of_the_part_that_is_not_blank(X_train):
    return float(np.mean(X_train[X_train > 41])), float(np.std(X_train[X_train > 41]))


@fault("task2.training_statistics", {"2a": 2}, says="should return two numbers")
def statistics_as_one_array(X_train):
    return np.array([X_train.mean(), X_train.std()])


@fault("task2.pre_process_images", {"2a": 1}, says="is the mean not subtracted?")
def mean_not_taken_off(X, mean, std):
    normalised = X / std
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1},
       says="is the pixel not divided by the standard deviation?")
def not_divided(X, mean, std):
    normalised = (X - mean)
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="is it divided by the variance?")
def divided_by_the_variance(X, mean, std):
    normalised = (X - mean) / std ** 2
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1},
       says="is the pixel not divided by the standard deviation?")
def X_minus_mean_over_std(X, mean, std):
    normalised = X - mean / std
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="subtract the mean first, then divide")
def X_over_std_minus_mean(X, mean, std):
    normalised = X / std - mean
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="is the sign wrong?")
def mean_minus_X(X, mean, std):
    normalised = (mean - X) / std
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="a pixel x becomes 0.003922·x")
def pixels_to_0_to_1(X, mean, std):
    normalised = X / 255
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="a pixel x becomes 0.01268·x")
def fixed_numbers(X, mean, std):
    normalised = (X - 33.55) / 78.88
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1},
       says="is each pixel or image scaled with its own mean")
def each_image_on_its_own(X, mean, std):
    normalised = (X - mean) / X.std(axis=1, keepdims=True)
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="pre_process_images changes its input array")
def normalises_in_place(X, mean, std):
    X -= mean
    X /= std
    normalised = X
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1},
       says="the result for an image depends on the images that are passed with it")
def a_few_images_scaled_otherwise(X, mean, std):
    normalised = (X - mean) / std * (1 + (len(X) < 3))
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="a column of ones for the bias is missing")
def no_bias_column(X, mean, std):
    normalised = (X - mean) / std
    return normalised


@fault("task2.pre_process_images", {"2a": 3}, says="has the shape (6, 786), expected (6, 785)")
def two_bias_columns(X, mean, std):
    normalised = (X - mean) / std
    return np.hstack([normalised, np.ones((len(X), 2))])


@fault("task2.load_dataset", {"2a": 1},
       says="load_dataset returns other arrays than pre_process_images")
def load_dataset_leaves_the_bias_out(path=None, verbose=False):
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(X_train)
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std)[:, :784], one_hot_encode(Y_val))


@fault("task2.load_dataset", {"2a": 1}, says="load_dataset raises ValueError")
def load_dataset_raises(path=None, verbose=False):
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std, _ = training_statistics(X_train)
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std), one_hot_encode(Y_val))


@fault("task2.training_statistics", {"2a": 2},
       says="training_statistics raises AttributeError in task2.py")
def statistics_raise(X_train):
    return X_train.means()


@fault("task2.pre_process_images", {"2a": 1}, says="the column for the bias holds 2, expected 1")
def bias_column_of_twos(X, mean, std):
    normalised = (X - mean) / std
    return np.hstack([normalised, np.full((len(X), 1), 2.0)])


@fault("task2.pre_process_images", {"2a": 1},
       says="neither the first nor the last column is constant")
def bias_column_in_the_middle(X, mean, std):
    normalised = (X - mean) / std
    return np.insert(normalised, 392, 1, axis=1)


@fault("task2.pre_process_images", {"2a": 1}, says="1.323: are the numbers rounded or clipped?")
def pixels_cut_off_at_one_deviation(X, mean, std):
    normalised = np.clip((X - mean) / std, -0.9, 0.9)
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="are the numbers rounded or clipped?")
def whole_deviations(X, mean, std):
    normalised = (X - mean) // std
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="is an array of int64, expected floats")
def whole_numbers(X, mean, std):
    normalised = (X - mean) / std
    return np.hstack([normalised, np.ones((len(X), 1))]).astype(int)


@fault("task2.training_statistics", {"2a": 2}, says="are pixels of 0 left out?")
def statistics_of_the_pixels_above_0(X_train):
    pixels = X_train[X_train > 0]
    return float(np.mean(pixels)), float(np.std(pixels))


@fault("task2.training_statistics", {"2a": 2}, says="is it that of the first 1000 images?")
def statistics_of_the_first_1000_images(X_train):
    return float(np.mean(X_train[:1000])), float(np.std(X_train[:1000]))


@fault("task2.training_statistics", {"2a": 2}, says="as MNIST's are, the mean is")
def statistics_of_every_tenth_image_of_many(X_train):
    part = X_train[::len(X_train) // 120 or 1]
    return float(np.mean(part)), float(np.std(part))


@fault("task2.pre_process_images", {"2a": 1}, says="a pixel of 0 becomes 0, expected -")
def pixels_of_0_left_as_they_are(X, mean, std):
    return np.hstack([np.where(X > 0, (X - mean) / std, 0), np.ones((len(X), 1))])


@fault("task2.load_dataset", {"2a": 1}, says="training_statistics gives other numbers")
def load_dataset_takes_half_of_the_images_for_the_statistics(path=None, verbose=False):
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(X_train[:len(X_train) // 2])
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std), one_hot_encode(Y_val))
