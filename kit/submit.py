"""`python -m kit submit`: checks, executes and reports, and packs it all into one zip."""

import argparse
import contextlib
import os
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from kit import ROOT
from kit.check import run_checks
from kit.files import Refused, one_line, reason, say, whole_file
from kit.handin import NOTEBOOKS, SETTINGS, collect, manifest_of, packed
from kit.notebooks import Notebook, node_of, stored
from kit.pdf.child import make_pdf
from kit.pdf.preflight import PLACEHOLDER_AUTHOR, REMEDY, listing
from kit.report import read_settings, stopped_by_signals
from kit.zipcheck import inspect, is_hand_in

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
WHOLE, NOT_WHOLE, NO_ZIP = 0, 1, 2
MOST_LINES = 20
STOPPED = "kit submit: stopped, nothing was written"


def main(arguments=None):
    """Return the exit status: 0 handed in complete, 1 incomplete, 2 nothing was written."""
    options = parse(arguments)
    if options.check is not None:
        return check_zip(options.check)
    stops = []
    try:
        with stopped_by_signals(stops):
            return submit(Path(ROOT), options)
    except Refused as refusal:
        # what was going on when it was interrupted may end in another way than by that
        say(STOPPED if stops else f"kit submit: {one_line(refusal, 400)}", sys.stderr)
        return 130 if stops else NOTHING_WRITTEN
    except KeyboardInterrupt:
        say(STOPPED, sys.stderr)
        return 130


def parse(arguments):
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m kit submit",
        description="Check the scripts, execute copies of the notebooks in order, make the "
                    "report, and pack scripts, notebooks, report and pictures into one zip, with "
                    "a manifest that lists them. What is missing or failing is listed first.",
        epilog="The names of the group stand in notebooks/report.toml. Exit status: 0 the zip is "
               "written and nothing is missing; 1 it is written although something is missing or "
               "failing; 2 nothing was written, one line says why; 130 interrupted. With --check: "
               "0 the zip is whole; 1 it is not, and what is wrong is listed; 2 it cannot be read "
               "as a zip. A whole zip has lost nothing on its way; it proves not who made it.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "hand-in.zip",
                        metavar="ZIP", help="default: build/hand-in.zip")
    parser.add_argument("--as-is", action="store_true",
                        help="take the notebooks as they are saved; the manifest says so")
    parser.add_argument("--yes", action="store_true",
                        help="ask nothing: hand in although something is missing, and replace an "
                             "earlier hand-in")
    parser.add_argument("--check", type=Path, metavar="ZIP",
                        help="only tell whether a zip is whole")
    return parser.parse_args(arguments)


@dataclass
class Findings:
    """What was found on the way to a hand-in."""

    group: list                                     # names
    missing: list = field(default_factory=list)     # sentences
    checks: object = None                           # a CheckReport, None if they could not run
    problems: list = field(default_factory=list)    # of the report

    @property
    def complete(self):
        """Whether nothing is missing or failing."""
        return not (self.missing or self.problems) and self.checks.all_passed

    def lines(self):
        """Return what is missing or failing, as lines of text."""
        own = [replace(problem, words=problem.words.removesuffix(f": {REMEDY}"))
               for problem in self.problems if problem.place.notebook != "report.toml"]
        lines = ["missing:", *(f"  {words}" for words in self.missing)] if self.missing else []
        if self.checks is not None and not self.checks.all_passed:
            lines += lines_of_checks(counting(self.checks))
        return lines + listing(own, rest="python -m kit report --json lists all")

    def as_manifest(self):
        """Return the manifest's fields on it."""
        return {"group": self.group, "missing": self.missing, "report": [
            {"kind": problem.kind, "notebook": problem.place.notebook,
             "cell": problem.place.cell, "message": problem.words} for problem in self.problems],
            "checks": self.checks and {"passed": passed(counting(self.checks)),
                                       "of": len(counting(self.checks)),
                                       "report": self.checks.as_json()}}


def submit(folder, options):
    """Write the hand-in of an assignment's folder; return the exit status."""
    output = options.output
    may_replace = allowed_to_replace(output, options.yes)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(whole_file(output))  # so it is known now if it cannot be there
        files, missing = collect(folder)
        before = dict(files)
        settings = read_settings(folder / SETTINGS)
        found = Findings(*group_of(settings), checks=None)
        found.missing += missing
        found.checks = checked(folder, found.missing)
        notebooks = read_notebooks(files, folder)
        if not options.as_is:
            stack.enter_context(importing_from(folder))
            files |= executed(notebooks, stack)
        files["report.pdf"], found.problems = report_of(notebooks, files, settings)
        confirm(found, options.yes)
        check_unchanged(before, folder)
        manifest = manifest_of(files, executed=not options.as_is, **found.as_manifest())
        file.write(packed(files, manifest))
        if os.path.exists(output) and not may_replace:
            raise Refused(f"{output} has come into being meanwhile, and stays: run this again")
    say(str(output))
    say(f"written: {summary(manifest)}", sys.stderr)
    return COMPLETE if found.complete else INCOMPLETE


def allowed_to_replace(output, yes):
    """Return whether there is an output that may be replaced; Refused if it may not."""
    if output.suffix.lower() != ".zip":
        raise Refused(f"-o {output} is no name for a hand-in: end it in .zip")
    if not os.path.exists(output):
        return False
    if not output.is_file():
        raise Refused(f"{output} is not a file: give another name with -o")
    if yes and not is_hand_in(output):
        raise Refused(f"{output} exists and is no earlier hand-in: move it away, or give another "
                      "name with -o")
    if not yes and not asked(f"{output} exists.", "Replace it?",
                             "move it away, give another name with -o, or add --yes"):
        raise Refused(f"{output} stays as it is, nothing was written")
    return True


def asked(why, question, instead):
    """Return whether a person says yes; Refused if there is nobody to ask."""
    try:
        somebody = sys.stdin.isatty()
    except (AttributeError, ValueError):    # there is none, or it is closed
        somebody = False
    if not somebody:
        raise Refused(f"{why} Nothing was written, since nobody can be asked here: {instead}")
    say(why, sys.stderr)
    answer = ""
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    except (OSError, ValueError):           # the terminal is gone, or sent what is no text
        pass
    finally:
        if not answer.endswith("\n"):       # interrupted too: what is said next gets its own line
            say("", sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def group_of(settings):
    """Return (names of the group, sentences on those that are missing)."""
    names = [" ".join(name.split()) for name in settings["authors"]]
    own = [name for name in names if name and name.lower() != PLACEHOLDER_AUTHOR.lower()]
    if not names:
        return own, [f"the names of the group: write them into {SETTINGS}"]
    if len(own) < len(names):
        return own, [f"a name of the group is still “{PLACEHOLDER_AUTHOR}” or empty: write the "
                     f"names into {SETTINGS}"]
    return own, []


def checked(folder, missing):
    """Return the report of the checks, None if they cannot run: then `missing` says why."""
    say("checking the scripts …", sys.stderr)
    try:
        return run_checks(folder=folder)
    except (Refused, OSError) as problem:
        missing.append(f"the checks could not run ({one_line(reason(problem))})")
        return None


def counting(report):
    """Return the results that points hang on: remarks cost nothing."""
    return [result for result in report.results if not result.remark]


def lines_of_checks(results):
    """Return the checks that are not passed as lines: each that failed, the others counted."""
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
    """Return how many checks are passed."""
    return sum(result.state == "passed" for result in results)


def read_notebooks(files, folder):
    """Return {name: notebook} of the notebooks among the files."""
    read = {}
    for name in NOTEBOOKS:
        if name in files:
            try:
                text = files[name].decode("utf-8-sig")
            except UnicodeDecodeError:
                raise Refused(f"{name} cannot be read: it is not UTF-8 text, as notebooks are"
                              ) from None
            read[name] = Notebook(node_of(text, name), Path(name).name, folder / "notebooks")
    if not read:
        raise Refused(f"{folder / 'notebooks'} holds none of task1.ipynb … task4.ipynb: is this "
                      "the assignment's folder?")
    return read


def executed(notebooks, stack):
    """Return {name: bytes} of notebooks executed in copies, which live as long as the stack."""
    from kit.execution import execute_copies    # slow to load, and only needed here
    execute_copies(list(notebooks.values()), stack)
    return {name: stored(notebook) for name, notebook in notebooks.items()}


@contextlib.contextmanager
def importing_from(folder):
    """Let notebooks import the scripts of this folder, not those of another that is installed."""
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
    """List what is missing or failing; Refused unless it is to be handed in all the same."""
    if found.complete:
        return
    say("\n".join(["", *found.lines()]), sys.stderr)
    if not yes and not asked("", "Hand in all the same?",
                             "mend what is listed, or add --yes to hand in all the same"):
        raise Refused("nothing was written")


def check_unchanged(before, folder):
    """Refuse files that were changed while their notebooks ran."""
    after = collect(folder)[0]
    changed = sorted(name for name in before.keys() | after.keys()
                     if before.get(name) != after.get(name))
    if changed:
        raise Refused(f"{changed[0]} was changed while this ran, so that results and files may "
                      "not fit: nothing was written, run this again")


def check_zip(path):
    """Print whether a zip is whole, and what is wrong if it is not; return the exit status."""
    try:
        if not path.is_file():      # a named pipe would never end
            raise Refused("it is not a file" if path.exists() else "it was not found")
        with open(path, "rb") as file:
            manifest, wrong = inspect(file)
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
    """Return one line on a hand-in."""
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
