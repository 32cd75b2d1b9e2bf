"""A simulated course: hand-ins made from the reference, faults, other styles, and oddities.

    python tests/helpers/course.py FOLDER [NUMBER] [--notebooks]
"""

import io
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from here import BY_ID, ROOT
from planted import read_planted, scripts_with
from starter_planted import base as starter_base

FAULTS, STYLES = read_planted("misconceptions"), read_planted("styles")
NOTEBOOKS = ("task1.ipynb", "task2.ipynb", "task3.ipynb", "task4.ipynb")
ALL = sum(sum(subtask.by_code.values()) for subtask in BY_ID.values())
# what is put before the imports of a right task2.py
HOSTILE = {
    "never ends at import": "while True: pass",
    "prints without end": "import sys\nwhile True: print('x' * 1000)",
    "ends the process": "import os\nos._exit(0)",
    "takes all memory": "hoard = []\nwhile True: hoard.append(bytearray(2 ** 24))",
    "starts processes without end": "import os\nwhile True:\n    try: os.fork()\n"
                                    "    except OSError: pass",
}


@dataclass(frozen=True)
class HandedIn:
    """What was handed in, by whom, and what should come of it.

    points: by code; None: not foretold.   refused: whether it should be.
    """

    student: str
    what: str
    points: int | None = None
    refused: bool = False


def course(folder, number=30, notebooks=NOTEBOOKS[:1], more=""):
    """Write `number` hand-ins of as many students, and some earlier attempts; [HandedIn].

    notebooks: those of the reference that stand in each hand-in.
    more:      a line of code at the end of each script.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return [hand_in(folder, at, notebooks, more) for at in range(number)]


def hand_in(folder, at, notebooks, more):
    """Write one hand-in: of each fifteen, eight with faults, four right, three odd ones."""
    student, turn = f"{1000 + at}" if at % 3 == 1 else f"s{at:03}", at // 15
    if at % 15 == 13:
        return odd(folder, student, turn)
    if at % 15 == 14:
        what, line = list(HOSTILE.items())[turn % len(HOSTILE)]
        files = scripts_with({"task2:first": line})
        points = 0      # 2a to 4d all stand on task2.py
    elif at % 15 == 12:
        what, files, points = "starter code", starter_base(), None
    elif at % 15 < 8:
        planted = FAULTS[(turn * 8 + at % 15) % len(FAULTS)]
        what, files = planted.name, scripts_with(planted.changes)
        points = ALL - sum(planted.costs.values())
    else:
        planted = STYLES[(turn * 4 + at % 15 - 8) % len(STYLES)]
        what, files, points = planted.name, scripts_with(planted.changes), ALL
    files = {name: f"{text}\n# handed in by {student}\n{more}\n" for name, text in files.items()}
    files |= {f"notebooks/{name}": (ROOT / "notebooks" / name).read_bytes()
              for name in notebooks}
    if at % 15 == 0:        # an attempt before, that does not count
        write(folder, student, {"task2.py": "class SoftmaxModel: pass\n"}, day=1)
    write(folder, student, files)
    return HandedIn(student, what, points)


def odd(folder, student, turn):
    """Write a hand-in that is refused."""
    what, content = list(REFUSED.items())[turn % len(REFUSED)]
    (folder / name_of(student)).write_bytes(content)
    return HandedIn(student, what, refused=True)


def write(folder, student, files, day=2):
    """Write files as a zip, under a name as Blackboard gives it."""
    (folder / name_of(student, day)).write_bytes(zipped(files))


def name_of(student, day=2):
    """The name of a zip as Blackboard gives it."""
    return f"Assignment 2_{student}_attempt_2026-02-{day:02}-10-00-00_hand-in.zip"


def zipped(files):
    """The bytes of a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


REFUSED = {
    "a path out of the folder": zipped({"../task2.py": "class SoftmaxModel: pass"}),
    "not a zip": b"<html>log in first</html>",
    "without files": zipped({}),
    "a bomb": zipped({"task2.py": "class SoftmaxModel: pass", "data.bin": bytes(2 ** 26)}),
    "without code": zipped({"report.txt": "see the other zip"}),
}


if __name__ == "__main__":
    for one in course(sys.argv[1], *map(int, [one for one in sys.argv[2:] if one.isdigit()]),
                      NOTEBOOKS if "--notebooks" in sys.argv else NOTEBOOKS[:1]):
        print(one)
