"""The limits and the filter of system calls: what is read, refused and let through."""

import errno
import struct
from dataclasses import fields

import pytest

from kit.files import Refused
from staff.sandbox.limits import DEFAULT, read_limits
from staff.sandbox.seccomp import NUMBERS, build_filter


@pytest.fixture
def changed(tmp_path):
    """A function that reads the limits with some of their text replaced."""
    def read(old, new):
        text = DEFAULT.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "limits.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return read_limits(path)
    return read


def test_the_limits_are_read(changed):
    assert read_limits().code.memory_mib == 2048 and read_limits().notebook.outputs_mib == 32
    assert changed("memory_mib = 2048", "memory_mib = 7").code.memory_mib == 7
    for section in fields(read_limits()):
        values = vars(getattr(read_limits(), section.name)).values()
        assert values and all(value > 0 for value in values)


@pytest.mark.parametrize("old, new, told", [
    ("processes = 64", "", r"has no processes among the limits in \[code\], expected total_sec"),
    ("processes = 64", "processes = 0", r"gives processes in \[code\] as 0"),
    ("processes = 64", "processes = -1", "as -1"),
    ("processes = 64", "processes = true", "as True"),
    ("processes = 64", "processes = 1.5", "as 1.5"),
    ("processes = 64", "processes = 99999999999", "above 0"),
    ("processes = 64", "processes = '\u202e[31m'", "as \ufffd.31m, expected a whole number"),
    ("processes = 64", "processes = 64\nfils = 3",
     r"toml has fils among the limits in \[code\], expected total_seconds"),
    ("[notebook]", "[notebooks]", "has no notebook among the sections, expected code, notebook"),
    ("[code]", "[more]\n[code]", "has more among the sections, expected code, notebook"),
    ("[code]", "[code", "cannot be read as limits .*: take")])
def test_other_limits_are_refused(old, new, told, changed):
    with pytest.raises(Refused, match=told) as refusal:
        changed(old, new)
    assert "\n" not in str(refusal.value) and str(refusal.value).isprintable()


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="none.toml cannot be read as limits .No such file"):
        read_limits(tmp_path / "none.toml")


# ------------------------------------------------------------------------- the filter of calls

ALLOW, KILL = 0x7FFF0000, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def verdict(program, number, architecture, *arguments):
    """Return what the kernel would make of a call: the filter, run step by step."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    at = loaded = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, at * 8)
        at += 1
        if code == 0x20:
            loaded = struct.unpack_from("=I", data, value)[0]
        elif code == 0x06:
            return value
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: loaded & value}[code]
            at += if_true if holds else if_false


NO_ENTRY, NO_FAMILY = 0x00050000 | errno.EPERM, 0x00050000 | errno.EAFNOSUPPORT
BY_ARGUMENT = [     # what is refused of these calls, and what not
    ("clone", NO_ENTRY, [(0x10000011,)], [(0x003D0F00,), (0x01200011,)]),   # thread, process
    ("mmap", NO_ENTRY, [(0, 9, 3, 0x21), (0, 9, 3, 0x8021), (0, 9, 3, 0x40022)],
     [(0, 9, 3, 0x22), (0, 9, 3, 0x01), (0, 9, 3, 0x02)]),
    ("socket", NO_FAMILY, [(17, 3), (38, 5), (40, 1), (1, 2), (1, 5), (1, 0x80802), (2, 1, 262),
                           (2, 5, 132), (10, 2, 136)],
     [(1, 1), (1, 0x80801), (2, 1), (10, 1, 6), (2, 2, 17), (16, 3, 0)]),
    ("socketpair", NO_FAMILY, [(1, 2), (1, 5), (30, 1), (2, 1)], [(1, 1), (1, 0x80801)]),
    ("setsockopt", NO_ENTRY, [(3, 1, 7), (3, 1, 32)], [(3, 1, 2), (3, 6, 7)]),
    ("fcntl", NO_ENTRY, [(3, 1031), (3, 37), (3, 38)], [(3, 1), (3, 6), (3, 7), (3, 1032)]),
]


@pytest.mark.parametrize("machine, architecture", ARCHITECTURES.items())
def test_what_the_filter_lets_through(machine, architecture):
    program = build_filter(machine)

    def of(name, *arguments):
        return verdict(program, NUMBERS[name][machine], architecture, *arguments)

    always = {*NUMBERS} - {"clone3", *(name for name, *_ in BY_ARGUMENT)}
    assert {of(name) for name in always} == {NO_ENTRY}
    assert of("clone3") == 0x00050000 | errno.ENOSYS
    for name, error, refused, taken in BY_ARGUMENT:
        assert {of(name, *arguments) for arguments in refused} == {error}, name
        assert {of(name, *arguments) for arguments in taken} == {ALLOW}, name
    others = set(range(512)) - {numbers[machine] for numbers in NUMBERS.values()}
    assert {verdict(program, number, architecture) for number in others} == {ALLOW}


def test_calls_of_other_kinds():
    program = build_filter("x86_64")
    assert verdict(program, 0, 0x40000003) == KILL      # a 32-bit program's
    assert verdict(program, 0x40000000, ARCHITECTURES["x86_64"]) == 0x00050000 | errno.ENOSYS
    with pytest.raises(Refused, match="no list of system calls for riscv64: use one of"):
        build_filter("riscv64")
