"""The marking guide as a page."""

import mistune
from markupsafe import Markup

from staff.feedback.page_template import write_page
from staff.guide import read_guide


def write_guide_page(path):
    """Write the marking guide as a page. Each part has the anchor that marking.csv names."""
    parts, before = read_guide()
    render = mistune.create_markdown(escape=True, plugins=["table"])
    write_page(path, "guide.html", before=Markup(render(before)),
               parts=[(part, Markup(render(part.text))) for part in parts.values()])
