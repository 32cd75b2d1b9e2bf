"""The commands that a student runs: `python -m kit`."""

from pathlib import Path

__version__ = "1.0.0"
ENGINE = Path(__file__).resolve().parent.parent     # the folder that holds kit/
