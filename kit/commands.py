"""Shared by all commands: `python -m package command`, whole numbers as options, Ctrl-C."""

import argparse
import contextlib
import importlib
import re
import signal
import sys
import threading

from kit.files import Refused, explain, shorten, say


def run_command(package, commands, arguments=None, problems=()):
    """The exit status of a command. It is 2 if the command is refused, and 130 after Ctrl-C.

    package:   as in `python -m package`.
    commands:  {name: (module, help in one line)}. A module's main(arguments) returns the status.
    arguments: the command and its own arguments; default: those of the command line.
    problems:  exceptions that refuse too, beside Refused and OSError.
    """
    width = max(map(len, commands)) + 2
    listed = "\n".join(f"  {name:{width}}{words}" for name, (_, words) in commands.items())
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands:\n{listed}\n\n`python -m {package} COMMAND --help` tells more.")
    parser.add_argument("command", choices=commands, metavar="COMMAND", nargs="?")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.error(f"no command was given: choose one of {', '.join(commands)}")
    try:
        return importlib.import_module(commands[options.command][0]).main(options.rest)
    except ModuleNotFoundError as problem:
        words = (f"{problem.name} is not installed: run `pip install -r requirements.txt` in the "
                 "assignment's folder")
        status = 2
    except (Refused, *problems) as problem:
        words, status = clean_lines(problem), 2
    except OSError as problem:
        words, status = clean_lines(describe_os_error(problem)), 2
    except KeyboardInterrupt:
        words, status = "stopped", 130
    say(f"{package} {options.command}: {words}", sys.stderr)
    return status


def describe_os_error(problem):
    """Say what an OSError is about, and what to do."""
    if problem.filename is None:
        return str(problem)
    return (f"{problem.filename} cannot be read or written ({explain(problem)}): look whether it "
            "is there, who may use it, and whether the disk is full")


def clean_lines(words):
    """The lines of a refusal, each safe to print."""
    return "\n".join(shorten(line, 400) if line[:1] != " " else "  " + shorten(line, 400)
                     for line in str(words).splitlines())


def accept_whole_numbers(lowest, highest=None):
    """The `type` of an option of argparse: a whole number of at most 18 digits."""
    def convert(text):
        if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < lowest or \
                highest is not None and int(text) > highest:
            raise argparse.ArgumentTypeError(
                f"got {shorten(text, 40)!r}, expected a whole number from {lowest} "
                + ("up" if highest is None else f"to {highest}"))
        return int(text)
    return convert


@contextlib.contextmanager
def stop_on_signals(stops):
    """Raise KeyboardInterrupt on Ctrl-C and when this is to end otherwise; add it to stops.

    Unfinished files are then removed. With nohup, a closed window still ends nothing.
    """
    def stop(number, _):
        stops.append(number)
        raise KeyboardInterrupt
    own = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        own.append(signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        own = []        # only the main thread may set them
    before = {number: signal.signal(number, stop) for number in own}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
