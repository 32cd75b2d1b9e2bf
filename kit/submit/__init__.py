"""The zip that a student hands in: what goes in, its manifest, and whether a zip is whole."""
