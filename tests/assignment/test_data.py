"""Reading MNIST: the right arrays, and one clear exception for every kind of wrong file."""
import gzip
import hashlib
import shutil
import struct

import numpy as np
import pytest
from small_data import small_mnist

import utils
from assignment.checks.images import explain_statistics
from assignment.mnist import IDX_NAMES, DataError, check_sha256, read_mnist


ORIGINAL_SHA256 = ["0256de32dd5050b8", "144ad3b0173ca5c3",
                   "6d87418db22cc802", "ddeff807876a9661"]


def test_embedded_mnist_has_the_stated_shapes_and_contents(capsys):
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    assert capsys.readouterr().out.splitlines() == [
        "Training data    X: (20000, 784), Y: (20000, 1)",
        "Validation data  X: (10000, 784), Y: (10000, 1)"]
    assert (X_train.shape, Y_train.shape) == ((20000, 784), (20000, 1))
    assert (X_val.shape, Y_val.shape) == ((10000, 784), (10000, 1))
    assert {array.dtype for array in (X_train, Y_train, X_val, Y_val)} == {np.dtype(np.uint8)}
    # first 16 hex digits of the sha256 of the original files' bytes, of the part taken
    assert [hashlib.sha256(array.tobytes()).hexdigest()[:16]
            for array in (X_train, Y_train, X_val, Y_val)] == ORIGINAL_SHA256


def write_idx(folder, zipped=False, **changed):
    """Four IDX files of the small data set; `changed` gives other bytes for a key."""
    folder.mkdir(exist_ok=True)
    with np.load(small_mnist(folder / "small.npz")) as arrays:
        for key, name in IDX_NAMES.items():
            array = arrays[key]
            header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
            data = changed.get(key, header + array.tobytes())
            with (gzip.open(folder / f"{name}.gz", "wb") if zipped
                  else open(folder / name, "wb")) as file:
                file.write(data)
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_folder_gives_the_same_arrays_as_npz(tmp_path, small_path, zipped):
    folder = write_idx(tmp_path / "idx", zipped)
    for a, b in zip(read_mnist(folder), read_mnist(small_path)):
        np.testing.assert_array_equal(a, b, strict=True)


def test_only_the_first_20000_training_images_are_taken(tmp_path):
    path = small_mnist(tmp_path / "large.npz", train=20_003)
    assert [len(array) for array in read_mnist(path)] == [20_000, 20_000, 100, 100]


def make_header(n, rows=28, columns=28, magic=0x803):
    return struct.pack(">4I", magic, n, rows, columns)


@pytest.mark.parametrize("key, data, problem", [
    ("x_train", make_header(320, magic=0x801), "magic number is 0x00000801"),
    ("x_train", make_header(320, 32, 32) + bytes(320 * 1024), "32 x 32"),
    ("x_train", make_header(320) + bytes(100), "holds 100"),
    ("x_train", make_header(1) + bytes(1000), "holds more"),
    ("x_train", make_header(4_000_000_000), "its header gives 4,000,000,000 examples"),
    ("x_train", b"\0\0", "ends inside its header"),
    ("y_test", struct.pack(">2I", 0x801, 99) + bytes(99), "one for each of the 100 images"),
    ("y_test", struct.pack(">2I", 0x801, 100) + bytes([200] * 100), "expected 0 to 9"),
])
def test_wrong_idx_file_is_named_with_what_is_wrong(tmp_path, key, data, problem):
    folder = write_idx(tmp_path / "idx", **{key: data})
    with pytest.raises(DataError, match=problem) as error:
        read_mnist(folder)
    assert str(folder) in str(error.value)
    assert "copy it again" in str(error.value)


@pytest.mark.parametrize("changed, problem", [
    ({"x_train": np.zeros((320, 32, 32), np.uint8)}, r"\(320, 32, 32\)"),
    ({"x_train": np.zeros((320, 28, 28))}, "float64, expected whole numbers"),
    ({"x_train": np.full((320, 28, 28), -1)}, "from -1 to -1"),
    ({"x_train": np.zeros((0, 28, 28), np.uint8)}, "empty"),
    ({"y_train": np.zeros(319, np.uint8)}, "one for each of the 320 images"),
    ({"y_train": np.full(320, 10)}, "from 10 to 10, expected 0 to 9"),
    ({"y_train": np.array([{}] * 320)}, "Object arrays cannot be loaded"),
])
def test_wrong_arrays_are_named_with_what_is_wrong(tmp_path, changed, problem):
    path = small_mnist(tmp_path / "wrong.npz", **changed)
    with pytest.raises(DataError, match=problem) as error:
        read_mnist(path)
    assert str(path) in str(error.value)


def test_missing_key_truncated_corrupt_and_foreign_files_are_refused(tmp_path, small_path):
    whole = small_path.read_bytes()
    files = {"empty.npz": b"", "truncated.npz": whole[:len(whole) // 2], "text.npz": b"hello",
             "corrupt.npz": whole[:5000] + bytes(64) + whole[5064:]}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match=name):
            read_mnist(tmp_path / name)
    np.savez(tmp_path / "other.npz", x_train=np.zeros(3))
    with pytest.raises(DataError, match="it has no array y_train, x_test, y_test"):
        read_mnist(tmp_path / "other.npz")
    np.save(tmp_path / "single.npy", np.zeros(3))
    with pytest.raises(DataError, match="single array"):
        read_mnist(tmp_path / "single.npy")
    with pytest.raises(DataError, match="does not exist"):
        read_mnist(tmp_path / "nowhere.npz")


def test_incomplete_folder_and_broken_gzip_are_refused(tmp_path):
    folder = write_idx(tmp_path / "idx", zipped=True)
    path = folder / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte.gz"):
        read_mnist(folder)
    path.unlink()
    with pytest.raises(DataError, match="has no file t10k-labels-idx1-ubyte"):
        read_mnist(folder)


def test_embedded_file_is_refused_when_damaged_or_missing(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    shutil.copy(utils.EMBEDDED_MNIST, path)
    check_sha256(path, utils.hash_data())
    with open(path, "r+b") as file:
        file.seek(1_000_000)
        file.write(b"\0")
    monkeypatch.setattr(utils, "EMBEDDED_MNIST", path)
    with pytest.raises(DataError, match="is damaged: its sha256"):
        utils.load_full_mnist()
    path.unlink()
    with pytest.raises(DataError, match="is missing"):
        utils.load_full_mnist()


@pytest.mark.parametrize("found, hint", [
    (60.4, ""), (19.3, ": are the two numbers in the wrong order?")])
def test_a_mean_near_the_right_one_is_in_no_wrong_order(found, hint):
    X = 60.5 + 19.25 * np.array([-1.0, 1.0])
    assert explain_statistics(found, X.mean(), X) == hint
