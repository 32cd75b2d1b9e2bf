"""`python -m kit submit`: checks, executes, makes the report, and packs all into one zip."""

import argparse
import contextlib
import os
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from kit.check import run_checks
from kit.definition import load_assignment
from kit.files import Refused, one_line, reason, say, whole_file
from kit.submit.contents import SETTINGS, collect, manifest_of, pack
from kit.notebook_files import Notebook, parse_notebook, encode_notebook
from kit.report.launcher import make_pdf
from kit.report.preflight import REMEDY, list_problems
from kit.report.command import read_settings, interrupt_on_signals
from kit.submit.inspection import inspect_zip, is_hand_in
from kit.sections import PLACEHOLDER_AUTHOR

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
WHOLE, NOT_WHOLE, NO_ZIP = 0, 1, 2
MOST_LINES = 20
STOPPED = "kit submit: stopped, nothing was written"


def main(arguments=None):
    """Return the exit status: 0 complete, 1 incomplete, 2 nothing was written."""
    options = parse(arguments)
    if options.check is not None:
        return check_zip(options.check)
    stops = []
    try:
        with interrupt_on_signals(stops):
            return submit(load_assignment(), options)
    except Refused as refusal:
        # an interrupt may have caused this refusal
        say(STOPPED if stops else f"kit submit: {one_line(refusal, 400)}", sys.stderr)
        return 130 if stops else NOTHING_WRITTEN
    except KeyboardInterrupt:
        say(STOPPED, sys.stderr)
        return 130


def parse(arguments):
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m kit submit",
        description="Check the scripts, execute copies of the notebooks in order, and make the "
                    "report. Then pack scripts, notebooks, report and pictures into one zip, with "
                    "a manifest that lists them. Missing and failing parts are listed first.",
        epilog="Write the names of the group into notebooks/report.toml. Exit status: 0 the zip "
               "is written and nothing is missing; 1 it is written, but something is missing or "
               "failing; 2 nothing was written, one line says why; 130 interrupted. With --check: "
               "0 the zip is whole; 1 it is not whole, the faults are listed; 2 it cannot be read "
               "as a zip. A whole zip has lost nothing on its way. The check does not prove who "
               "made it.")
    parser.add_argument("-o", "--output", type=Path, metavar="ZIP",
                        help="default: build/hand-in.zip")
    parser.add_argument("--as-is", action="store_true",
                        help="take the notebooks as they are saved, without running them; the "
                             "manifest says so")
    parser.add_argument("--yes", action="store_true",
                        help="do not ask: hand in even if something is missing, and replace an "
                             "earlier hand-in")
    parser.add_argument("--check", type=Path, metavar="ZIP",
                        help="only check whether a zip is whole")
    return parser.parse_args(arguments)


@dataclass
class Findings:
    """The results of the checks and of the report, and missing files."""

    group: list                                     # names
    missing: list = field(default_factory=list)     # sentences
    checks: object = None                           # a CheckReport, None if they could not run
    problems: list = field(default_factory=list)    # of the report

    @property
    def complete(self):
        """Whether nothing is missing or failing."""
        return not (self.missing or self.problems) and self.checks.all_passed

    def lines(self):
        """Missing and failing parts, as lines of text."""
        own = [replace(problem, words=problem.words.removesuffix(f": {REMEDY}"))
               for problem in self.problems if problem.place.notebook != "report.toml"]
        lines = ["missing:", *(f"  {words}" for words in self.missing)] if self.missing else []
        if self.checks is not None and not self.checks.all_passed:
            lines += lines_of_checks(counting(self.checks))
        return lines + list_problems(own, rest="python -m kit report --json lists all")

    def as_manifest(self):
        """The fields of the manifest for these findings."""
        return {"group": self.group, "missing": self.missing, "report": [
            {"kind": problem.kind, "notebook": problem.place.notebook,
             "cell": problem.place.cell, "message": problem.words} for problem in self.problems],
            "checks": self.checks and {"passed": passed(counting(self.checks)),
                                       "of": len(counting(self.checks)),
                                       "report": self.checks.as_json()}}


def submit(assignment, options):
    """Write the hand-in of an assignment's folder; return the exit status."""
    folder = assignment.folder
    output = options.output or folder / "build" / "hand-in.zip"
    may_replace = allowed_to_replace(output, options.yes)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(whole_file(output))  # fails at once if it cannot be written
        files, missing = collect(assignment)
        before = dict(files)
        settings = read_settings(folder / SETTINGS)
        found = Findings(*group_of(settings, assignment.group_size), checks=None)
        found.missing += missing
        found.checks = checked(assignment, found.missing)
        notebooks = read_notebooks(files, assignment)
        if not options.as_is:
            stack.enter_context(importing_from(folder))
            files |= executed(notebooks, stack)
        files["report.pdf"], found.problems = report_of(notebooks, files, settings)
        confirm(found, options.yes)
        check_unchanged(before, assignment)
        manifest = manifest_of(files, executed=not options.as_is, **found.as_manifest())
        file.write(pack(files, manifest, assignment.hand_in))
        if os.path.exists(output) and not may_replace:
            raise Refused(f"{output} was made by another program meanwhile and is kept: run "
                          "this again")
    say(str(output))
    say(f"written: {summary(manifest)}", sys.stderr)
    return COMPLETE if found.complete else INCOMPLETE


def allowed_to_replace(output, yes):
    """Return whether there is an output that may be replaced; Refused if it may not."""
    if output.suffix.lower() != ".zip":
        raise Refused(f"-o {output} is not a name for a hand-in: choose a name that ends in .zip")
    if not os.path.exists(output):
        return False
    if not output.is_file():
        raise Refused(f"{output} is not a file: give another name with -o")
    if yes and not is_hand_in(output):
        raise Refused(f"{output} exists and is not an earlier hand-in: move it away, or give "
                      "another name with -o")
    if not yes and not asked(f"{output} exists.", "Replace it?",
                             "move it away, give another name with -o, or add --yes"):
        raise Refused(f"nothing was written, {output} did not change")
    return True


def asked(why, question, instead):
    """Ask a person; return whether the answer is yes. Refused without a terminal."""
    try:
        somebody = sys.stdin.isatty()
    except (AttributeError, ValueError):    # there is none, or it is closed
        somebody = False
    if not somebody:
        raise Refused(f"{why} Nothing was written, because the command cannot ask without a "
                      f"terminal: {instead}")
    say(why, sys.stderr)
    answer = ""
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    except (OSError, ValueError):           # the terminal is gone, or sent what is no text
        pass
    finally:
        if not answer.endswith("\n"):       # interrupted too: the next message gets its own line
            say("", sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def group_of(settings, most):
    """Return (names of the group, sentences about missing names)."""
    names = [" ".join(name.split()) for name in settings["authors"]]
    own = [name for name in names if name and name.lower() != PLACEHOLDER_AUTHOR.lower()]
    if not names:
        return own, [f"the names of the group: write them into {SETTINGS}"]
    if len(own) < len(names):
        return own, [f"a name of the group is still “{PLACEHOLDER_AUTHOR}” or empty: write the "
                     f"names into {SETTINGS}"]
    if len(own) > most:
        return own, [f"a group has at most {most} members, and {SETTINGS} names {len(own)}: "
                     "correct the names"]
    return own, []


def checked(assignment, missing):
    """Return the report of the checks, or None and add the reason to `missing`."""
    say("checking the scripts …", sys.stderr)
    try:
        return run_checks(assignment=assignment)
    except (Refused, OSError) as problem:
        missing.append(f"the checks could not run ({one_line(reason(problem))})")
        return None


def counting(report):
    """The results that points depend on: remarks cost nothing."""
    return [result for result in report.results if not result.remark]


def lines_of_checks(results):
    """The checks that did not pass, as lines: each failed check, and the number of others."""
    lines = [f"checks not passed, {len(results) - passed(results)} of {len(results)}:"]
    lines += [f"  {result.subtask} {result.part}: failed"
              + (f": {one_line(result.words)}" if result.words else "")
              for result in results if result.state == "failed"]
    others = Counter((result.state, result.subtask) for result in results
                     if result.state not in ("passed", "failed"))
    for state in dict.fromkeys(state for state, _ in others):
        each = [f"{subtask} ({count})" if count > 1 else subtask
                for (its, subtask), count in others.items() if its == state]
        lines.append(f"  {state}: {', '.join(each)}")
    return lines


def passed(results):
    """How many checks passed."""
    return sum(result.state == "passed" for result in results)


def read_notebooks(files, assignment):
    """Return {name: notebook} for the notebooks among the files."""
    read = {}
    for name in assignment.notebooks:
        if name in files:
            try:
                text = files[name].decode("utf-8-sig")
            except UnicodeDecodeError:
                raise Refused(f"{name} cannot be read: it is not UTF-8 text; save it as UTF-8"
                              ) from None
            read[name] = Notebook(parse_notebook(text, name), Path(name).name,
                                  (assignment.folder / name).parent)
    if not read:
        raise Refused(f"{assignment.folder} holds none of {', '.join(assignment.notebooks)}: is "
                      "this the assignment's folder?")
    return read


def executed(notebooks, stack):
    """Execute notebooks in copies, which end with the stack; return {name: bytes}."""
    from kit.notebook_execution import execute_copies    # slow to load, and only needed here
    execute_copies(list(notebooks.values()), stack)
    return {name: encode_notebook(notebook) for name, notebook in notebooks.items()}


@contextlib.contextmanager
def importing_from(folder):
    """Make notebooks import the scripts of this folder, not those of an installed one."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def report_of(notebooks, files, settings):
    """Return (PDF bytes, problems) of the notebooks as they are handed in."""
    say("making the report …", sys.stderr)
    given = [{"text": files[name].decode("utf-8-sig"), "name": notebook.name, "numbers": [],
              "folder": str(notebook.folder)} for name, notebook in notebooks.items()]
    return make_pdf(given, settings=settings)


def confirm(found, yes):
    """List missing and failing parts; Refused unless the group hands in anyway."""
    if found.complete:
        return
    say("\n".join(["", *found.lines()]), sys.stderr)
    if not yes and not asked("", "Hand in anyway?",
                             "correct the listed parts, or add --yes to hand in anyway"):
        raise Refused("nothing was written")


def check_unchanged(before, assignment):
    """Refuse files that were changed while their notebooks ran."""
    after = collect(assignment)[0]
    changed = sorted(name for name in before.keys() | after.keys()
                     if before.get(name) != after.get(name))
    if changed:
        raise Refused(f"{changed[0]} was changed while this ran, so the results may not fit the "
                      "files: nothing was written, run this again")


def check_zip(path):
    """Print whether a zip is whole, and its faults if it is not; return the exit status."""
    try:
        if not path.is_file():      # a named pipe would never end
            raise Refused(("it is not a file" if path.exists() else "it was not found")
                          + ": give the path of a zip")
        with open(path, "rb") as file:
            manifest, wrong = inspect_zip(file)
    except (OSError, ValueError, Refused) as problem:
        say(f"kit submit: {one_line(path)}: {one_line(reason(problem))}", sys.stderr)
        return NO_ZIP
    except KeyboardInterrupt:
        say("kit submit: stopped", sys.stderr)
        return 130
    if not wrong:
        say(f"whole: {summary(manifest)}")
        return WHOLE
    lines = [one_line(words, 300) for words in wrong[:MOST_LINES]]
    if len(wrong) > MOST_LINES:
        lines.append(f"… and {len(wrong) - MOST_LINES} more")
    say("\n".join([f"not whole: {one_line(path)}", *(f"  {line}" for line in lines)]))
    return NOT_WHOLE


def summary(manifest):
    """One line about a hand-in."""
    group, checks = manifest["group"], manifest["checks"]
    names = ", ".join(group) or "a group without names"
    parts = [f"{len(manifest['files'])} files, handed in by {names}",
             f"made {manifest['made']}",
             "notebooks executed" if manifest["executed"] else "notebooks as they were saved",
             f"checks passed: {checks['passed']} of {checks['of']}" if checks
             else "checks not run"]
    if count := len(manifest["report"]):
        parts.append(f"problems in the report: {count}")
    if manifest["missing"]:
        parts.append(f"missing: {'; '.join(manifest['missing'])}")
    return one_line(", ".join(parts), 600)
