"""Where a student's code runs: its own files and processes, no network, and limits."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kit.definition import STAND_IN, Assignment, load_assignment
from staff.sandbox import bubblewrap
from staff.sandbox.confined import Confined, started
from staff.sandbox.interpreter import Interpreter, interpreter
from staff.sandbox.limits import MIB, Limits
from staff.sandbox.probe import probe

FIRST_UID, UIDS = 200_000, 2**16    # users that own nothing, for a grader that runs as root
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/box", "TMPDIR": "/tmp", "USER": "student",
               "LANG": "C.UTF-8", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp",
               "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PLACE = "/box/sub"      # looks like the student edition
ENTER = Path(__file__).with_name("enter.py")


@dataclass(frozen=True)
class Sandbox:
    """How to start a student's code: by which Python, within which limits; isolated or not.

    Refused if that is no Python. It can be sent to other processes. What it starts ends with the
    thread that has started it: do that in a thread that stays.
    """

    limits: Limits
    python: str = sys.executable
    isolated: bool = True
    assignment: Assignment = field(default_factory=load_assignment)
    interpreter: Interpreter = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "interpreter", interpreter(self.python))

    @property
    def name(self):
        """What results are stamped with."""
        return "bubblewrap" if self.isolated else "UNSANDBOXED"

    def probe(self):
        """Prove, by trying to break out of one, that sandboxes hold; Refused, with what to do."""
        if self.isolated:
            probe(self)

    @property
    def given(self):
        """{path inside: file} of what a student has beside the scripts."""
        return {f"{PLACE}/{name}": file for name, file in self.assignment.list_given().items()}

    def launch(self, folder, slot=None, layout=None):
        """Return a Confined worker for the scripts in a folder; layout: a staff.layouts.Layout."""
        arguments, show = [f"{PLACE}/kit/checking/student_process.py", PLACE,
                           ",".join(self.assignment.script_names), f"{PLACE}/{STAND_IN}"], {}
        if layout:
            first = layout.adapter_files[0].parent
            show |= {f"/adapter/{file.relative_to(first).as_posix()}": file
                     for file in layout.adapter_files}
            show |= {f"/shared/{file.name}": file for file in layout.shared_files}
            arguments += [f"/adapter/{layout.adapter_files[0].name}",
                          f"/shared/{layout.shared_files[0].name}"]
        return self.run([self.interpreter.program, "-I", "-B", "-X", "utf8", *arguments],
                        folder=folder, show=show, slot=slot)

    def run(self, command, folder=None, show=None, write=None, env=None, limits=None, slot=None,
            talk=True):
        """Return a command as a Confined process; OSError if no sandbox can be started.

        It starts in /box/sub, which looks like the student edition: the given files, read-only,
        and beside them a copy of the folder. /usr, the Python and /tmp are there too. Paths in the
        command, env, show and write are those inside; without isolation they become the host's.

        folder: the student's scripts; those with the names of given files are left out.
        show:   {path inside: file or folder of the host's}, read-only.
        write:  {path inside: folder of the host's}, which it may write to; what stands there
                afterwards, links too, is as untrusted as the command.
        env:    variables, beside those of a bare environment.
        limits: a section of limits.toml; that of scripts if it is not given.
        slot:   limits on processes hold for all sandboxes with the same number together; if it is
                not given, for those that this process has started.
        talk:   whether stdin and stdout are pipes; otherwise there is nothing to read, and what is
                printed goes to the log.
        """
        if folder and not Path(folder).is_dir():
            raise OSError(f"{folder} is not a folder")
        limits = limits or self.limits.code
        show = {**self.given, "/enter/enter.py": ENTER, **({"/sub": folder} if folder else {}),
                **(show or {})}
        env, write = ENVIRONMENT | (env or {}), write or {}
        told, ready = os.pipe()
        with os.fdopen(told, "rb") as told:
            with os.fdopen(ready, "wb") as ready:
                command = [self.interpreter.program, "-I", "-S", "-B", "/enter/enter.py",
                           json.dumps(self.settings(limits, slot, ready.fileno())),
                           "/sub" if folder else "", PLACE, *map(str, command)]
                begin = self.inside if self.isolated else self.outside
                process = begin(command, show, write, env, limits, slot, talk, ready.fileno())
            try:
                if told.read(1):
                    return process
            except BaseException:       # Ctrl-C
                process.kill()
                raise
        process.kill()
        raise OSError(f"no sandbox could be started: {process.last_line()}")

    def inside(self, command, show, write, env, limits, slot, talk, ready):
        """Return a command as a Confined process in bubblewrap."""
        popen, child = bubblewrap.start(command, self.interpreter, show, write, env, limits, talk,
                                        self.user(slot), ready)
        return Confined(popen, limits, [*write.values()], child=child)

    def outside(self, command, show, write, env, limits, _slot, talk, ready):
        """Return a command as a Confined process on this machine as it is."""
        temporary = tempfile.mkdtemp(prefix="unsandboxed-")
        try:
            for inside, place in self.given.items():
                copy = Path(inside.replace("/box", temporary, 1))
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(place, copy)
            if self.interpreter.fonts:
                shutil.copy(self.interpreter.fonts, temporary)
            places = {**{inside: place for inside, place in {**show, **write}.items()
                         if inside not in self.given}, "/box": temporary}
            command = [at_home(word, places) for word in command]
            env = {name: at_home(word, {**places, "/tmp": temporary})
                   for name, word in env.items()}
            return Confined(started(command, env, talk, [ready]), limits, temporary=temporary)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def user(self, slot):
        """Return the number of the user that code runs as; None: as the one who runs this."""
        if not self.isolated or os.geteuid() != 0:
            return None
        return FIRST_UID + (os.getpid() if slot is None else slot) % UIDS

    def settings(self, limits, slot, ready):
        """Return what enter.py is told."""
        bounds = {"CPU": limits.cpu_seconds, "AS": limits.address_mib * MIB, "CORE": 0,
                  "FSIZE": limits.file_mib * MIB, "NOFILE": limits.open_files}
        if self.isolated:       # outside, it would count all that this user runs
            bounds["NPROC"] = limits.processes
        return {"limits": bounds, "uid": self.user(slot), "ready": ready}


def at_home(word, places):
    """Return a word with a path inside the sandbox replaced by the host's; others as they are."""
    for inside, place in places.items():
        if word == inside or word.startswith(f"{inside}/"):
            return f"{os.path.abspath(place)}{word[len(inside):]}"
    return word
