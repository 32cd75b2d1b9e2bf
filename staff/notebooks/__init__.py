"""Reads handed-in notebooks, and executes them again."""
