"""Writes the tables and pages of a grading from its record, and reads the marks by hand."""
