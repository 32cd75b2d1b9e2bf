"""The part of this assignment that only staff have."""
