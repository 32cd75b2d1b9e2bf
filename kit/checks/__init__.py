"""The checks behind `python -m kit check`; `student` runs the code that they judge."""
