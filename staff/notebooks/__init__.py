"""What is read from handed-in notebooks, and executing them again."""
