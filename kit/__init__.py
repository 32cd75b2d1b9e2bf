"""The commands that a student runs: `python -m kit`."""
