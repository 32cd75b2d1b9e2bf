"""Messages between the checks and the process that runs a student's code.

A message is the length of a JSON header, the header, and the raw contents of its arrays. A
student's process is not trusted: nothing is unpickled, and lengths are compared with limits before
memory is allocated.
"""

import json
import re
import struct
from dataclasses import dataclass

import numpy as np

LONGEST_HEADER = 16 * 2**20     # bytes
LARGEST_ARRAYS = 64 * 2**20     # bytes, all of one message
DEEPEST = 20                    # lists in lists
MOST_VALUES = 200_000
DTYPE = re.compile(r"[<>|=][biufc]\d{1,2}")


class ProtocolError(Exception):
    """A message that this module did not write."""


@dataclass(frozen=True)
class Handle:
    """A value that stays in the student's process: an object, a function, an odd array."""

    number: int
    type: str


def write_message(stream, header, values=(), keep=None):
    """Write one message: a header of plain values, and values whose arrays follow it.

    keep: as for `encode`.
    """
    buffers = []
    tree = [encode(value, buffers, keep) for value in values]
    text = json.dumps({**header, "values": tree,
                       "buffers": [len(buffer) for buffer in buffers]}).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    for buffer in buffers:
        stream.write(buffer)
    stream.flush()


def read_message(stream):
    """(header, values) of one message; ProtocolError if it is bad, EOFError at the end."""
    size = struct.unpack("<I", read_exactly(stream, 4))[0]
    if size > LONGEST_HEADER:
        raise ProtocolError("its header is too long")
    try:
        header = json.loads(read_exactly(stream, size))
        tree, sizes = header.pop("values"), header.pop("buffers")
        if not all(isinstance(size, int) and size >= 0 for size in sizes) or \
                sum(sizes) > LARGEST_ARRAYS:
            raise ProtocolError("its arrays are too large")
        buffers = [read_exactly(stream, size) for size in sizes]
        budget = [MOST_VALUES]
        return header, [decode(value, buffers, budget) for value in tree]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ProtocolError(f"it cannot be read: {type(problem).__name__}") from None


def read_exactly(stream, size):
    """`size` bytes of a stream; EOFError if it is shorter."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def encode(value, buffers, keep=None, depth=0):
    """A JSON value for a plain value; its arrays are added to buffers.

    keep: makes a Handle of a value that is not plain; TypeError without it.
    """
    kind = type(value)
    if value is None or kind in (bool, str, float) or kind is int and abs(value) < 2**62:
        return value
    if kind in (list, tuple) and depth < DEEPEST:
        return {kind.__name__: [encode(item, buffers, keep, depth + 1) for item in value]}
    if kind is Handle:
        return {"handle": value.number, "type": value.type}
    if kind is np.ndarray and value.dtype.kind in "biufc" and value.dtype.str[1:] != "f16":
        buffers.append(np.ascontiguousarray(value).tobytes())
        return {"array": len(buffers) - 1, "dtype": value.dtype.str, "shape": value.shape}
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return {"scalar": encode(np.asarray(value), buffers)}
    if keep is None:
        raise TypeError(f"{kind.__name__} cannot be sent")
    return encode(keep(value), buffers)


def decode(tree, buffers, budget):
    """The value that `encode` made a tree of; NumPy scalars are arrays without an axis."""
    budget[0] -= 1
    if budget[0] < 0:
        raise ProtocolError("it holds too many values")
    if tree is None or isinstance(tree, (bool, str, float, int)):
        return tree
    if "list" in tree or "tuple" in tree:
        kind = list if "list" in tree else tuple
        return kind(decode(item, buffers, budget) for item in tree[kind.__name__])
    if "handle" in tree:
        return Handle(int(tree["handle"]), str(tree["type"])[:100])
    if "scalar" in tree:
        return decode(tree["scalar"], buffers, budget)
    if not DTYPE.fullmatch(tree["dtype"]):
        raise ProtocolError("an array has an unusual dtype")
    dtype, shape = np.dtype(tree["dtype"]), [int(size) for size in tree["shape"]]
    data = buffers[int(tree["array"])]
    length = dtype.itemsize
    for size in shape:          # not NumPy's product: it can overflow
        length *= size
    if min(shape, default=0) < 0 or len(shape) > 8 or length != len(data):
        raise ProtocolError("the size of an array does not fit its shape")
    return np.frombuffer(data, dtype).reshape(shape).copy()
