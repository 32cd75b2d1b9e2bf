"""Notebooks to one PDF: pandoc reads Markdown and TeX, typst sets the pages."""
