"""Adapters: each lets the checks call code in one layout as if it were the kit's scripts.

An adapter runs in the student's process (kit/checking/student_process.py), with the Python and
NumPy of that process. Its answers are trusted no more than the student's code.
"""
