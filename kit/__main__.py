"""`python -m kit COMMAND`: what a student runs."""

import sys

from kit.commands import run

COMMANDS = {
    "check": ("kit.check", "try the code, subtask by subtask, and say what is wrong"),
    "run": ("kit.run", "execute the notebooks and store their outputs"),
    "report": ("kit.report", "make the PDF report from the notebooks"),
    "submit": ("kit.submit", "check it all and pack it into the zip that is handed in"),
}


def main(arguments=None):
    """Return the exit status of the command named first in arguments."""
    return run("kit", COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
