"""Adapters: each lets the checks ask one layout of code for what they ask the kit's scripts.

An adapter runs in the student's process, by kit/checks/worker.py, on whatever Python and NumPy
that process has; nothing that it says is trusted more than the student's code.
"""

# The titles of the checks that do not apply in a layout, since its code is not asked for what they
# try: kept activations, seeds, and the counts of 2d and 4d, which stand in the report there.
NOT_ASKED = {
    "kit": frozenset(),
    "starter": frozenset({
        "outputs of all layers kept",
        "loss where an output is 0",
        "number of parameters",
        "the width nearest to a budget",
        "BUDGET, WIDTH and TWO",
    }),
}
