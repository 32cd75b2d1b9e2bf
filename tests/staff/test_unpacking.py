"""What is taken of a stranger's archive or folder, and what is refused with which reason."""
import bz2
import gzip
import io
import os
import random
import stat
import tarfile
import unicodedata
import zipfile
from dataclasses import replace
from functools import partial

import pytest

from kit.definition import HandInLimits
from kit.files import Refused
from staff.intake.intake import read_files, write_copy
from staff.intake.listing import Bounded, describe_path, list_folder, list_zip
from staff.intake.unpacking import read_entries
from staff.layouts import load_layouts

SMALL = HandInLimits(files=10, total_mib=3, file_mib=2, depth=3)


def zipped(path, *members, how=zipfile.ZIP_DEFLATED):
    """Write a zip of names, or (name or ZipInfo, bytes), and return its path."""
    with zipfile.ZipFile(path, "w", how) as archive:
        for member in members:
            name, content = member if isinstance(member, tuple) else (member, b"x = 1\n")
            archive.writestr(name, content)
    return path


def entry(name, mode=0o100644, flags=None):
    """Return a zip's entry of this mode; `flags` are set as they are."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def raw(path, old, new):
    """Replace bytes in a file: what zipfile would not write."""
    content = path.read_bytes()
    assert len(old) == len(new) and old in content
    path.write_bytes(content.replace(old, new))
    return path


def tarred(path, *members, mode="w"):
    """Write a tar of (TarInfo or name, bytes), and return its path."""
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def read_hand_in(path, limits=None):
    """({name: bytes}, notes) of a folder, or of one file."""
    entries = list_folder(path) if path.is_dir() else [describe_path(path, path.name)]
    return read_entries(entries, limits)


def names(path, limits=None):
    """Return the names of what is taken."""
    return sorted(read_hand_in(path, limits)[0])


def notes(path):
    """Return the notes as one text."""
    return "\n".join(read_hand_in(path)[1])


# -------------------------------------------------------------------------- what is refused

@pytest.mark.parametrize("name, words", [
    ("../task3.py", r"\.\./task3\.py: its name leads to another folder"),
    ("a/../../task3.py", "leads to another folder"),
    ("..\\task3.py", "leads to another folder"),
    ("a/./task3.py", "leads to another folder"),
    ("../", "leads to another folder"),
    ("/etc/task3.py", "its name starts with /, so it leads outside the folder"),
    ("C:\\task3.py", "holds :"),
    ("C:task3.py", "holds :"),
    ("aux.py", "'aux.py', which Windows does not allow"),
    ("notebooks/NUL", "which Windows does not allow"),
    ("a\nb.py", "characters that cannot be printed"),
    ("\x1b[31ma.py", "characters that cannot be printed"),
    ("\u202eyp.a", "characters that cannot be printed"),
    ("a\u200bb.py", "characters that cannot be printed"),
    ("task2.py", r"task2\.py is there more than once"),
    ("TASK2.py", r"is there more than once, but for case"),
    ("task2.py/", r"task2\.py is there as a file and as a folder"),
    ("task2.py/x.py", "as a file and as a folder"),
    ("Task2.PY/x.py", "as a file and as a folder"),
    ("å.py", "more than once"),
    ("/".join("abcdefghijklmn") + ".py", "in more than 12 folders"),
    (f"{'a' * 250}.py", "its name is too long"),
])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_refused(tmp_path, name, words):
    path = zipped(tmp_path / "a.zip", "task2.py", unicodedata.normalize("NFD", "å.py"), name)
    with pytest.raises(Refused, match=words) as refusal:
        read_hand_in(path)
    assert str(refusal.value).isprintable()
    assert os.listdir(tmp_path) == ["a.zip"]


def test_a_name_with_a_zero_byte(tmp_path):
    path = raw(zipped(tmp_path / "a.zip", "task2.pyX.png"), b"pyX.png", b"py\0.png")
    with pytest.raises(Refused, match="characters that cannot be printed"):
        read_hand_in(path)


@pytest.mark.attack
def test_a_bomb_is_refused_by_its_listing(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py", ("zeros", bytes(256 * 2**20)))
    with pytest.raises(Refused, match="zeros: it takes 256 MB, expected at most 50 MB"):
        read_hand_in(path)


def test_text_that_packs_well_is_taken(tmp_path):
    """A thousand to one: what it may take up is bounded all the same."""
    path = zipped(tmp_path / "a.zip", "task2.py", ("log.txt", b"nan\n" * 600_000))
    files, notes = read_hand_in(path)
    assert len(files["log.txt"]) == 2_400_000 and notes == ()


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path / "a.zip", ("zeros", bytes(10**6)))
    path = raw(path, (10**6).to_bytes(4, "little"), (10**3).to_bytes(4, "little"))
    with pytest.raises(Refused, match=r"zeros cannot be read \(Bad CRC-32"):
        read_hand_in(path)


@pytest.mark.attack
def test_far_too_many_files(tmp_path):
    path = zipped(tmp_path / "b.zip", *(f"{number}.txt" for number in range(20_001)))
    with pytest.raises(Refused, match="20001 files, expected at most 20000"):
        read_hand_in(path)
    (tmp_path / "in").mkdir()
    for number in range(501):
        (tmp_path / "in" / f"{number}.txt").touch()
    with pytest.raises(Refused, match="more than 500 files"):
        read_hand_in(tmp_path / "in")


def test_too_many_files_and_bytes(tmp_path):
    path = zipped(tmp_path / "a.zip", *(f"{number}.txt" for number in range(501)))
    with pytest.raises(Refused, match="more than 500 files"):
        read_hand_in(path)
    path = zipped(tmp_path / "b.zip", ("zeros", bytes(5 * 2**20)))
    with pytest.raises(Refused, match="zeros: it takes 5 MB, expected at most 2 MB"):
        read_hand_in(path, SMALL)
    noise = os.urandom(2**20)
    path = zipped(tmp_path / "c.zip", *((f"{number}.png", noise) for number in range(4)))
    with pytest.raises(Refused, match=r"more than 3 MB, at 3\.png"):
        read_hand_in(path, SMALL)


def test_a_list_of_files_that_is_too_long_is_not_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}.py", "")
    with pytest.raises(Refused, match="its list of files is too long"):
        list_zip(file, longest=4000)
    assert Bounded(io.BytesIO(b"abc"), 3).read() == b"abc"


@pytest.mark.parametrize("content, words", [
    (b"no zip at all", "cannot be read as a zip"),
    (b"", "cannot be read as a zip"),
    (b"PK\3\4" + bytes(100), "cannot be read as a zip"),
    (b"Rar!\x1a\x07\x01\x00", "packed as RAR, which cannot be read here: unpack it"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(100), "packed as 7z"),
    (b"\xfd7zXZ\x00", "packed as xz"),
    (gzip.compress(b"no tar", mtime=0), "cannot be read as a tar"),
    (b"BZh9" + bytes(50), "cannot be read as a tar"),
    pytest.param(bz2.compress(bytes(121 * 2**20)), "unpacked it takes more than 120 MB",
                 marks=pytest.mark.attack, id="a bomb"),
])
def test_what_is_no_archive(tmp_path, content, words):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(Refused, match=words):
        read_hand_in(tmp_path / "a.zip")


def test_an_empty_zip_and_one_of_junk(tmp_path):
    with pytest.raises(Refused, match="it holds no files"):
        read_hand_in(zipped(tmp_path / "a.zip"))
    with pytest.raises(Refused, match="it holds no files"):
        read_hand_in(zipped(tmp_path / "b.zip", "__MACOSX/._task2.py", ".git/config"))


def test_encrypted_damaged_and_packed_otherwise(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py")
    content = bytearray(path.read_bytes())
    content[6] |= 1                                         # in the entry, and in the list
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"task2\.py cannot be read \(it is encrypted\)"):
        read_hand_in(path)
    path = zipped(tmp_path / "b.zip", "task2.py", how=zipfile.ZIP_LZMA)
    with pytest.raises(Refused, match="packed in a way that cannot be read here"):
        read_hand_in(path)
    path = raw(zipped(tmp_path / "c.zip", "task2.py", how=zipfile.ZIP_STORED), b"x = 1", b"x = 2")
    with pytest.raises(Refused, match=r"task2\.py cannot be read \(Bad CRC-32"):
        read_hand_in(path)


def test_files_that_overlap_are_read_no_more_than_is_listed(tmp_path):
    """One packed file under many names unpacks to more than the zip holds (Fifield, 2019)."""
    path = zipped(tmp_path / "a.zip", ("0.png", os.urandom(2**20)))
    content = path.read_bytes()
    start = content.index(b"PK\1\2")
    end = content.index(b"PK\5\6")
    listed = b"".join(content[start:end].replace(b"0.png", b"%x.png" % one) for one in range(8))
    tail = bytearray(content[end:])
    tail[8:12] = (8).to_bytes(2, "little") * 2
    tail[12:16] = len(listed).to_bytes(4, "little")
    path.write_bytes(content[:start] + listed + tail)
    with pytest.raises(Refused, match=r"cannot be read|more than 3 MB"):
        read_hand_in(path, SMALL)


def test_a_name_that_is_another_one_in_the_file_itself(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py")
    path.write_bytes(path.read_bytes().replace(b"task2.py", b"../x2.py", 1))
    with pytest.raises(Refused, match=r"task2\.py cannot be read \(File name in directory"):
        read_hand_in(path)


def test_a_zip_that_holds_itself_ends(tmp_path):
    content = inner("a.png")
    for _ in range(50):
        content = inner(("a.zip", content))
    (tmp_path / "a.zip").write_bytes(content)
    assert names(tmp_path / "a.zip") == ["a.zip"]


# ------------------------------------------------------------------------- unusual, but all right

def test_zips_of_other_programs(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py")
    content = path.read_bytes()
    path.write_bytes(b"#!/bin/sh\n" + content)              # with something before it
    assert names(path) == ["task2.py"]
    with zipfile.ZipFile(path, "w") as archive:             # as GitHub makes them
        archive.writestr("main/task2.py", "")
        archive.comment = b"0123456789abcdef" * 2
    assert names(path) == ["task2.py"]
    with zipfile.ZipFile(path, "w") as archive, archive.open("task2.py", "w", force_zip64=True
                                                             ) as file:
        file.write(b"x")
    assert read_hand_in(path)[0] == {"task2.py": b"x"}


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_large_files_as_far_as_they_are_allowed(tmp_path, how):
    noise = os.urandom(9 * 2**20)
    path = zipped(tmp_path / "a.zip", "task2.py", ("report.pdf", noise), how=how)
    assert read_hand_in(path)[0]["report.pdf"] == noise
    path = zipped(tmp_path / "b.zip", "a.png", ("a.zip", path.read_bytes()))
    assert read_hand_in(path)[0]["report.pdf"] == noise
    assert read_hand_in(tarred(tmp_path / "a.tgz", ("report.pdf", noise), mode="w:gz"))[0] == {
        "report.pdf": noise}


# ---------------------------------------------------------------------------- what is left out

@pytest.mark.parametrize("mode, kind", [(stat.S_IFLNK | 0o777, "a link"),
                                        (stat.S_IFIFO | 0o644, "neither file nor folder"),
                                        (stat.S_IFCHR | 0o644, "neither file nor folder")])
def test_links_and_pipes_are_left_out(tmp_path, mode, kind):
    path = zipped(tmp_path / "a.zip", "task2.py", (entry("utils.py", mode), b"/etc/passwd"))
    files, said = read_hand_in(path)
    assert list(files) == ["task2.py"]
    assert f"utils.py was left out: it is {kind}" in said[0]


def test_a_file_through_a_linked_folder_lands_inside(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py",
                  (entry("notebooks", stat.S_IFLNK | 0o777), b"/etc"), "notebooks/passwd")
    assert names(path) == ["notebooks/passwd", "task2.py"]


def test_a_file_with_all_rights_is_a_file(tmp_path):
    assert names(zipped(tmp_path / "a.zip", (entry("task2.py", 0o104755), b""))) == ["task2.py"]


def test_what_programs_leave_behind(tmp_path):
    path = zipped(tmp_path / "a.zip", "HW/task2.py", "__MACOSX/HW/._task2.py", "HW/.DS_Store",
                  "HW/.git/config", "HW/notebooks/.ipynb_checkpoints/a.ipynb",
                  "HW/__pycache__/task2.pyc", "HW/venv/lib/a.py", "HW/my env/pyvenv.cfg",
                  "HW/my env/lib/numpy.py", "HW/Icon\r", "HW/._task2.py")
    assert names(path) == ["task2.py"]
    assert "10 files in .git, __pycache__ and the like were left out" in notes(path)


def test_a_link_alone_is_refused_with_its_reason(tmp_path):
    (tmp_path / "link.zip").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match=r"no files: link\.zip was left out: it is a link, put"):
        read_hand_in(tmp_path / "link.zip")


# ------------------------------------------------------------------------------- names, letters

@pytest.mark.parametrize("name, taken", [
    ("./notebooks/a.png", "notebooks/a.png"),
    ("notebooks\\a.png", "notebooks/a.png"),                # of old programs on Windows
    ("what?.png", "what_.png"),
    ("12:30.png", "12_30.png"),                             # a screenshot on macOS
    ("end. /a.png", "end/a.png"),
    (unicodedata.normalize("NFD", "Mårten.py"), "Mårten.py"),
])
def test_a_name_is_made_portable(tmp_path, name, taken):
    assert taken in names(zipped(tmp_path / "a.zip", "task2.py", name))


def test_names_that_do_not_say_which_letters_they_use(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py", "1234.py")
    raw(path, b"1234.py", "æå.py".encode())                 # UTF-8, without the flag
    assert names(path) == ["task2.py", "æå.py"]
    path = zipped(tmp_path / "b.zip", "task2.py", "1234.py")
    raw(path, b"1234.py", b"\x91\x86xy.py")                 # of DOS
    assert names(path) == ["task2.py", "æåxy.py"]


# --------------------------------------------------------------------- folders in, and archives

@pytest.mark.parametrize("members, expected", [
    (["HW1_Smith/HW1/task2.py", "HW1_Smith/HW1/notebooks/task1.ipynb"],
     ["notebooks/task1.ipynb", "task2.py"]),
    (["HW1_Smith/report.pdf", "HW1_Smith/code/task2a.py", "HW1_Smith/code/x/y.py"],
     ["report.pdf", "task2a.py", "x/y.py"]),
    (["task2.py", "starter/task2.py", "starter/utils.py"],
     ["starter/task2.py", "starter/utils.py", "task2.py", "utils.py"]),
    (["task2/task2.py", "task3/task3.py"], ["task2.py", "task3.py", "task3/task3.py"]),
    (["a/notebooks/task1.ipynb", "a/notebooks/task2.ipynb"],
     ["notebooks/task1.ipynb", "notebooks/task2.ipynb"]),
    (["a/b/solution.ipynb", "a/b/plot.png"], ["plot.png", "solution.ipynb"]),
    (["a/solution.py", "a/b/c.py"], ["b/c.py", "solution.py"]),
    (["Task2 (1).py", "task3-2.py", "task2a - Copy.py"], ["task2.py", "task2a.py", "task3.py"]),
    (["a/README.md", "a/code/README.md", "a/code/task2.py"], ["README.md", "task2.py"]),
    (["a/report.pdf", "a/b/plot.png"], ["b/plot.png", "report.pdf"]),
])
def test_wrapping_folders(tmp_path, members, expected):
    assert names(zipped(tmp_path / "a.zip", *members)) == expected


def test_unwrapping_is_noted_unless_it_is_the_kits_own(tmp_path):
    assert "HW/ was taken as the hand-in's folder" in notes(zipped(tmp_path / "a.zip",
                                                                   "HW/task2.py"))
    assert notes(zipped(tmp_path / "b.zip", "hand-in/task2.py")) == ""


def inner(*members):
    """Return the bytes of a zip."""
    file = io.BytesIO()
    zipped(file, *members)
    return file.getvalue()


def test_a_zip_in_a_zip(tmp_path):
    path = zipped(tmp_path / "a.zip", "report.pdf", ("HW/code.zip", inner("code/task2.py")))
    assert names(path) == ["report.pdf", "task2.py"]
    assert "HW/code.zip was unpacked" in notes(path)


def test_a_zip_in_a_zip_in_a_zip_stays_closed(tmp_path):
    path = zipped(tmp_path / "a.zip", ("b.zip", inner(("c.zip", inner("task2.py")))))
    assert names(path) == ["c.zip"]
    assert "c.zip was not opened: it lies in too many archives" in notes(path)


def test_a_zip_beside_scripts_stays_closed(tmp_path):
    path = zipped(tmp_path / "a.zip", "task2.py", ("old.zip", inner("task2.py")))
    assert names(path) == ["old.zip", "task2.py"]
    assert notes(path) == "old.zip was not opened: scripts lie beside it"


def test_what_is_wrong_in_an_inner_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", "report.pdf", ("b.zip", inner("../task2.py")))
    with pytest.raises(Refused, match=r"b\.zip: \.\./task2\.py: its name leads"):
        read_hand_in(path)


def test_inner_zips_share_the_limits(tmp_path):
    noise = os.urandom(2**20)
    members = [(f"{number}.zip", inner((f"{number}.png", noise))) for number in range(4)]
    with pytest.raises(Refused, match="more than 3 MB"):
        read_hand_in(zipped(tmp_path / "a.zip", *members), SMALL)
    members = [(f"{one}.zip", inner(*(f"{one}{two}.png" for two in range(6)))) for one in "ab"]
    with pytest.raises(Refused, match="more than 10 files"):
        read_hand_in(zipped(tmp_path / "b.zip", *members), SMALL)


def test_many_zips_in_a_zip(tmp_path):
    members = [(f"{number}.zip", inner(f"{number}.png")) for number in range(10)]
    assert len(names(zipped(tmp_path / "a.zip", *members[:9]))) == 9
    with pytest.raises(Refused, match="more than 9 archives in archives"):
        read_hand_in(zipped(tmp_path / "b.zip", *members))


@pytest.mark.parametrize("mode, name", [("w", "a.tar"), ("w:gz", "a.tar.gz"), ("w:bz2", "a.zip")])
def test_a_tar(tmp_path, mode, name):
    path = tarred(tmp_path / name, ("./HW/task2.py", b"x"), ("./HW/.git/config", b""), mode=mode)
    assert read_hand_in(path)[0] == {"task2.py": b"x"}


def test_a_hostile_tar(tmp_path):
    with pytest.raises(Refused, match="leads to another folder"):
        read_hand_in(tarred(tmp_path / "a.tar", ("../task2.py", b"")))
    links = [tarfile.TarInfo(name) for name in ("utils.py", "task3.py", "task4.py")]
    links[0].type, links[0].linkname = tarfile.SYMTYPE, "/etc/passwd"
    links[1].type, links[1].linkname = tarfile.LNKTYPE, "/etc/passwd"
    links[2].type = tarfile.FIFOTYPE
    path = tarred(tmp_path / "b.tar", ("task2.py", b""), *((link, b"") for link in links))
    assert names(path) == ["task2.py"]


def test_a_tar_over_which_python_would_read_for_ever(tmp_path):
    info = tarfile.TarInfo("task2.py")
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 8 + (-1024).to_bytes(4, "big", signed=True)     # its size
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    (tmp_path / "a.tar").write_bytes(bytes(block) + bytes(10240))
    with pytest.raises(Refused, match="cannot be read as a tar"):
        read_hand_in(tmp_path / "a.tar")


# -------------------------------------------------------------------------------------- folders

def test_a_folder(tmp_path):
    hw = tmp_path / "ada" / "HW"
    (hw / "notebooks").mkdir(parents=True)
    (hw / "task2.py").write_text("x")
    (hw / "notebooks" / "loop").symlink_to("..")
    (hw / "utils.py").symlink_to("/etc/passwd")
    os.mkfifo(hw / "task3.py")
    files, said = read_hand_in(tmp_path / "ada")
    assert files == {"task2.py": b"x"}
    assert [words for words in said if "link" in words and "loop" in words]
    assert any("task3.py was left out: it is neither file nor folder" in words for words in said)


def test_a_folder_within_the_limits(tmp_path):
    (tmp_path / "ada" / "b" / "c" / "d" / "e").mkdir(parents=True)
    (tmp_path / "ada" / "task2.py").write_text("")
    (tmp_path / "ada" / "b" / "c" / "d" / "e" / "f.py").write_text("")
    with pytest.raises(Refused, match="in more than 3 folders"):
        read_hand_in(tmp_path / "ada", SMALL)


def test_names_in_a_folder_that_are_not_utf8(tmp_path):
    (tmp_path / "ada").mkdir()
    with open(os.fsencode(tmp_path / "ada") + b"/\x91.py", "wb"):
        pass
    assert names(tmp_path / "ada") == ["æ.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "task2.py").write_text("x")
    (tmp_path / "task2.py").chmod(0)
    with pytest.raises(Refused, match=r"task2\.py cannot be read \(Permission denied\)"):
        read_hand_in(tmp_path)


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "task2.py").write_text("x")

    def denied(*_):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr("staff.intake.listing.read_regular", denied)
    with pytest.raises(Refused, match=r"task2\.py cannot be read \(Permission denied\)"):
        read_hand_in(tmp_path)


def test_files_that_collide_when_archives_are_merged(tmp_path):
    path = zipped(tmp_path / "a.zip", "x", ("b.zip", inner("x/y.png")))
    with pytest.raises(Refused, match="x is there as a file and as a folder"):
        read_hand_in(path)
    path = zipped(tmp_path / "b.zip", "A.png", ("b.zip", inner("a.png")))
    with pytest.raises(Refused, match="but for case"):
        read_hand_in(path)
    path = zipped(tmp_path / "c.zip", "task3.py", "task2.py/x.png", "code/task2.py")
    with pytest.raises(Refused, match=r"task2\.py is there as a file and as a folder"):
        read_hand_in(path)


def test_a_name_that_becomes_junk_is_left_out(tmp_path):
    assert names(zipped(tmp_path / "a.zip", "task2.py", "venv./a.py", "x/pyvenv.cfg", "x/a.py"
                        )) == ["task2.py"]


@pytest.mark.attack
def test_damaged_archives_are_refused_or_read_within_the_limits(tmp_path):
    """Random changes to a zip and to a tar end in files or in a Refused."""
    makers = {"a.zip": zipped, "a.tar": tarred, "a.tgz": partial(tarred, mode="w:gz")}
    random.seed(0)
    for name, make in makers.items():
        content = make(tmp_path / name, ("HW/task2.py", b"x = 1\n" * 50), ("HW/utils.py", b"y"),
                       ("HW/notebooks/a.ipynb", os.urandom(300))).read_bytes()
        for _ in range(300):
            bad = bytearray(content)
            for _ in range(random.choice([1, 1, 2, 5, 20])):
                at = random.randrange(len(bad))
                bad[at:at + random.choice([1, 1, 4])] = os.urandom(random.choice([0, 1, 1, 4]))
            (tmp_path / name).write_bytes(bad)
            try:
                files, said = read_hand_in(tmp_path / name)
            except Refused as refusal:
                assert str(refusal).isprintable() and "\n" not in str(refusal)
            else:
                assert files and all(words.isprintable() for words in said)
                write_copy(tmp_path / "copy", files)
                assert read_files(tmp_path / "copy") == files


def test_the_folder_is_found_without_words_that_are_typical(tmp_path, monkeypatch):
    kit = replace(load_layouts()["kit"], own=("fit.py",), defines=("def fit",), typical=())
    monkeypatch.setattr("staff.layouts.load_layouts", lambda: {"kit": kit})
    path = zipped(tmp_path / "a.zip", ("a/x.py", b"x = 1\n"), ("a/b/fit.py", b"def fit(x): x\n"))
    files, _ = read_entries([describe_path(path, "a.zip")])
    assert "fit.py" in files
