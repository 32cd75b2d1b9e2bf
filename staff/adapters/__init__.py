"""Adapters: each lets the checks ask one layout of code for what they ask the kit's scripts.

An adapter runs in the student's process, by kit/checking/student_process.py, on any Python and
NumPy that process has; nothing that it says is trusted more than the student's code.
"""
