"""`python -m staff grade SUBMISSIONS -o OUT`: takes in, marks what is not marked yet, reports."""

import argparse
import contextlib
import fcntl
import secrets
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from kit.commands import accept_whole_numbers
from kit.definition import load_assignment
from kit.files import Refused, one_line, reason, say
from kit.pool import count_cores, run_jobs
from staff.grading import changes, cluster, mark, tasks
from staff.grading.points import by_code
from staff.grading.progress import Progress, minutes
from staff.record import FILE, Record
from staff.feedback.roster import Roster
from staff.layouts import load_layouts
from staff.release.consistency import check_assignment

LOCK = ".lock"
DONE, INCOMPLETE, NOT_RUN, STOPPED = 0, 1, 2, 130


def main(arguments=None, stages=None):
    """Return the exit status: 0, 1, 2 or 130, as --help says."""
    options = parsed(arguments)
    try:
        return grade(options, stages)
    except (Refused, OSError, sqlite3.Error) as problem:
        words = problem if isinstance(problem, Refused) else reason(problem)
        say(f"staff grade: {one_line_each(words)}", sys.stderr)
        return NOT_RUN
    except KeyboardInterrupt:
        say("staff grade: stopped; the same command goes on from here", sys.stderr)
        return STOPPED


def parsed(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m staff grade", description="Mark a folder, or a zip, of hand-ins, and "
        "write the record, the gradebook, and a page for each student and for the class. What "
        "is marked already is not marked again: give the same command to go on after a stop.",
        epilog="Exit status: 0 every hand-in has its row, refused ones included; 1 so it has, "
               "but some could not be marked for a reason that is not theirs, and their rows say "
               "so; 2 grading could not run; 130 it was stopped.")
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip of hand-ins")
    add("-o", "--out", type=Path, metavar="OUT", help="default: build/grades")
    add("--layout", metavar="NAME", default="auto", help="how the code is laid out: kit, or "
        "another layout of staff/assignment/layouts.toml; default: each as it looks")
    add("--notebooks", action="store_true", help="run the notebooks anew as well")
    add("--recheck", action="store_true", help="run again what was run by other checks or under "
        "other limits than there are now, and print who changes by how much")
    add("--seed", type=accept_whole_numbers(0), metavar="N",
        help="of the fresh inputs; default: drawn, and kept")
    add("--jobs", type=accept_whole_numbers(1, 256), metavar="N",
        help="how many at once; default: one a core")
    add("--scheduler", metavar="ADDRESS", help="use the workers of this dask scheduler instead")
    add("--roster", type=Path, metavar="EXPORT", help="the gradebook exported from Blackboard or "
        "Canvas, to be filled")
    add("--column", metavar="NAME", help="the column of it to be filled")
    add("--starter", type=Path, metavar="FOLDER", help="the code that students were given, to be "
        "left out when hand-ins are compared; default: the kit's")
    add("--limits", type=Path, metavar="FILE", help="in place of staff/sandbox/limits.toml")
    add("--python", metavar="PYTHON", help="the Python that runs the students' code; default: "
        "this one")
    add("--no-sandbox", action="store_true", help="run the students' code as you; only for code "
        "that you trust; every result is stamped UNSANDBOXED")
    return parser.parse_args(arguments)


def one_line_each(words):
    """Return text with each of its lines safe to print; a refusal may have several."""
    return "\n".join(one_line(line, 400) if line[:1] != " " else "  " + one_line(line, 400)
                     for line in str(words).splitlines())


# ------------------------------------------------------------------------------- the steps

def grade(options, stages=None):
    """Grade, and return the exit status."""
    start = time.monotonic()
    options.out = options.out or load_assignment().folder / "build" / "grades"
    check_places(options)
    check_assignment(load_assignment())
    sandbox = proved_sandbox(options)
    with locked(options.out):
        with Record(options.out / FILE) as record:
            settings = tasks.Settings(settled_seed(record, options.seed), sandbox)
            take_in(record, options)
            say(f"seed {settings.seed}; sandbox: {sandbox.name}")
            compute(record, stages or chosen_stages(options), settings, options)
            compare(record, options)
            failed = tasks.failures(record)
            say_end(record, failed, time.monotonic() - start)
        write_report(options)
    return INCOMPLETE if failed else DONE


def check_places(options):
    """Raise Refused if the places that are named cannot be what they are named for."""
    submissions, out = options.submissions, options.out
    if not submissions.exists():
        raise Refused(f"{submissions} is not there: name the folder or zip of hand-ins")
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is not a folder: name another for -o")
    inside = submissions.resolve()
    if out.resolve() in (inside, *inside.parents):
        raise Refused(f"{submissions} lies in the output folder {out}: name the folder of "
                      "hand-ins, and another folder for -o")
    if out.is_dir() and not (out / FILE).exists() and {
            path.name for path in out.iterdir()} - {LOCK}:
        raise Refused(f"{out} holds other things than grades: name a new folder for -o")
    layouts = ("auto", *load_layouts())
    if options.layout not in layouts:
        raise Refused(f"--layout {one_line(options.layout, 40)} is no layout: choose from "
                      f"{', '.join(layouts)}")
    for option in ("roster", "limits", "starter"):
        path = getattr(options, option)
        if path is not None and not path.exists():
            raise Refused(f"--{option} {path} is not there: give the name of one that is")
    if options.roster:
        Roster(options.roster)      # refused now, not when all is marked


def proved_sandbox(options):
    """Return a sandbox that has been shown to hold; Refused, if it does not."""
    from staff.sandbox.limits import read_limits
    from staff.sandbox.sandbox import Sandbox
    limits = read_limits(options.limits) if options.limits else read_limits()
    sandbox = Sandbox(limits, python=options.python or sys.executable,
                      isolated=not options.no_sandbox)
    sandbox.probe()
    return sandbox


@contextlib.contextmanager
def locked(out):
    """Let no other grading write into the same folder; the lock goes when this process ends."""
    out.mkdir(parents=True, exist_ok=True)
    with open(out / LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(f"another grading is writing into {out}: wait for its end, or name "
                          "another folder for -o") from None
        yield


def settled_seed(record, asked):
    """Return the seed of this grading: the one in the record, if it has one."""
    known = record.setting("seed")
    if known is None:
        known = secrets.randbelow(2 ** 32) if asked is None else asked
        record.set_setting("seed", known)
    if asked not in (None, known):
        raise Refused(f"this output folder was graded with the seed {known}, not {asked}: leave "
                      "--seed out, or name another folder for -o")
    return known


def take_in(record, options):
    """Let the hand-ins be in the record, and say what they are."""
    from staff.intake.intake import take_in
    submissions = take_in(options.submissions, options.out, options.layout)
    record.put_submissions(submissions)
    for line in summary(submissions):
        say(line)


def summary(submissions):
    """Return the lines that tell what was handed in."""
    count = {layout: sum(one.counts and one.layout == layout for one in submissions)
             for layout in sorted({one.layout for one in submissions if one.counts})}
    refused = [one for one in submissions if one.refused and not one.superseded]
    earlier = sum(bool(one.superseded) for one in submissions)
    parts = [f"{number} laid out as {layout}" for layout, number in count.items()]
    parts += [f"{len(refused)} refused"] if refused else []
    parts += [f"{earlier} earlier attempts left out"] if earlier else []
    return [f"{len(submissions)} hand-ins: {', '.join(parts)}",
            *(f"  refused: {one_line(one.source, 80)}: {one_line(one.refused, 300)}"
              for one in refused)]


def chosen_stages(options):
    """Return the stages of this grading."""
    from staff.grading import stages
    return [stages.CODE, stages.READING, *[stages.NOTEBOOKS] * options.notebooks]


def compute(record, stages, settings, options):
    """Do what is not done yet and, if it is asked for, what is stale."""
    todo, stale = tasks.sort_out(record, stages, settings)
    number = changes.begin(record) if options.recheck else None
    if options.recheck:
        todo = todo + stale
    elif stale:
        say(f"{len({task.submission.key for task in stale})} of them were marked by other checks "
            "or under other limits than there are now, and stay so: --recheck marks them anew")
    by_key = {(task.stage.name, task.submission.key): task for task in todo}
    jobs = (tasks.with_files(task, options.out) for task in todo)
    with closing(started(jobs, settings, options)) as outcomes, \
            Progress("grading", len(todo)) as progress:
        for job, outcome in outcomes:
            task = by_key[job.stage.name, job.submission.key]
            tasks.keep(record, task, outcome, number)
            progress.step()
    if options.recheck:
        for line in changes.told(record, number):
            say(line)
        changes.end(record)


def started(jobs, settings, options):
    """Return the generator of (task, outcome), here or on the workers of a scheduler."""
    if options.scheduler:
        return cluster.run_jobs(tasks.perform, jobs, options.scheduler,
                                (mark.ready, settings.sandbox))
    return run_jobs(tasks.perform, jobs, options.jobs or count_cores(), tasks.patience)


def compare(record, options):
    """Let the record say which submissions are alike."""
    from staff.intake import alike
    record.put_alike(alike.find(record.submissions(), options.out, options.starter))


def say_end(record, failed, seconds):
    """Say what came of it."""
    marked = [sum(by_code(record.results(one.key), one.layout).values())
              for one in record.submissions() if one.counts]
    mean = f"; mean {sum(marked) / len(marked):.1f} points by code" if marked else ""
    say(f"{len(marked)} graded in {minutes(seconds)}{mean}")
    for student, stage, words in failed:
        say(f"  could not be marked: {one_line(student, 40)}, {stage}: {one_line(words, 300)}",
            sys.stderr)


def write_report(options):
    """Write all that comes out of the record, and say where to look."""
    from staff.feedback import report
    for line in report.write(options.out, options.roster, options.column):
        say(line)
    for name in ("class.html", "gradebook.csv", "marking.csv", FILE):
        say(f"  {options.out / name}")
