"""The commands that a student runs: `python -m kit`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # the folder of the scripts, data and notebooks
