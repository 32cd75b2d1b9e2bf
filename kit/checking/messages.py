"""Messages between the checks and the process that runs a student's code.

A message is the length of a JSON header, the header, and the raw contents of its arrays. A
student's process is not trusted: nothing is unpickled, and each number is compared with its limit
before anything is computed with it, and before memory is allocated.
"""

import itertools
import json
import math
import re
import struct
from dataclasses import dataclass

import numpy as np

LONGEST_HEADER = 8 * 2**20      # bytes
LARGEST_ARRAYS = 64 * 2**20     # bytes, all of one message
MOST_VALUES = 200_000
LONGEST_TEXT = 2**20            # letters
LONGEST_NUMBER = 30             # letters; a float has 25 at most
MOST_AXES = 8
DEEPEST = 20                    # lists in lists
DEEPEST_HEADER = 2 * DEEPEST + 10       # each list stands in an object that names it
DTYPES = {"|b1", "|i1", "|u1", *(order + kind for order in "<>" for kind in (
    "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"))}
ROUNDED = {np.longdouble: float, np.clongdouble: complex}   # no message holds more digits
ODD_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
STEPS = dict(zip(b"[{,]}", (1, 1, 0, -1, -1)))      # down and up in a header's lists
OTHERS = bytes({*range(256)} - {*STEPS})
TEXT = re.compile(rb'"[^"]*"?')     # also one that does not end


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
    # in one piece, so that the other process wakes once
    stream.write(b"".join((struct.pack("<I", len(text)), text, *buffers)))
    stream.flush()


def read_message(stream):
    """(header, values) of one message; ProtocolError if it is bad, EOFError at the end."""
    size = struct.unpack("<I", read_exactly(stream, 4))[0]
    if size > LONGEST_HEADER:
        raise ProtocolError("its header is too long")
    try:
        header = read_header(read_exactly(stream, size))
        tree, sizes = header.pop("values"), header.pop("buffers")
        if type(tree) is not list or type(sizes) is not list:
            raise ProtocolError("its header has another form")
        if not all(type(size) is int and 0 <= size <= LARGEST_ARRAYS for size in sizes) or \
                sum(sizes) > LARGEST_ARRAYS:
            raise ProtocolError("its arrays are too large")
        buffers = iter([read_exactly(stream, size) for size in sizes])
        return header, [decode(value, buffers) for value in tree]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ProtocolError(f"it cannot be read: {type(problem).__name__}") from None


def read_header(text):
    """The object that a JSON text holds; its size, its depth and its numbers are bounded."""
    bare = text.replace(rb"\\", b"").replace(rb'\"', b"")
    if bare.count(b'"') > 4 * MOST_VALUES:
        raise ProtocolError("it holds too many values")
    letters = TEXT.sub(b"", bare).translate(None, OTHERS)
    if len(letters) > MOST_VALUES:
        raise ProtocolError("it holds too many values")
    if max(itertools.accumulate(map(STEPS.get, letters)), default=0) > DEEPEST_HEADER:
        raise ProtocolError("its lists are too deep")
    # as UTF-8: json.loads takes bytes of other encodings too, which are not counted above
    return json.loads(text.decode(), parse_int=read_int, parse_float=read_float,
                      parse_constant=refuse_constant, object_pairs_hook=read_object)


def read_int(letters):
    """A whole number of at most 64 bits."""
    if len(letters) > LONGEST_NUMBER or not -2**63 <= (number := int(letters)) < 2**64:
        raise ProtocolError("a number has too many digits")
    return number


def read_float(letters):
    """A finite number."""
    if len(letters) > LONGEST_NUMBER or abs(number := float(letters)) == float("inf"):
        raise ProtocolError("a number has too many digits")
    return number


def refuse_constant(name):
    """Refuse NaN and Infinity, which are no JSON."""
    raise ProtocolError(f"{name} stands in its header")


def read_object(pairs):
    """A dict of pairs with different names."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ProtocolError("a name stands twice in its header")
    if any(isinstance(value, str) and len(value) > LONGEST_TEXT for value in found.values()):
        raise ProtocolError("a text is too long")
    return found


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
    if kind is float and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or kind in (bool, float) or kind is int and abs(value) < 2**62 or \
            kind is str and len(value) <= LONGEST_TEXT:
        return value
    if kind in (list, tuple) and depth < DEEPEST:
        return {kind.__name__: [encode(item, buffers, keep, depth + 1) for item in value]}
    if kind is Handle:
        return {"handle": value.number, "type": value.type}
    if kind in ROUNDED or kind is np.ndarray and value.dtype.type in ROUNDED:
        value = value.astype(ROUNDED[value.dtype.type])
        kind = type(value)
    if kind is np.ndarray and value.dtype.str in DTYPES and value.ndim <= MOST_AXES:
        buffers.append(np.ascontiguousarray(value).tobytes())
        return {"array": len(buffers) - 1, "dtype": value.dtype.str, "shape": value.shape}
    if isinstance(value, np.generic) and value.dtype.str in DTYPES:
        return {"scalar": encode(np.asarray(value), buffers)}
    if keep is None:
        raise TypeError(f"{kind.__name__} cannot be sent")
    return encode(keep(value), buffers)


def decode(tree, buffers):
    """The value that `encode` made a tree of; NumPy scalars are arrays without an axis.

    buffers: an iterator; each array takes the next buffer, so none is copied twice.
    """
    if tree is None or isinstance(tree, (bool, float, int)):
        return tree
    if isinstance(tree, str):
        if len(tree) > LONGEST_TEXT:
            raise ProtocolError("a text is too long")
        return tree
    if "list" in tree or "tuple" in tree:
        kind = list if "list" in tree else tuple
        return kind(decode(item, buffers) for item in tree[kind.__name__])
    if "float" in tree:
        return ODD_FLOATS[tree["float"]]
    if "handle" in tree:
        return decode_handle(tree["handle"], tree["type"])
    if "scalar" in tree:
        return decode(tree["scalar"], buffers)
    return decode_array(tree["dtype"], tree["shape"], next(buffers, b""))


def decode_handle(number, kind):
    """The Handle with this number and type."""
    if type(number) is not int or type(kind) is not str:
        raise ProtocolError("a handle has another form")
    return Handle(number, kind[:100])


def decode_array(dtype, shape, data):
    """The array with these contents."""
    if dtype not in DTYPES:
        raise ProtocolError("an array has an unusual dtype")
    length = np.dtype(dtype).itemsize
    fits = len(shape) <= MOST_AXES and all(
        type(size) is int and 0 <= size <= LARGEST_ARRAYS for size in shape)
    for size in shape if fits else ():      # not NumPy's product: it can overflow
        length *= size
    if not fits or length != len(data):
        raise ProtocolError("the size of an array does not fit its shape")
    found = np.frombuffer(data, dtype).reshape(shape).copy()
    # a byte above 1 would count as more than one True
    return found.view(np.uint8) != 0 if dtype == "|b1" else found
