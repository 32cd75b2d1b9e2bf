"""Reads MNIST files, npz or IDX; names every fault before it returns anything."""
import gzip
import hashlib
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte",
}
IMAGE_MAGIC, LABEL_MAGIC = 0x00000803, 0x00000801  # two zero bytes, "unsigned byte", dimensions
PIXELS = 784
NUM_TRAIN = 20_000
MOST_EXAMPLES = 1_000_000  # so a wrong header cannot ask for all the memory
GET_AGAIN = ("copy it again from its source, or call load_full_mnist() without a path for the "
             "embedded MNIST")
UNREADABLE = (OSError, EOFError, ValueError, KeyError, MemoryError,
              zipfile.BadZipFile, zlib.error, NotImplementedError)


class DataError(ValueError):
    """A data file that is missing, damaged or not MNIST-shaped; the message names it."""


def read_mnist(path):
    """Images and labels of an npz file or a folder of IDX files, gzipped or not.

    Returns (X_train, Y_train, X_val, Y_val), all uint8: images (N, 784), labels (N, 1); the first
    20,000 training and all test images. Raises DataError.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist: give an npz file with the arrays "
                        f"{', '.join(KEYS)}, or a folder with the four IDX files.")
    arrays = read_idx_folder(path) if path.is_dir() else read_npz(path)
    X_train, Y_train = check_pair(arrays["x_train"], arrays["y_train"], path, "training")
    X_val, Y_val = check_pair(arrays["x_test"], arrays["y_test"], path, "test")
    return X_train[:NUM_TRAIN], Y_train[:NUM_TRAIN], X_val, Y_val


def check_sha256(path, expected):
    """Raise DataError unless the file's sha256 is the expected one."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is missing: restore it from the kit's zip or repository.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise DataError(f"{path} is damaged: its sha256 is {found[:12]}…, expected "
                        f"{expected[:12]}…: restore it from the kit's zip or repository.")


def hash_arrays(*arrays):
    """One sha256 over the shapes and contents of the arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()


def read_npz(path):
    """The four arrays of an npz file, nothing unpickled."""
    try:
        file = np.load(path, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise ValueError("it holds a single array")
        with file:
            missing = [key for key in KEYS if key not in file.files]
            if missing:
                raise ValueError(f"it has no array {', '.join(missing)}")
            return {key: file[key] for key in KEYS}
    except UNREADABLE as error:
        raise DataError(f"{path} is not a readable npz file with the arrays {', '.join(KEYS)} "
                        f"({describe_error(error)}): {GET_AGAIN}.") from error


def read_idx_folder(folder):
    """The four arrays of a folder of IDX files."""
    return {key: read_idx(find_idx(folder, name), LABEL_MAGIC if key[0] == "y" else IMAGE_MAGIC)
            for key, name in IDX_NAMES.items()}


def find_idx(folder, name):
    """The path of an IDX file under one of its usual names."""
    for candidate in (name, name.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            if (folder / (candidate + ending)).is_file():
                return folder / (candidate + ending)
    raise DataError(f"{folder} has no file {name} or {name}.gz: put the four IDX files "
                    f"({', '.join(IDX_NAMES.values())}) there.")


def read_idx(path, magic):
    """The array of one IDX file: big-endian magic number and sizes, then the bytes."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            ndim = magic & 0xFF
            header = file.read(4 * (1 + ndim))
            if len(header) < 4 * (1 + ndim):
                raise ValueError("it ends inside its header")
            found, *shape = struct.unpack(f">{1 + ndim}I", header)
            if found != magic:
                raise ValueError(f"its magic number is {found:#010x}, expected {magic:#010x}")
            if magic == IMAGE_MAGIC and shape[1] * shape[2] != PIXELS:
                raise ValueError(f"its images are {shape[1]} x {shape[2]}, expected 28 x 28")
            if shape[0] > MOST_EXAMPLES:
                raise ValueError(f"its header gives {shape[0]:,} examples, expected at most "
                                 f"{MOST_EXAMPLES:,}")
            size = int(np.prod(shape))
            data = file.read(size + 1)  # the size in the header, and one byte more
    except UNREADABLE as error:
        raise DataError(f"{path} is not a readable IDX file ({describe_error(error)}): "
                        f"{GET_AGAIN}.") from error
    if len(data) != size:
        more = "more" if len(data) > size else f"{len(data):,}"
        raise DataError(f"{path} is damaged: its header gives {size:,} bytes of data, "
                        f"but it holds {more}: {GET_AGAIN}.")
    return np.frombuffer(data, np.uint8).reshape(shape)


def check_pair(images, labels, path, split):
    """Images (N, 784) and labels (N, 1) as uint8; DataError if they do not fit together."""
    def refuse(problem):
        raise DataError(f"{path}: the {split} {problem}: {GET_AGAIN}.")

    for name, array, highest in (("images", images, 255), ("labels", labels, 9)):
        if array.dtype.kind not in "iu":
            refuse(f"{name} are {array.dtype}, expected whole numbers from 0 to {highest}")
        if array.size == 0:
            refuse(f"{name} are empty (shape {array.shape})")
        if array.min() < 0 or array.max() > highest:
            refuse(f"{name} go from {array.min()} to {array.max()}, expected 0 to {highest}")
    if images.ndim < 2 or images.shape[1:] not in ((28, 28), (PIXELS,)):
        refuse(f"images have the shape {images.shape}, expected (N, 28, 28) or (N, 784)")
    if labels.shape not in ((len(images),), (len(images), 1)):
        refuse(f"labels have the shape {labels.shape}, expected one for each of the "
               f"{len(images):,} images")
    return (images.reshape(-1, PIXELS).astype(np.uint8),
            labels.reshape(-1, 1).astype(np.uint8))


def describe_error(error):
    """The error in one line."""
    text = str(error).splitlines()[0] if str(error) else ""
    return text or type(error).__name__
