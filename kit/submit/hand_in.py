"""`python -m kit submit`: checks, executes, makes the report, and packs all into one zip."""

import argparse
import contextlib
import datetime
import os
import sys
from pathlib import Path

from kit.check import run_checks
from kit.commands import stop_on_signals
from kit.deadline import describe_time_left
from kit.definition import load_assignment
from kit.files import Refused, shorten, explain, say, write_whole
from kit.notebook_files import encode_notebook, read_notebook
from kit.report.launcher import make_pdf
from kit.report.preflight import find_problems_of_text
from kit.report_settings import read_settings
from kit.submit.findings import Findings, read_group
from kit.submit.manifest import make_manifest, summarise
from kit.submit.packing import SETTINGS_PATH, collect_files, pack_files
from kit.submit.traces import remove_traces_from
from kit.submit.zip_check import check_zip, is_hand_in

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
STOPPED = "kit submit: stopped, nothing was written"


def main(arguments=None):
    """The exit status: 0 complete, 1 incomplete, 2 nothing was written."""
    options = parse_options(arguments)
    if options.check is not None:
        return check_zip(options.check)
    stops = []
    try:
        with stop_on_signals(stops):
            return hand_in(load_assignment(), options, stops)
    except Refused as refusal:
        # an interrupt may have caused this refusal
        say(STOPPED if stops else f"kit submit: {shorten(refusal, 400)}", sys.stderr)
        return 130 if stops else NOTHING_WRITTEN
    except KeyboardInterrupt:
        say(STOPPED, sys.stderr)
        return 130


def parse_options(arguments):
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m kit submit",
        description="Check the scripts, execute copies of the notebooks in order, and make the "
                    "report. Then pack scripts, notebooks, report and pictures into one zip, with "
                    "a manifest that lists them. Missing and failing parts are listed first.",
        epilog=f"Write the names of the group into {SETTINGS_PATH}. Exit status: 0 complete; "
               "1 written, but something is missing or fails; 2 nothing was written, one line "
               "says why; 130 interrupted. With --check: 0 the zip is whole and complete; 1 it is "
               "not, all that it lacks is listed; 2 it cannot be read as a zip. A whole zip has "
               "lost nothing on its way. The check does not prove who made it.")
    parser.add_argument("-o", "--output", type=Path, metavar="ZIP",
                        help="default: build/hand-in.zip")
    parser.add_argument("--as-is", action="store_true",
                        help="take the notebooks as they are saved, without running them; the "
                             "manifest says so")
    parser.add_argument("--yes", action="store_true",
                        help="do not ask: hand in even if something is missing, and replace an "
                             "earlier hand-in")
    parser.add_argument("--check", type=Path, metavar="ZIP",
                        help="only check whether a zip is whole and complete")
    return parser.parse_args(arguments)


def hand_in(assignment, options, stops=()):
    """Write the hand-in of an assignment's folder; return the exit status.

    stops: a list that holds something once the user has interrupted this.
    """
    folder = assignment.folder
    output = options.output or folder / "build" / "hand-in.zip"
    replaces = may_replace(output, options.yes)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(     # fails at once if it cannot be written
            write_whole(output, "name another place, such as -o ../hand-in.zip"))
        files, missing = collect_files(assignment)
        before = dict(files)
        settings = read_settings(folder / SETTINGS_PATH)
        found = Findings(*read_group(settings, assignment.group_size))
        found.missing += missing
        found.checks = try_checks(assignment, found.missing)
        notebooks = read_notebooks(files, assignment)
        found.problems = [one for notebook in notebooks.values()
                          for one in find_problems_of_text(notebook, assignment)]
        if not options.as_is:
            confirm(found, options.yes, "Go on, and run the notebooks?")
            stack.enter_context(import_from(folder))
            files |= execute_notebooks(notebooks, stack)
        for words in remove_traces_from(files):
            say(f"a remark: {words}", sys.stderr)
        add_report(found, notebooks, files, settings, stops)
        confirm(found, options.yes, "Hand in anyway?")
        check_unchanged(before, assignment)
        manifest = make_manifest(files, executed=not options.as_is, **found.make_fields())
        file.write(pack_files(files, manifest, assignment.hand_in))
        if os.path.exists(output) and not replaces:
            raise Refused(f"{output} was made by another program meanwhile and is kept: run "
                          "this again")
    say(str(output))
    say(f"written: {summarise(manifest)}", sys.stderr)
    if assignment.deadline:
        now = datetime.datetime.now(datetime.timezone.utc)
        say(describe_time_left(assignment.deadline, now), sys.stderr)
    return COMPLETE if found.complete else INCOMPLETE


# --------------------------------------------------------------------------------------- the steps

def may_replace(output, yes):
    """Whether there is a zip, which may be replaced; Refused if it may not."""
    if output.suffix.lower() != ".zip":
        raise Refused(f"-o {output} is not a name for a hand-in: choose a name that ends in .zip")
    if not os.path.exists(output):
        return False
    if not output.is_file():
        raise Refused(f"{output} is not a file: give another name with -o")
    if yes and not is_hand_in(output):
        raise Refused(f"{output} exists and is not an earlier hand-in: move it away, or give "
                      "another name with -o")
    if not yes and not ask(f"{output} exists.", "Replace it?",
                           "move it away, give another name with -o, or add --yes"):
        raise Refused(f"nothing was written, {output} did not change")
    return True


def try_checks(assignment, missing):
    """The CheckReport; None if the checks cannot run, and the reason is added to `missing`."""
    say("checking the scripts …", sys.stderr)
    try:
        return run_checks(assignment=assignment)
    except (Refused, OSError) as problem:
        missing.append(f"the checks could not run ({shorten(explain(problem))})")
        return None


def read_notebooks(files, assignment):
    """{name: notebook} for the notebooks among the files."""
    found = {name: read_notebook(assignment.folder / name) for name in assignment.notebooks
             if name in files}
    if not found:
        raise Refused(f"{assignment.folder} holds none of {', '.join(assignment.notebooks)}: is "
                      "this the assignment's folder?")
    return found


@contextlib.contextmanager
def import_from(folder):
    """Make notebooks import the scripts of this folder, not those of an installed one."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def execute_notebooks(notebooks, stack):
    """{name: bytes} of notebooks that were executed in copies, which end with the stack."""
    from kit.notebook_execution import execute_copies    # slow to load, and only needed here
    execute_copies(list(notebooks.values()), stack)
    return {name: encode_notebook(notebook) for name, notebook in notebooks.items()}


def add_report(found, notebooks, files, settings, stops):
    """Add the report of the notebooks as they are handed in, or the reason why there is none."""
    say("making the report …", sys.stderr)
    given = [{"text": files[name].decode("utf-8-sig"), "name": notebook.name, "numbers": [],
              "folder": str(notebook.folder)} for name, notebook in notebooks.items()]
    try:
        files["report.pdf"], found.problems = make_pdf(given, settings=settings)
    except Refused as problem:
        if stops:       # it was interrupted
            raise
        found.missing.append(f"report.pdf ({shorten(problem, 300)})")


def confirm(found, yes, question):
    """List missing and failing parts that are new; Refused unless the group goes on."""
    lines = found.list_lines()
    if not lines:
        return
    say("\n".join(["", *lines]), sys.stderr)
    if not yes and not ask("", question, "correct the listed parts, or add --yes to hand in "
                                         "anyway"):
        raise Refused("nothing was written")
    found.tell_all()


def check_unchanged(before, assignment):
    """Refuse files that were changed while their notebooks ran."""
    after = collect_files(assignment)[0]
    changed = sorted(name for name in before.keys() | after.keys()
                     if before.get(name) != after.get(name))
    if changed:
        raise Refused(f"{changed[0]} was changed while this ran, so the results may not fit the "
                      "files: nothing was written, run this again")


def ask(why, question, instead):
    """Whether a person answers with yes; Refused without a terminal."""
    try:
        is_terminal = sys.stdin.isatty()
    except (AttributeError, ValueError):    # there is no stdin, or it is closed
        is_terminal = False
    if not is_terminal:
        raise Refused(f"{why} Nothing was written, because the command cannot ask without a "
                      f"terminal: {instead}")
    say(why, sys.stderr)
    answer = ""
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    except (OSError, ValueError):           # the terminal is gone, or sent bytes that are no text
        pass
    finally:
        if not answer.endswith("\n"):       # interrupted too: the next message gets its own line
            say("", sys.stderr)
    return answer.strip().lower() in ("y", "yes")
