"""The page where a person gives points, and the table that does the same."""
