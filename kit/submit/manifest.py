"""The manifest of a hand-in: what it lists, and whether one from a stranger's zip can be used."""

import contextlib
import datetime
import hashlib
import json
import os
import platform
import re
from importlib.metadata import version

import fastjsonschema

from kit import __version__
from kit.files import Refused, shorten, explain
from kit.report.fragments import Place, Problem

MANIFEST = "manifest.json"
FORMAT = 1
LARGEST_MANIFEST = 4 * 2**20        # bytes
TEXT = {"type": "string", "description": "a text"}
COUNT = {"type": "integer", "minimum": 0}


def describe_object(**properties):
    """The schema of an object with exactly these names."""
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


# {name: schema of its value}; the descriptions are what a message says is expected
FIELDS = {
    "format": {"type": "integer", "enum": [FORMAT], "description": f"{FORMAT}"},
    "group": {"type": "array", "items": TEXT, "description": "a list of names"},
    "kit": TEXT, "made": TEXT, "python": TEXT, "numpy": TEXT,
    "executed": {"type": "boolean", "description": "true or false"},
    "missing": {"type": "array", "items": TEXT, "description": "a list of sentences"},
    "report": {"type": "array", "description": "a list of problems", "items": describe_object(
        kind=TEXT, notebook=TEXT, cell={"type": ["integer", "null"]}, message=TEXT)},
    "checks": {"anyOf": [{"type": "null"}, describe_object(passed=COUNT, of=COUNT,
                                                           report={"type": "object"})],
               "description": "null, or passed, of and report"},
    "files": {"type": "object", "description": "{name: {sha256, size}}",
              "additionalProperties": describe_object(
                  sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"}, size=COUNT)},
}
# in draft 4, unlike later ones, 1.0 is no whole number
validate = fastjsonschema.compile({"$schema": "http://json-schema.org/draft-04/schema#",
                                   "type": "object", "properties": FIELDS})


def make_manifest(files, **more):
    """The manifest of {name: bytes}; `more` are its other fields."""
    listed = {name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
              for name, content in files.items()}
    return {"format": FORMAT, "kit": __version__, "made": tell_time(), "numpy": version("numpy"),
            "python": platform.python_version(), "files": listed, **more}


def tell_time():
    """Date and time in UTC as text; SOURCE_DATE_EPOCH replaces them if it is set."""
    moment = datetime.datetime.now(datetime.timezone.utc)
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):  # no sensible number
        epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        moment = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_manifest(content):
    """The manifest in these bytes, a dict of the right types; Refused names its fault."""
    try:
        manifest = json.loads(content.decode("utf-8"), parse_int=parse_number,
                              parse_constant=parse_number, object_pairs_hook=make_object)
    except RecursionError:
        raise Refused(f"{MANIFEST} is nested too deeply") from None
    except ValueError as problem:
        raise Refused(f"{MANIFEST} cannot be read ({shorten(explain(problem))})") from None
    check_fields(manifest)
    return manifest


def parse_number(text):
    """A whole number of JSON; ValueError if it is too long for a manifest."""
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError(f"it holds the number {shorten(text, 20)}")
    return int(text)


def make_object(pairs):
    """A JSON object as a dict; ValueError if it has a name twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object has the same name twice")
    return dict(pairs)


def check_fields(manifest):
    """Refuse a manifest with other fields or types than FIELDS."""
    if not isinstance(manifest, dict):
        raise Refused(f"{MANIFEST} is not a JSON object")
    for name, schema in FIELDS.items():
        if name not in manifest:
            raise Refused(f"{MANIFEST} has no {name!r}: expected {schema['description']}")
    if unknown := manifest.keys() - FIELDS.keys():
        raise Refused(f"{MANIFEST} has {shorten(min(unknown), 100)}, which is unknown")
    try:
        validate(manifest)
    except fastjsonschema.JsonSchemaValueException as fault:
        name = fault.path[1]        # after "data"
        raise Refused(f"{MANIFEST} has {name} = {shorten(repr(manifest[name]), 60)}: expected "
                      f"{FIELDS[name]['description']}") from None


def summarise(manifest):
    """One line about a hand-in."""
    group, checks = manifest["group"], manifest["checks"]
    names = "; ".join(group) or "a group without names"
    parts = [f"{len(manifest['files'])} files, handed in by {names}",
             f"made {manifest['made']}",
             "notebooks executed" if manifest["executed"] else "notebooks as they were saved",
             f"checks passed: {checks['passed']} of {checks['of']}" if checks
             else "checks not run"]
    if count := len(manifest["report"]):
        parts.append(f"problems in the report: {count}")
    if manifest["missing"]:
        parts.append(f"missing: {'; '.join(manifest['missing'])}")
    return shorten(", ".join(parts), 600)


def list_shortfalls(manifest):
    """Sentences about what was missing or failing when a zip was made."""
    checks, lines = manifest["checks"], [*manifest["missing"]]
    if checks and checks["passed"] < checks["of"]:
        lines.append(f"checks not passed: {checks['of'] - checks['passed']} of {checks['of']}")
    return lines + [str(Problem(one["kind"], Place(one["notebook"], one["cell"]), one["message"]))
                    for one in manifest["report"]]
