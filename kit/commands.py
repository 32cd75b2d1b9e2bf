"""Runs a command of a package: `python -m package command`."""

import argparse
import importlib
import sys

from kit.files import Refused, one_line


def run(package, commands, arguments=None):
    """Run a command; return its exit status.

    package:   as in `python -m package`.
    commands:  {name: (module, help in one line)}. A module's main(arguments) returns the status.
    arguments: the command and its own arguments; default: those of the command line.
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
        print(f"{package} {options.command}: {problem.name} is not installed: run "
              "`pip install -r requirements.txt` in the assignment's folder", file=sys.stderr)
        return 2
    except Refused as refusal:      # a module may read files when it is imported
        print(f"{package} {options.command}: {one_line(refusal, 400)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{package} {options.command}: stopped", file=sys.stderr)
        return 130
