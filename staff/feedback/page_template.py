"""Fills the templates of the pages.

Each page is one file. It runs no script and loads nothing. A text of a student is cleaned and
escaped wherever a template shows it.
"""

from pathlib import Path

import jinja2

from kit.files import write_whole
from staff.texts import clean

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True,
    finalize=clean, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def write_page(path, template, **values):
    """Write a page with a template and its values."""
    with write_whole(path) as file:
        file.write(fill_template(template, **values).encode("utf-8", "replace"))


def fill_template(template, **values):
    """The text of a page."""
    return TEMPLATES.get_template(template).render(**values)
