"""What belongs to this assignment and is for staff alone."""
