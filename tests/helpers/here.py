"""This assignment, as the tests speak of it."""

from pathlib import Path

from kit.checking.registry import load_checks
from kit.definition import load_assignment

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = load_assignment(ROOT)
SUBTASKS, BY_ID = ASSIGNMENT.subtasks, ASSIGNMENT.by_id
CHECKS = load_checks(ASSIGNMENT)
SCRIPTS, NOTEBOOKS = ASSIGNMENT.scripts, tuple(ASSIGNMENT.notebooks)
