"""All that belongs to this assignment, as far as students have it."""
