r"""Writes the formulas of chemistry, \ce{2H2O + SO4^2- -> …} of the package mhchem, as TeX.

JupyterLab's MathJax loads mhchem, but neither siunitx nor physics. So \SI{5}{m}, which is red
there, is boxed here. The commands of physics are set all the same, since students use them.
"""

import re

from kit.report.tex_macros import CannotSet

ARROWS = {"->": r"\xrightarrow", "<-": r"\xleftarrow", "<->": r"\xleftrightarrow",
          "<=>": r"\xrightleftharpoons"}
SIGNS = {"-": "{-}", "=": "{=}", "#": r"{\equiv}", "*": r"{\cdot}", ".": r"{\cdot}",
         "{": r"\{", "}": r"\}"}
PIECE = re.compile(r"""
    (?P<arrow> <=>|<->|->|<- ) \s* (?:\[(?P<above>[^\[\]]*)\])? (?:\[(?P<below>[^\[\]]*)\])?
  | (?P<sign> (?:(?<=\s)|\A) [-+v^=] (?=\s|\Z) )            # a plus, gas or solid between spaces
  | (?P<number> (?:(?<=[\s(*.])|\A) \d+ (?:/\d+|\.\d+)? ) \s*       # how many of what follows
  | (?P<charge> (?<=[\w)\]}]) [-+]+ (?=[\s)\]]|\Z) )        # Na+
  | \^ (?P<up> \{[^{}]*\} | \w*[-+]* )
  | _ (?P<down> \{[^{}]*\} | \w )
  | (?P<count> (?<=[A-Za-z)\]}]) \d+ )                      # H2
  | \$ (?P<formula> [^$]* ) \$
  | (?P<command> \\[A-Za-z]+ )
  | (?P<letters> [A-Za-z]+ )
  | (?P<other> [-=\#*.,()\[\]/] | \\[{}] )
  | (?P<space> \s+ )
""", re.VERBOSE)
BETWEEN = {"+": "+", "-": "-", "=": "=", "v": r"\downarrow", "^": r"\uparrow"}
UNITS = re.compile(r"\s*(?P<number>[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)?\s*"
                   r"(?P<units>[A-Za-zµΩ°%*./^\d\s-]*)")


def write_reaction(text):
    """TeX of what stands in \\ce{…}."""
    out, position = [], 0
    while position < len(text):
        piece = PIECE.match(text, position)
        if not piece:
            raise CannotSet(rf"\ce with {text[position:position + 8]} is not known here")
        out.append(write_piece(piece))
        position = piece.end()
    return "".join(out)


def write_piece(piece):
    """TeX of one piece of a reaction."""
    kind, found = piece.lastgroup, piece[piece.lastgroup]
    if piece["arrow"]:
        below = f"[{write_reaction(piece['below'])}]" if piece["below"] else ""
        return f"{ARROWS[piece['arrow']]}{below}{{\\;{write_reaction(piece['above'] or '')}\\;}}"
    if kind == "sign":
        return rf"\mathrel{{{BETWEEN[found]}}}" if found in "+-=" else BETWEEN[found]
    if kind == "number":
        upper, _, lower = found.partition("/")
        return (rf"\tfrac{{{upper}}}{{{lower}}}" if lower else found) + r"\,"
    if kind in ("charge", "up"):
        return f"^{{{found.strip('{}')}}}"
    if kind in ("count", "down"):
        return f"_{{{found.strip('{}')}}}"
    if kind == "letters":
        return rf"\mathrm{{{found}}}"
    if kind == "space":
        return r"\,"
    return SIGNS.get(found, found) if kind == "other" else f"{{{found}}}"


def write_quantity(text):
    r"""TeX of what stands in \pu{…}, such as 1.2e3 kJ mol-1."""
    match = UNITS.fullmatch(text)
    if not match:
        raise CannotSet(rf"\pu{{{text[:20]}}} is not known here")
    number, _, power = (match["number"] or "").partition("e")
    times = rf"\times 10^{{{power}}}" if power else ""
    units = re.sub(r"([A-Za-zµΩ°%]+)\^?(-?\d+)?", lambda one: rf"\text{{{one[1]}}}" + (
        f"^{{{one[2]}}}" if one[2] else ""), match["units"].strip())
    units = re.sub(r"\s*[*.]\s*", r"{\\cdot}", units.replace("%", r"\%"))
    return r"\,".join(filter(None, [number + times, re.sub(r"\s+", r"\\,", units)]))
