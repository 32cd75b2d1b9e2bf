"""A call of each stub in the student edition, so that the release sees what the stub says."""


def sample_calls():
    """{stub: a call that reaches its raise}."""
    import numpy as np

    import solve
    x = np.arange(3.0)
    return {"solve.fit_line": lambda: solve.fit_line(x, x),
            "solve.residuals": lambda: solve.residuals(x, x, 1, 0)}
