"""From what was handed in to clean copies: archives, platforms' names, layouts."""
