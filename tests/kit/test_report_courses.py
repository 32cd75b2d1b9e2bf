"""Seventy notebooks as courses and students write them, printed as one report."""
import nbformat
import pytest
from course_notebooks import build_all
from pdf_helpers import SETTINGS, draw_pages, find_right_edge

from kit.report import pdf_process
from kit.report.fragments import NOTE

pytestmark = pytest.mark.report


def test_seventy_notebooks_are_printed_and_only_what_a_page_cannot_show_is_named():
    notebooks = build_all()
    given = [{"text": nbformat.writes(node), "name": f"{name}.ipynb", "numbers": [],
              "folder": None} for name, (node, _) in notebooks.items()]
    pages, problems = draw_pages(lambda: pdf_process.make_report({
        "notebooks": given, "settings": SETTINGS, "code": True, "most_lines": 60,
        "system_fonts": True}))
    assert {(one.place.notebook, one.kind) for one in problems
            if one.kind not in (NOTE, "character", "section")} == {
        (f"{name}.ipynb", kind) for name, (_, kinds) in notebooks.items() for kind in kinds}
    assert all("script" in str(one) for one in problems if one.kind == "character")
    if not any(one.kind == "character" for one in problems):     # their numbers are wide
        assert max(map(find_right_edge, pages)) < 0.9
    assert len(pages) < 40
