"""Takes in hand-ins as clean copies: archives, names of platforms, layouts."""
