"""`python -m kit COMMAND`: what a student runs."""

import sys

from kit.commands import run_command

COMMANDS = {
    "check": ("kit.check", "test the code of each subtask, and say what is wrong"),
    "run": ("kit.notebook_execution", "execute the notebooks and store their outputs"),
    "report": ("kit.report.command", "make the PDF report from the notebooks"),
    "restore": ("kit.restore", "put back a cell of a notebook as it was handed out"),
    "submit": ("kit.submit.hand_in", "check everything, and pack it into the zip to hand in"),
}


def main(arguments=None):
    """Run the command that stands first in arguments; return its exit status."""
    return run_command("kit", COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
