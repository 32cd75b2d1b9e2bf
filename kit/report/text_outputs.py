"""Prepares text outputs: shortens long ones, keeps their colours, removes progress bars."""

import html
import re

from kit.report.typst_syntax import quote_text

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
TITLE = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")     # sets the terminal's title
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
PROGRESS = re.compile(  # tqdm's bar with and without a total, and its description
    r"(?:[^\n|]*: *)?\d{1,3}%\|[^|\n]*\| *[\d.]+\w* *[/of]+ *[\d.?]+\w*(?: *\[[^\]\n]*\])?"
    r"|(?:[^\n|]*: *)?[\d.]+\w* *\[[\d:]+, [^\]\n]*\]")
LONGEST_LINE = 2000
SPAN = re.compile(r'<span(?: class="([^"]*)")?(?: style="([^"]*)")?>(.*?)</span>|([^<]+)',
                  re.DOTALL)
STYLE = re.compile(r"(background-color|color): rgb\((\d+),\s*(\d+),\s*(\d+)\)")


def shorten_text(text, most_lines):
    """[lines], or [lines, a note that lines were left out, lines] if there are too many."""
    lines = [shorten_line(line) for line in render_as_terminal(text).split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    left_out = len(lines) - most_lines
    if left_out <= 0:
        return [lines]
    head = most_lines * 3 // 4
    return [lines[:head], f"… {left_out:,} lines left out …", lines[head - most_lines:]]


def render_as_terminal(text):
    """Text as a terminal shows it: a carriage return starts the line again."""
    lines = CONTROLS.sub("", TITLE.sub("", text)).expandtabs(8).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def shorten_line(line):
    """A line, cut if it is very long."""
    if len(line) <= LONGEST_LINE:
        return line
    line = ESCAPES.sub("", line)
    left_out = len(line) - LONGEST_LINE
    return line if left_out <= 0 else f"{line[:LONGEST_LINE]} … {left_out:,} characters left out …"


def remove_progress(text):
    """Text without progress bars; what stands behind a bar on its line stays."""
    lines = [(line, PROGRESS.sub("", line)) for line in render_as_terminal(text).split("\n")]
    return "\n".join(rest for line, rest in lines if rest == line or rest.strip())


def write_coloured(text):
    """Text with escape codes as typst: an array of (text, style) for report.typ."""
    from nbconvert.filters import ansi2html     # takes a third of a second to load
    spans = []
    for name, style, inner, plain in SPAN.findall(ansi2html(text)):
        styled = dict(re.findall(r"ansi-([a-z-]+?)-(fg|bg)", name))
        fields = [f'{layer}: "{colour}"' for colour, layer in styled.items()]
        fields += [f'{"fg" if kind == "color" else "bg"}: rgb({red}, {green}, {blue})'
                   for kind, red, green, blue in STYLE.findall(style)]
        fields += ["bold: true"] if "ansi-bold" in name else []
        content = html.unescape(inner or plain).replace("\x1b", "")
        spans.append(f"({quote_text(content)}, ({', '.join(fields) or ':'}))")
    return f"({', '.join(spans)},)"
