"""Where a student's code runs: with files and processes of its own, no network, and limits."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from kit.definition import STAND_IN, Assignment, load_assignment
from staff.sandbox import bubblewrap
from staff.sandbox.cgroup import make_group
from staff.sandbox.confined import Confined, start_process
from staff.sandbox.folders import remove_folder
from staff.sandbox.interpreter import Interpreter, find_interpreter
from staff.sandbox.limits import MIB, Limits
from staff.sandbox.probe import check_isolation
from staff.sandbox.program import Program

FIRST_UID, UIDS = 200_000, 2**16    # users that own nothing, for a grader that runs as root
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "USER": "student",
               "LANG": "C.UTF-8", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp",
               "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PLACE = "/box/sub"      # looks like the student edition
ENTER = Path(__file__).with_name("enter.py")


@dataclass(frozen=True)
class Sandbox:
    """How to start a student's code: by which Python, within which limits; isolated or not.

    Refused if the Python does not run. A Sandbox can be sent to other processes. Its processes
    end with the thread that has started them: start them in a thread that stays.
    """

    limits: Limits
    python: str = sys.executable
    isolated: bool = True
    assignment: Assignment = field(default_factory=load_assignment)
    interpreter: Interpreter = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "interpreter", find_interpreter(self.python))

    @property
    def name(self):
        """The name of the sandbox in results."""
        return "bubblewrap" if self.isolated else "UNSANDBOXED"

    @property
    def given(self):
        """{path inside: file} of all that a student has beside the scripts."""
        return {f"{PLACE}/{name}": file for name, file in self.assignment.list_given().items()}

    def probe(self):
        """Show, by trying to break out of one, that sandboxes hold; Refused says what to do."""
        if self.isolated:
            check_isolation(self)

    def launch(self, folder, slot=None, layout=None):
        """The Confined process for a student's scripts in a folder; layout: a Layout."""
        arguments, show = [f"{PLACE}/kit/checking/student_process.py", PLACE,
                           ",".join(self.assignment.script_names), f"{PLACE}/{STAND_IN}"], {}
        if layout:
            first = layout.adapter_files[0].parent
            show |= {f"/adapter/{file.relative_to(first).as_posix()}": file
                     for file in layout.adapter_files}
            show |= {f"/shared/{file.name}": file for file in layout.shared_files}
            arguments += [f"/adapter/{layout.adapter_files[0].name}",
                          f"/shared/{layout.shared_files[0].name}"]
        return self.run(Program([self.interpreter.program, "-I", "-B", "-X", "utf8", *arguments],
                                folder, show, slot=slot))

    def run(self, program):
        """A Program as a Confined process; OSError if no sandbox can be started.

        It starts in /box/sub, which looks like the student edition: the given files are there,
        read-only, beside a copy of the folder. It has /usr, the Python and /tmp too.
        """
        if program.folder and not Path(program.folder).is_dir():
            raise OSError(f"{program.folder} is not a folder")
        show = {**self.given, "/enter/enter.py": ENTER, **program.show}
        if program.folder:
            show["/sub"] = program.folder
        program = replace(program, show=show, env={**ENVIRONMENT, **program.env},
                          limits=program.limits or self.limits.code)
        told, ready = os.pipe()
        with os.fdopen(told, "rb") as told:
            with os.fdopen(ready, "wb") as ready:
                start = self.start_isolated if self.isolated else self.start_open
                process = start(program, ready.fileno())
            try:
                if told.read(1):
                    return process
            except BaseException:       # Ctrl-C
                process.kill()
                raise
        process.kill()
        raise OSError(f"no sandbox could be started: {process.read_last_line()}")

    def start_isolated(self, program, ready):
        """A Program as a Confined process in bubblewrap."""
        uid = self.choose_user(program.slot)
        group = make_group(program.limits.memory_mib * MIB)
        try:
            popen, child = bubblewrap.start(program, self.list_words(program, uid, ready),
                                            self.interpreter, uid, ready, group)
        except BaseException:
            if group:
                group.close()
            raise
        return Confined(popen, program.limits, None, child, group)

    def start_open(self, program, ready):
        """A Program as a Confined process on this machine as it is."""
        temporary = tempfile.mkdtemp(prefix="unsandboxed-")
        try:
            places = {**program.show, "/box": temporary}
            for inside, file in self.given.items():
                del places[inside]
                copy = Path(translate_path(inside, places))
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            if self.interpreter.fonts:
                shutil.copy(self.interpreter.fonts, temporary)
            command = [translate_path(word, places)
                       for word in self.list_words(program, None, ready)]
            env = {name: translate_path(word, {**places, "/tmp": temporary})
                   for name, word in program.env.items()}
            popen = start_process(command, env, program.talk, [ready, *program.descriptors])
            return Confined(popen, program.limits, temporary=temporary)
        except BaseException:
            remove_folder(temporary)
            raise

    def choose_user(self, slot):
        """The number of the user as whom code runs; None for the user who runs this."""
        if os.geteuid() != 0:
            return None
        return FIRST_UID + (os.getpid() if slot is None else slot) % UIDS

    def list_words(self, program, uid, ready):
        """The command that enters the sandbox, and starts the program there."""
        limits = program.limits
        bounds = {"CPU": limits.cpu_seconds, "AS": limits.address_mib * MIB, "CORE": 0,
                  "FSIZE": limits.file_mib * MIB, "NOFILE": limits.open_files}
        if self.isolated:       # otherwise it would count all that this user runs
            bounds["NPROC"] = limits.processes
        settings = json.dumps({"limits": bounds, "uid": uid, "ready": ready})
        return [self.interpreter.program, "-I", "-S", "-B", "/enter/enter.py", settings,
                "/sub" if program.folder else "", PLACE, *map(str, program.command)]


def translate_path(word, places):
    """A word with a path inside the sandbox replaced by the host's; other words as they are."""
    for inside, place in places.items():
        if word == inside or word.startswith(f"{inside}/"):
            return f"{os.path.abspath(place)}{word[len(inside):]}"
    return word
