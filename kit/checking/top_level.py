"""Reads the top level of scripts, to say why its import does not end. Nothing is run."""

import re
from pathlib import Path

LONGEST = 2 * 2**20     # bytes of a script that is read
MOST = 20               # scripts
LOOP = re.compile(r"(?:for|while)\b.*:")
CALL = re.compile(r"(?:\w[\w, ]*=\s*)?(?:[\w.]+\.)?(?:train|fit|run|main|command_line)(?:_\w+)?\(")
IMPORT = re.compile(r"from (\w+)[\w.]* import |import (.+)")
TEXT = re.compile(r"(\"{3}|'{3}).*?\1", re.DOTALL)
ASKS = re.compile(r"\binput\(")


def explain_top_level(folder, script, seen=None):
    """Say which line at the top level of a script, or of one that it imports, may train, or "".

    seen: the scripts that are read already, at most MOST.
    """
    seen = seen or set()
    seen.add(script)
    for number, line in enumerate(read_lines(Path(folder, f"{script}.py")), 1):
        for name in list_imports(line):
            if name not in seen and len(seen) < MOST and (
                    why := explain_top_level(folder, name, seen)):
                return why
        place = f"line {number} of {script}.py"
        if LOOP.match(line):
            return (f"{place} is a loop at the top level, which runs at import: put it into "
                    'a function, or below `if __name__ == "__main__":`')
        if CALL.match(line):
            return f'the call in {place} runs at import: put it below `if __name__ == "__main__":`'
    return ""


def list_imports(line):
    """The names of the modules that a line imports."""
    found = IMPORT.match(line)
    return re.findall(r"(?:^|,)\s*(\w+)", found[1] or found[2]) if found else []


def asks_for_input(folder, place):
    """Whether a line, "script.py, line 7", calls input()."""
    file, _, number = str(place or "").rpartition(", line ")
    if not re.fullmatch(r"[\w.-]{1,60}", file) or not re.fullmatch(r"\d{1,7}", number):
        return False
    lines = read_lines(Path(folder, file))
    return bool(ASKS.search("".join(lines[int(number) - 1:int(number)])))


def read_lines(path):
    """The lines of a script; [] if it cannot be read, or is too long."""
    try:
        if not path.is_file() or path.stat().st_size > LONGEST:
            return []
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return TEXT.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
