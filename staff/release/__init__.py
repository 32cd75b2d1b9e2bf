"""Both editions from one source: the reference, and what students get."""
