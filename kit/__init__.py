"""The commands that a student runs: `python -m kit`."""

from pathlib import Path

__version__ = "1.0.0"
ROOT = Path(__file__).resolve().parent.parent  # the folder of the scripts, data and notebooks
NOTEBOOKS = [ROOT / "notebooks" / f"task{number}.ipynb" for number in (1, 2, 3, 4)]
