"""Refuses formulas that are nested so deep that reading them would exhaust the stack."""

import functools

from kit.report.tex_macros import CannotSet

DEEPEST = 80             # a group counts twice


def limit_depth(read):
    """Decorate a reading method: it refuses a formula that is nested too deep."""
    @functools.wraps(read)
    def reading(self, *arguments):
        self.depth += 1
        if self.depth > DEEPEST:
            raise CannotSet("it is nested too deep")
        try:
            return read(self, *arguments)
        finally:
            self.depth -= 1
    return reading
