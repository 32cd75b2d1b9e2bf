"""Finds the folder of the assignment in a hand-in, and puts its scripts on top."""

import posixpath
import re
from collections import Counter
from pathlib import PurePosixPath

from kit.files import shorten
from staff.layouts import count_signs, list_defined, list_scripts
from staff.record import LOOK

# "script (1).py" and "script - Copy.py" of browsers and Windows, "script-1.py" of Canvas
RENAMED = re.compile(r"(?P<stem>\w+?)(?: ?\(\d+\)|-\d+| - copy)?\.py", re.IGNORECASE)


def arrange(files, notes):
    """The files with those of the assignment's folder on top."""
    top, rivals = find_top(files, notes)
    wrapping = find_wrapper(files)
    if top and top != "hand-in/":
        notes.add(f"{show_name(top)} was taken as the hand-in's folder")
    found = {name.removeprefix(top): content for name, content in files.items()
             if name.startswith(top)}
    for name, content in files.items():
        if name.startswith(top):
            continue
        rival = find_parent(name) in rivals
        name = name.removeprefix(wrapping)
        if rival and "/" not in name:
            name = f"outside/{name}"        # a script of another assignment stays apart
        if any(one == name or one.startswith(f"{name}/") or name.startswith(f"{one}/")
               for one in found):
            notes.add(f"{show_name(name)} outside {show_name(top)} was left out: it is there "
                      "twice")
        else:
            found[name] = content
    bring_up(found, notes, ["outside/", *(
        one.removeprefix(top if one.startswith(top) else wrapping) or "outside/"
        for one in rivals)])
    return found


def find_top(files, notes):
    """(the hand-in's folder, folders that define the same), each with a slash at its end.

    It is the one whose scripts define what this assignment asks for. If others do, a note says so.
    """
    folders = {}
    for name, content in files.items():
        if name.lower().endswith(".py"):
            folders.setdefault(find_parent(name), []).append(content)
    defined = {folder: list_defined(texts) for folder, texts in folders.items()}
    signs = {folder: count_signs(folders[folder]) for folder in folders if defined[folder]}
    most = max(signs.values(), default=0)
    fitting = [one for one in signs if most and signs[one] * 2 >= most]
    if not fitting:
        return find_by_name(files), []
    top = min(fitting, key=lambda one: (one.count("/"), -signs[one], -len(folders[one]), one))
    rivals = [one for one in defined if one != top and defined[one] & defined[top]]
    if others := [show_name(one or "the top") for one in rivals if one in fitting]:
        notes.add(f"{LOOK}the code of {show_name(top or 'the top')} was judged, but "
                  f"{', '.join(others[:3])} could be meant too")
    return top, rivals


def find_parent(name):
    """The folder of a file, with a slash at its end; "" for the top."""
    parent = posixpath.dirname(name)
    return f"{parent}/" if parent else ""


def find_by_name(names):
    """The folder with scripts of the assignment, or with any, or with notebooks."""
    def folders(fits):
        parents = Counter(find_parent(name) for name in names if fits(name))
        return sorted(parents, key=lambda folder: (folder.count("/"), -parents[folder], folder))
    def notebook_beside(name):
        return name.lower().endswith(".ipynb") and "notebooks" not in name.split("/")[:-1]
    for fits in (lambda name: PurePosixPath(name).name in list_scripts(),
                 lambda name: name.lower().endswith(".py"), notebook_beside):
        if found := folders(fits):
            return found[0]
    wrapping = find_wrapper(names)
    return wrapping[:wrapping.rfind("notebooks/")] if "notebooks/" in wrapping else wrapping


def find_wrapper(names):
    """The innermost folder of all files, with a slash at its end; "" if there is none."""
    common = posixpath.commonpath([posixpath.dirname(name) for name in names])
    return f"{common}/" if common else ""


def bring_up(files, notes, rivals):
    """Put scripts that stand elsewhere, or have a slightly different name, on top.

    rivals: folders from which none are taken.
    """
    for script in list_scripts():
        if script in files:
            continue
        alike = [name for name in files if (match := RENAMED.fullmatch(PurePosixPath(name).name))
                 and f"{match['stem']}.py".lower() == script
                 and not ("/" in name and name.startswith(tuple(rivals)))]
        on_top = [name for name in alike if "/" not in name]
        if len(found := on_top or alike) == 1:
            files[script] = files.pop(found[0]) if on_top else files[found[0]]
            notes.add(f"{show_name(found[0])} was taken as {script}")


def show_name(name):
    """A name that is safe to print."""
    return shorten(name, 100)
