"""Runs pandoc.lua, which reads Markdown and HTML and writes typst."""

import json
import subprocess
from pathlib import Path

import pypandoc

from kit.files import Refused, shorten

SCRIPT = Path(__file__).with_name("pandoc.lua")
SECONDS = 100


def run_pandoc(question):
    """The answer of pandoc.lua; the script describes question and answer."""
    try:
        program = pypandoc.get_pandoc_path()
        done = subprocess.run([program, "lua", str(SCRIPT)], input=json.dumps(question).encode(),
                              capture_output=True, timeout=SECONDS, check=False)
    except OSError:
        raise Refused("pandoc was not found: run `pip install --force-reinstall "
                      "pypandoc_binary`") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"pandoc did not finish in {SECONDS} s: look for a Markdown "
                      "cell that is very long or deeply nested") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Refused(f"pandoc could not read the Markdown: {shorten(' '.join(said[:2]))}")
    return json.loads(done.stdout)
