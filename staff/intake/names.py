"""Names of files that a hand-in should not use."""

import sys

LIBRARIES = {"numpy", "matplotlib", "scipy", "tqdm", "torch", "kit", "sitecustomize",
             "usercustomize", "conftest", *getattr(sys, "stdlib_module_names", ())}
NEVER_LOADED = (".pkl", ".pickle", ".npy", ".npz", ".pt", ".pth", ".joblib")


def odd_names(files):
    """Return notes on files that look like a library, or that are never loaded."""
    notes = []
    for name in sorted(files):
        stem = name.split("/")[0].removesuffix(".py")
        if stem in LIBRARIES and name in (f"{stem}.py", f"{stem}/__init__.py"):
            notes.append(f"{name} has the name of a library, in whose place it is not used")
    if stored := [name for name in sorted(files) if name.lower().endswith(NEVER_LOADED)]:
        more = f" and {len(stored) - 1} more" if len(stored) > 1 else ""
        notes.append(f"{stored[0]}{more}: such files are never loaded in the grader")
    return notes
