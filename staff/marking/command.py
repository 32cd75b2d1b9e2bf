"""`python -m staff mark`: serves the page to mark on, or takes marks from a file."""

import argparse
import getpass
from pathlib import Path

from kit.commands import accept_whole_numbers
from kit.files import say
from staff.marking.take import merge_marks, take_marks
from staff.record import find_grades

EPILOG = """
The page is for this machine only. From another one, use an SSH tunnel and the same address.
Points for a part by code, also in a row of your own, replace the result of the code. They need a
comment: the reason, which the student reads. In a table, a row without points and comment changes
nothing, and a - instead of points takes a mark back. Afterwards `python -m staff report OUT`
writes the pages and tables again. Exit status: 0 done, 2 nothing was changed.
"""


def main(arguments=None):
    """Serve the page, or take the marks; the exit status."""
    options = read_options(arguments)
    options.out = find_grades(options.out)
    if options.take:
        lines = take_marks(options.out, options.take, options.force)
    elif options.merge:
        lines = merge_marks(options.out, options.merge)
    else:
        from staff.marking.server import serve      # the others need no Tornado
        lines = serve(options)
    for line in lines:
        say(line)
    return 0


def read_options(arguments):
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m staff mark", epilog=EPILOG, description="Serve a page to give points by "
        "hand, one question or one student at a time, and open it in the browser. Everything is "
        "saved at once. `staff grade` may run meanwhile.")
    parser.add_argument("out", metavar="OUT", type=Path, nargs="?",
                        help="the output folder of the grading; default: build/grades")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--take", metavar="FILE.csv", type=Path,
                        help="read the marks in a filled marking.csv instead: all, or none")
    source.add_argument("--merge", metavar="OTHER", type=Path, help="take the marks of a copy of "
                        "OUT instead, where another marker has worked")
    parser.add_argument("--force", action="store_true",
                        help="with --take: change marks that are already in the record")
    parser.add_argument("--marker", metavar="NAME", default=find_login(),
                        help="who marks; the page can change it; default: your login")
    parser.add_argument("--twice", metavar="PERCENT", type=accept_whole_numbers(0, 100),
                        help="the share of the answers that two persons mark; it is kept")
    parser.add_argument("--port", type=accept_whole_numbers(0, 65535), default=0,
                        help="default: any that is free")
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    return parser.parse_args(arguments)


def find_login():
    """The login of who runs this; "" if nobody knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
