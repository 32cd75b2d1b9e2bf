"""For staff alone: this assignment's inputs, marking guide and layouts."""
