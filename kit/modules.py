"""Lists the files of a module: its own, and those of the local modules that it imports."""

import ast
from pathlib import Path


def list_files(files, folders, without=()):
    """Files of Python modules, and of all local modules that they import, sorted.

    folders: where imported modules are looked for, beside the folder of each file.
    without: resolved files that do not count, nor their imports.
    """
    waiting, found = [Path(file).resolve() for file in files], set(without)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += list_imports(path, folders)
    return sorted(found - set(without))


def list_imports(path, folders):
    """The local files that a file imports: those beside it, and those in the folders."""
    names = []
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [node.module or ""]
            names += [f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names]
    parts = {tuple(name.split(".")[:length]) for name in names if name
             for length in range(1, name.count(".") + 2)}
    candidates = [Path(folder, *part) for part in parts for folder in (path.parent, *folders)]
    return [file.resolve() for candidate in candidates
            for file in (candidate.with_suffix(".py"), candidate / "__init__.py")
            if file.is_file()]
