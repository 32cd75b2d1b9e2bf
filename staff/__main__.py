"""`python -m staff COMMAND`: finds the command's module and runs it."""

import argparse
import importlib
import sys

COMMANDS = {  # name: (module, one line of help); a module's main(arguments) returns the status
    "release": ("staff.release", "make the student edition: a folder, and a zip beside it"),
}


def main(arguments=None):
    """Return the exit status of the command named first in arguments."""
    width = max(map(len, COMMANDS)) + 2
    listed = "\n".join(f"  {name:{width}}{words}" for name, (_, words) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m staff", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands:\n{listed}\n\n`python -m staff COMMAND --help` tells more.")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", nargs="?")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.error(f"no command was given: choose one of {', '.join(COMMANDS)}")
    return importlib.import_module(COMMANDS[options.command][0]).main(options.rest)


if __name__ == "__main__":
    sys.exit(main())
