"""The commands that an instructor runs: `python -m staff`; kit never imports them."""
