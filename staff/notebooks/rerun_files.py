"""What the grader and the process that executes a notebook write for each other, in one folder."""

from dataclasses import dataclass
from pathlib import Path

JOB, NOTEBOOK, CELLS = "job.pickle", "notebook.ipynb", "cells.jsonl"


@dataclass(frozen=True)
class Job:
    """What a process is to execute: a notebook of a submission, and where and how.

    folder: of the submission; name: of the notebook in it.
    """

    folder: Path
    name: str
    layout: str
    sandbox: object
    limits: object
