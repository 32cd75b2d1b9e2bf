"""Grades hand-ins: runs the checks on their code and keeps the results in the record."""
