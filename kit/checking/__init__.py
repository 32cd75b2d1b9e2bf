"""The checks of `python -m kit check`; the module `student` runs the code that they judge."""
