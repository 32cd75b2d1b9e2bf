"""A student at work: the commands of the README, JupyterLab in a browser, and their processes."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from here import ROOT


PICTURES = ROOT / "build" / "walk"
PATIENCE = 90           # seconds that a step may take: machines are slow at times
# What a terminal of JupyterLab shows, lines broken at its edge made whole again.
TERMINAL_TEXT = """() => {
    const buffer = window.jupyterapp.shell.currentWidget.content._term.buffer.active;
    const lines = Array.from({length: buffer.length}, (_, row) => buffer.getLine(row));
    return lines.map(line => (line.isWrapped ? "" : "\\n") + line.translateToString(true)).join("")
        .trim();
}"""
PROMPT = "[$#%>]$"
KERNEL_IS_READY = """() => {
    const session = window.jupyterapp.shell.currentWidget.sessionContext;
    const kernel = session?.isReady && session.session?.kernel;
    return kernel && kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""


def browser_program():
    """Return Chromium's path; skips without it, or fails where REQUIRE_BROWSER=1 asks for it."""
    missing = []
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        missing.append("Chromium is not installed (Debian: apt install chromium)")
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        missing.append("Playwright is not installed (pip install -r requirements.txt)")
    if missing:
        refuse = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        refuse("no walk in a browser: " + "; ".join(missing))
    return program


@contextlib.contextmanager
def no_process_left():
    """End all that is started within and still runs, on failure, Ctrl-C and SIGTERM too."""
    me = psutil.Process()
    before = set(me.children(recursive=True))
    terminated = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, terminated)
        end(process for process in me.children(recursive=True) if process not in before)


def tree_of(started):
    """Return a subprocess and all that it has started, as far as they still run."""
    try:
        process = psutil.Process(started.pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def end(processes, patience=5):
    """Ask processes to end, and kill those that have not after so many seconds."""
    processes = list(processes)
    for how in (psutil.Process.terminate, psutil.Process.kill):
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                how(process)
        _, processes = psutil.wait_procs(processes, patience)
        if not processes:
            return


def clean_environment(own):
    """Return the environment of somebody who has never used Python or Jupyter on this machine.

    own: a folder for the settings of Jupyter, IPython and matplotlib; pip keeps its cache.
    """
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON", "MPL", "MNIST", "VIRTUAL_ENV",
                                    "PYTEST"))}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
                 "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "MPLCONFIGDIR"):
        kept[name] = str(own / name.lower())
    base = Path(sys.base_prefix) / "bin"        # not the virtual environment of these tests
    return kept | {"PATH": f"{base}:/usr/local/bin:/usr/bin:/bin"}


PYTHON = ".venv/bin/python"     # as the README says


def commands_of_readme(folder):
    """Return the lines of the student's README that install, as they stand for Linux."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    install = text.partition("## Install")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(.+?)` \| `.+?` \|$", install, re.MULTILINE)
    assert len(rows) == 2 and "venv" in rows[0] and "activate" not in install, install
    assert "\n    python -m jupyter lab\n" in text
    return rows


@contextlib.contextmanager
def installed(folder, environment):
    """Install as the student's README says; what was installed, a gigabyte, is removed again."""
    try:
        shell(commands_of_readme(folder), folder, environment)
        yield
    finally:
        shutil.rmtree(folder / ".venv", ignore_errors=True)


def shell(commands, folder, environment):
    """Run lines of a terminal; fails with what they print, and ends all if it is stopped."""
    with subprocess.Popen(["bash", "-ec", "\n".join(commands)], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, encoding="utf-8") as running:
        try:
            printed, _ = running.communicate(timeout=600)
        except BaseException:
            end(tree_of(running))       # without its parent a process would not be found
            raise
    assert running.returncode == 0, printed


@contextlib.contextmanager
def jupyter_lab(folder, environment):
    """Start JupyterLab as the README says, but without opening a browser; yields its address."""
    settings = Path(environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)        # it would ask whether news shall be fetched
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    line = (f"exec {PYTHON} -m jupyter lab --no-browser "
            "--expose-app-in-browser "      # for TERMINAL_TEXT
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate "
            "--LabApp.news_url=None --LabApp.extension_manager=readonly")
    if os.name == "posix" and os.geteuid() == 0:
        line += " --allow-root"
    log = Path(environment["JUPYTER_CONFIG_DIR"]).with_name("jupyter-lab.log")
    with open(log, "w", encoding="utf-8") as output:
        server = subprocess.Popen(
            ["bash", "-ec", line], cwd=folder,
            env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True)         # Ctrl-C is not for it: it would ask whether to stop
    try:
        yield address_of(server, Path(environment["JUPYTER_RUNTIME_DIR"]), log)
    finally:
        tree = tree_of(server)
        server.terminate()                  # it ends its kernels and terminals itself
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
        end(tree)


def address_of(server, runtime, log):
    """Return the address, token included, that JupyterLab has written down; fails with its log."""
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(ValueError):       # half of it is written
            for path in runtime.glob("jpserver-*.json"):
                told = json.loads(path.read_text(encoding="utf-8"))
                return f"{told['url']}lab?token={told['token']}"
        time.sleep(0.1)
    pytest.fail("JupyterLab does not start:\n" + log.read_text(encoding="utf-8"))


@contextlib.contextmanager
def browser_page(program):
    """Yield a page of Chromium without a window; what it shows on failure is kept as a picture."""
    from playwright.sync_api import expect, sync_playwright
    as_root = os.name == "posix" and os.geteuid() == 0
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program,
                                             args=["--no-sandbox"] if as_root else [])
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        page.set_default_timeout(PATIENCE * 1000)
        try:
            yield page
        except Exception:
            with contextlib.suppress(Exception):
                page.screenshot(path=PICTURES / "failed.png", timeout=10_000)
            raise
        finally:
            browser.close()


class Lab:
    """What a student does in JupyterLab, and sees.

    page:       of the browser.
    executions: of cells so far; the kernel counts them too, so it would show a restart.
    """

    def __init__(self, page, address):
        from playwright.sync_api import expect
        self.page, self.expect, self.executions, self.pictures = page, expect, 0, 0
        page.goto(address)
        expect(page.locator(".jp-DirListing-item", has_text="task2.py")).to_be_visible()

    def picture(self, name):
        """Keep what the browser shows in build/walk/."""
        self.pictures += 1
        self.page.screenshot(path=PICTURES / f"{self.pictures:02}-{name}.png")

    def open(self, name):
        """Open a file by the file browser, given by its name in the assignment's folder."""
        *folders, file = name.split("/")
        self.go_home()
        for folder in folders:
            self.enter(folder)
        self.listed(file).dblclick()
        tab = self.page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=file)
        self.expect(tab).to_be_visible()
        if file.endswith(".ipynb"):         # what is run before that is forgotten
            self.page.wait_for_function(KERNEL_IS_READY)

    def enter(self, folder):
        """Show a folder of the file browser. A click is lost if the list is drawn anew then."""
        shown = self.page.locator(".jp-BreadCrumbs-item", has_text=folder)
        for _ in range(5):
            if self.listed(folder).is_visible():
                self.listed(folder).dblclick()
            with contextlib.suppress(AssertionError):
                self.expect(shown).to_be_visible(timeout=5000)
                return
        self.expect(shown).to_be_visible()

    def go_home(self):
        """Show the assignment's folder in the file browser."""
        self.page.locator(".jp-BreadCrumbs-home").click()
        self.expect(self.listed("requirements.txt")).to_be_visible()

    def listed(self, name):
        """The entry of the file browser with exactly this name."""
        exactly = re.compile(f"^{re.escape(name)}$")
        return self.page.locator(".jp-DirListing-item", has=self.page.locator(
            ".jp-DirListing-itemText", has_text=exactly))

    def cell(self, code):
        """The code cell that holds this code."""
        return self.page.locator(".jp-Notebook:visible .jp-CodeCell").filter(
            has=self.page.locator(".jp-InputArea-editor", has_text=code))

    def run(self, code):
        """Run the cell that holds this code, and wait until it has run; returns the cell."""
        cell = self.cell(code)
        prompt = cell.locator(".jp-InputPrompt")
        prompt.click()
        self.page.keyboard.press("Control+Enter")
        self.executions += 1
        self.expect(prompt).to_have_text(f"[{self.executions}]:")
        return cell

    def checks(self, code):
        """Run a cell of checks; returns [state, what was tried and what is wrong] of its rows."""
        rows = self.run(code).locator("tr:has(td)")
        rows.last.scroll_into_view_if_needed()
        return [row.locator("td").all_text_contents() for row in rows.all()]

    def add_cell(self, code):
        """Write a new cell beneath the last one."""
        self.page.locator(".jp-Notebook:visible .jp-Cell .jp-InputPrompt").last.click()
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Escape")
        self.expect(self.cell(code)).to_be_visible()

    def save(self):
        """Save the open document with the keyboard."""
        self.page.keyboard.press("Control+s")
        self.expect(self.page.locator(".lm-mod-current.jp-mod-dirty")).to_have_count(0)

    def reload(self):
        """Read the open notebook, which is saved, from the disk again, as the menu File does."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:reload')")

    def go_to(self, line, column):
        """Put the cursor of the open editor there, both counted from 0, by its keys."""
        self.page.locator(".jp-FileEditor:visible .cm-content").click()
        for key, times in (("Control+Home", 1), ("ArrowDown", line), ("ArrowRight", column)):
            for _ in range(times):
                self.page.keyboard.press(key)

    def terminal(self):
        """Open a terminal in the assignment's folder, by the launcher's card."""
        self.go_home()              # a terminal starts where the file browser is
        self.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="Launcher").click()
        self.page.locator(".jp-LauncherCard[title='Start a new terminal session']:visible").click()
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.content._term && "
            "document.activeElement.classList.contains('xterm-helper-textarea') && "
            f"/{PROMPT}/.test(({TERMINAL_TEXT})())")

    def type(self, line, answer):
        """Type a line into the terminal; what it shows after that comes to match a pattern."""
        before = len(self.page.evaluate(TERMINAL_TEXT))
        self.page.keyboard.type(line)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            f"([before, answer]) => new RegExp(answer, 's').test(({TERMINAL_TEXT})()"
            ".slice(before))", arg=[before, answer])
