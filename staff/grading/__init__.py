"""The grader: a folder of strangers' submissions in, marks and feedback out."""
