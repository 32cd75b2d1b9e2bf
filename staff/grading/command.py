"""`python -m staff grade SUBMISSIONS -o OUT`: grades hand-ins, from intake to feedback.

Below `grade`, the functions stand in the order of the steps: intake, record, stages, comparison,
report. Results that the record holds are not computed again.
"""

import contextlib
import fcntl
import os
import secrets
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kit.definition import load_assignment
from kit.files import Refused, make_inner_folder, shorten, say
from kit.pool import Failure, count_cores, run_jobs
from staff.feedback.report_command import write_report
from staff.grading import cluster
from staff.grading.judging import prepare
from staff.grading.options import LOCK, check_options, read_options
from staff.grading.progress import Progress, format_time
from staff.grading.rechecks import begin_recheck, describe_recheck, end_recheck
from staff.grading.stages import (CodeStage, Job, ReadingStage, RerunStage, add_files, find_jobs,
                                  keep_outcome, list_failures)
from staff.intake import alike
from staff.intake.downloads import ODD_NAME
from staff.intake.intake import take_in
from staff.intake.repeats import SAME_FILES
from staff.lateness import judge_all
from staff.points import count_points
from staff.record import FILE, LOOK, Record, find_grades
from staff.release.consistency import check_assignment
from staff.sandbox.limits import read_limits
from staff.sandbox.sandbox import Sandbox
from staff.times import find_zone, read_times

STARVED = ("its code did not end in time, and this machine had much else to do: give the same "
           "command again when it has less")
DONE, INCOMPLETE, STOPPED = 0, 1, 130


def main(arguments=None):
    """The exit status: 0, 1, 2 or 130, as --help says."""
    options = read_options(arguments)
    try:
        return grade(options)
    except KeyboardInterrupt:
        say("staff grade: stopped; the same command goes on from here", sys.stderr)
        return STOPPED


# ------------------------------------------------------------------------------------- the steps

def grade(options):
    """Grade the hand-ins; the exit status."""
    start = time.monotonic()
    options.out = find_grades(options.out)
    check_options(options)
    check_assignment(load_assignment())
    sandbox = make_sandbox(options)
    with lock_folder(options.out), Record(options.out / FILE) as record:
        seed = keep_seed(record, options.seed)
        keep_submissions(record, options)
        say(f"seed {seed}; sandbox: {sandbox.name}")
        run_stages(record, list_stages(options), seed, sandbox, options)
        record.put_alike(alike.find_pairs(record.list_submissions(), options.out, options.starter,
                                          take_earlier(record, options)))
        failures = list_failures(record)
        print_end(record, failures, time.monotonic() - start)
        print_report(options)
    return INCOMPLETE if failures else DONE


def list_stages(options):
    """The stages of this grading."""
    return [CodeStage(), ReadingStage(), *[RerunStage()] * options.notebooks]


def make_sandbox(options):
    """A Sandbox that has been shown to hold; Refused if it does not."""
    limits = read_limits(options.limits) if options.limits else read_limits()
    sandbox = Sandbox(limits, python=options.python or sys.executable,
                      isolated=not options.no_sandbox)
    sandbox.probe()
    return sandbox


@contextlib.contextmanager
def lock_folder(out):
    """Keep other gradings out of the folder. The lock ends with this process."""
    out.mkdir(parents=True, exist_ok=True)
    place = out / LOCK
    if place.is_symlink():      # a file that it leads to would be emptied
        place.unlink()
    with open(place, "w", opener=open_no_link) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(f"another grading is writing into {out}: wait until it has ended, or "
                          "give another folder with -o") from None
        yield


def open_no_link(path, flags):
    """A descriptor of a file, for open(). It follows no link, and waits for no pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)


def keep_seed(record, asked):
    """The seed of this grading: the one in the record, the one asked for, or a new one."""
    known = record.read_setting("seed")
    if known is None:
        known = secrets.randbelow(2 ** 32) if asked is None else asked
        record.write_setting("seed", known)
    if asked not in (None, known):
        raise Refused(f"this output folder was graded with the seed {known}, not {asked}: leave "
                      "out --seed, or give another folder with -o")
    return known


def keep_times(record, path):
    """The times of hand-ins in an export; without one, those of the call before."""
    if path is not None:
        deadline = load_assignment().deadline
        if deadline is None:
            raise Refused("--times is of no use without a deadline: write [deadline] into "
                          "assignment.toml, as docs/grading.md says")
        record.write_setting("times", read_times(path, find_zone(deadline)))
    return record.read_setting("times", {})


def keep_submissions(record, options):
    """Take in the hand-ins, put them into the record and print how many there are."""
    submissions = take_in(options.submissions, options.out, options.layout,
                          times=keep_times(record, options.times))
    record.put_submissions(submissions)
    counted = [one.layout for one in submissions if one.counts]
    refused = [one for one in submissions if one.refused and not one.superseded]
    earlier = sum(bool(one.superseded) for one in submissions)
    lateness, _ = judge_all(submissions)
    late = [one for one in submissions if not one.superseded
            and (lateness[one.key].is_late if lateness else one.late)]
    parts = [f"{counted.count(layout)} laid out as {layout}" for layout in sorted({*counted})]
    parts += [f"{len(refused)} refused"] if refused else []
    parts += [f"{earlier} other attempts left out"] if earlier else []
    parts += [f"{len(late)} late"] if late else []
    say(f"{len(submissions)} hand-ins: {', '.join(parts)}")
    for submission in submissions:
        for note in submission.notes if submission.counts else ():
            if note.startswith(LOOK):
                say(f"  {shorten(submission.source, 80)}: {shorten(note, 300)}")
    for submission in refused:
        say(f"  refused: {shorten(submission.source, 80)}: {shorten(submission.refused, 300)}")
    for submission in submissions:
        for note in submission.notes:
            if note.startswith((ODD_NAME, SAME_FILES)):
                say(f"  {shorten(submission.source, 80)}: {shorten(note, 300)}")


def take_earlier(record, options):
    """The hand-ins of earlier years; without the option, those of the call before."""
    path = options.earlier or record.read_setting("earlier")
    if path is None:
        return []
    if not Path(path).exists():
        say(f"  {path} is no longer there: no hand-ins of earlier years are compared")
        return []
    record.write_setting("earlier", str(Path(path).absolute()))
    return take_in(path, make_inner_folder(options.out, alike.EARLIER), options.layout)


def run_stages(record, stages, seed, sandbox, options):
    """Do everything that is not done yet, and on a recheck everything that is stale."""
    jobs, stale = find_jobs(record, stages, seed, sandbox)
    recheck = begin_recheck(record) if options.recheck else None
    if options.recheck:
        jobs = jobs + stale
    elif stale:
        say(f"{len({job.submission.key for job in stale})} of them were graded by other checks or "
            "under other limits, or have open parts; they keep their points: --recheck grades "
            "them again")
    with Progress("grading", len(jobs)) as progress:
        def keep(job, outcome):
            keep_outcome(record, job, outcome, recheck)
            progress.step()
        starved = do_jobs(jobs, keep, sandbox, options)
        if starved:
            say(f"{len(starved)} had too little of this machine's time: judged again, alone")
            options.jobs = 1
            for job in do_jobs(starved, keep, sandbox, options):
                keep(job, Failure(STARVED))
    if options.recheck:
        for line in describe_recheck(record, recheck):
            say(line)
        end_recheck(record)


def do_jobs(jobs, keep, sandbox, options):
    """Do the jobs, and keep(job, outcome); the jobs that this machine had no time for."""
    starved = []
    full_jobs = (add_files(job, options.out) for job in jobs)
    with closing(start_jobs(full_jobs, sandbox, options)) as outcomes:
        for job, outcome in outcomes:
            if getattr(outcome, "starved", False):
                starved.append(replace(job, files={}))
            else:
                keep(job, outcome)
    return starved


def start_jobs(jobs, sandbox, options):
    """A generator of (job, outcome): on this machine, or on the workers of a scheduler."""
    if options.scheduler:
        return cluster.run_jobs(Job.perform, jobs, options.scheduler, (prepare, sandbox))
    return run_jobs(Job.perform, jobs, options.jobs or count_cores(), Job.allow_seconds)


def print_end(record, failures, seconds):
    """Print how many were graded, and what could not be."""
    points = [sum(count_points(record.list_results(submission.key), submission.layout).values())
              for submission in record.list_submissions() if submission.counts]
    mean = f"; mean: {sum(points) / len(points):.1f} points by code" if points else ""
    say(f"{len(points)} graded in {format_time(seconds)}{mean}")
    for student, stage, words in failures:
        say(f"  could not be graded: {shorten(student, 40)}, {stage}: {shorten(words, 300)}",
            sys.stderr)


def print_report(options):
    """Write all tables and pages; print what to know of them and where they are."""
    say("writing the tables and pages")
    for line in write_report(options.out, options.roster, options.column):
        say(line)
    for name in ("class.html", "gradebook.csv", "marking.csv", FILE):
        say(f"  {options.out / name}")
