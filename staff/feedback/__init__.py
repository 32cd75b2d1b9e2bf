"""Writes the tables and pages of a grading from its record."""
