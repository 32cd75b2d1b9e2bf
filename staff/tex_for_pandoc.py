"""Rewrites TeX that Jupyter sets as TeX that pandoc knows: it has fewer commands."""

from kit.report.tex_macros import (DEFINITIONS, PACKAGES, CannotSet, Macros, pop_argument,
                                   pop_optional, split_tokens)

DERIVATIVES = {r"\dv": "d", r"\derivative": "d", r"\pdv": r"\partial",
               r"\partialderivative": r"\partial"}     # of the package physics
OTHERS = {r"\enspace": r"\;", r"\nicefrac": r"\frac"}
DROPPED = frozenset(r"\tiny \scriptsize \footnotesize \small \normalsize \large \Large \LARGE "
                    r"\huge \Huge \qty \quantity \nonumber \notag".split())
DROPPED_WITH_ARGUMENT = frozenset([r"\label", r"\bbox"])
REFERENCES = frozenset([r"\ref", r"\eqref"])
REWRITTEN = {*DERIVATIVES, *OTHERS, *DROPPED, *DROPPED_WITH_ARGUMENT, *REFERENCES, *DEFINITIONS,
             *PACKAGES}
MOST_ADDED = 20_000         # letters to all formulas of an answer; then they stay as they are
COST_OF_FAILURE = 2_000     # of these: a macro without end takes time too


class Rewriter:
    """Rewrites the formulas of one answer, in order: a macro holds from its place on."""

    def __init__(self):
        self.macros, self.spare = Macros(), MOST_ADDED

    def rewrite(self, tex):
        """The TeX for pandoc; the same TeX if nothing is to be rewritten, or if it cannot be."""
        try:
            tokens = split_tokens(tex)
            if self.spare < 0 or r"\cr" not in tex and not any(
                    token in REWRITTEN or token in self.macros.known for token in tokens):
                return tex
            made = join_tokens(replace_tokens(self.macros.expand(tokens)))
        except CannotSet:
            self.spare -= COST_OF_FAILURE
            return tex
        self.spare -= max(0, len(made) - len(tex))
        return made


def replace_tokens(tokens):
    """The tokens of a formula without macros, as pandoc knows them."""
    waiting, out = tokens[::-1], []
    while waiting:
        token = waiting.pop()
        if token in DERIVATIVES:
            waiting += write_derivative(DERIVATIVES[token], waiting)[::-1]
        elif token in DROPPED_WITH_ARGUMENT:
            pop_optional(waiting, None)
            if token == r"\label":
                pop_argument(waiting)
        elif token in REFERENCES:
            out += [r"\text", "{", "(", *pop_argument(waiting), ")", "}"]
        elif token not in DROPPED:
            out.append(OTHERS.get(token, token))
    return out


def write_derivative(sign, waiting):
    r"""The tokens of \dv[n]{f}{x}, \dv{x} or \pdv{f}{x}{y}; its arguments are taken."""
    star = bool(waiting) and waiting[-1] == "*"
    del waiting[len(waiting) - star:]
    power, groups = pop_optional(waiting, []), [pop_argument(waiting)]
    while waiting and waiting[-1] == "{" and len(groups) < 3:
        groups.append(pop_argument(waiting))
    above, below = (groups[0], groups[1:]) if len(groups) > 1 else ([], groups)
    if len(below) > 1 and not power:
        power = [str(len(below))]
    raised = ["^", "{", *power, "}"] if power else []
    under = [token for group in below
             for token in (sign, "{", *group, "}", *(raised if len(below) == 1 else []))]
    return [r"\frac", "{", sign, *raised, "{", *above, "}", "}", "{", *under, "}"]


def join_tokens(tokens):
    """The TeX of tokens, with a space where two would become one."""
    out = []
    for token, after in zip(tokens, [*tokens[1:], ""]):
        is_word = token[0] == "\\" and token[-1].isalpha()
        out.append(token + " " * (is_word and after[:1].isalpha()))
    return "".join(out)
