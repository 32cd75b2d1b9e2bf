"""What comes out of the record: tables, pages, and marks by hand on their way back."""
