"""One zip of feedback with the names that a platform takes back.

Canvas    finds the student's file by the first two numbers between "_", and shows the feedback
          under that file's own name. So feedback on a zip is a zip, with the page in it.
Moodle    finds the student by the number after the first "_" in a folder's name.
"""

import io
import re
import zipfile

from kit.files import EPOCH, Refused, shorten, write_whole

PAGE = "feedback."
KINDS = {"html": (".html", ".htm"), "pdf": (".pdf",)}     # of pages, and how their files end
PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle", "blackboard": "Blackboard", "folders": ""}
MOST_NAMED = 10


def name_for_canvas(person, kind):
    """The file's name; "" if Canvas cannot take it, or would show it under a wrong kind."""
    standing = person.standing
    latest = max([standing.submission, *standing.earlier], key=lambda one: one.attempt)
    number, _, name = latest.file.partition("_")
    if person.student != latest.student or not name.lower().endswith(kind):
        return ""
    letters = re.sub(r"[\W_]", "", person.name)
    called = letters if re.search(r"[^\d]", letters) else "student"
    return f"{called if latest.student.isdecimal() else 'anon'}_{latest.student}_{number}_feedback"


def name_for_moodle(person):
    """The folder's name; "" without the number that Moodle has given the student."""
    called = re.sub(r"[^\w .'-]|_", " ", person.name).strip(" .") or "Participant"
    known = person.student.isascii() and person.student.isdecimal()
    return f"{called[:80]}_{person.student}_assignsubmission_file" if known else ""


def name_for_blackboard(person):
    """The beginning of the names in Blackboard's download; "" of a member without a user name."""
    return make_safe(person.standing.submission.source.rpartition("/")[2]) if person.own else ""


def make_safe(text):
    """A text as a name of a file or folder."""
    return re.sub(r"[^\w .@()+-]", " ", text).strip(" .")[:150]


def list_entries(people, platform, pages, kind):
    """({name in the zip: content}, [Person whose page cannot go in]).

    pages: {key: bytes of the page}.   kind: one of KINDS.
    """
    found, left_out, names = {}, [], set()
    for person in people:
        page = pages[person.standing.submission.key]
        name, content = make_entry(person, platform, page, kind)
        if name.casefold() in names and platform == "folders":      # two students of one name
            name = f"{person.standing.submission.key}/{PAGE}{kind}"
        if not name or name.casefold() in names:
            left_out.append(person)
        else:
            found[name] = content
            names.add(name.casefold())
    return found, left_out


def make_entry(person, platform, page, kind):
    """(name in the zip, content) for a student; the name is "" if the platform cannot take it."""
    one, file = person.standing.submission, PAGE + kind
    if platform == "folders":
        return f"{make_safe(person.student or person.name) or one.key}/{file}", page
    if one.platform != PLATFORMS[platform]:
        return "", page
    if platform == "canvas":
        if name := name_for_canvas(person, ".zip"):
            return f"{name}.zip", pack({file: page})
        name = name_for_canvas(person, KINDS[kind])
        return name and f"{name}.{kind}", page
    if platform == "moodle":
        name = name_for_moodle(person)
        return name and f"{name}/{file}", page
    name = name_for_blackboard(person)
    return name and f"{name}_{file}", page


def pack(entries):
    """The bytes of a zip of {name: bytes}, the same for the same entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, entries[name])
    return buffer.getvalue()


def hand_back(path, people, platform, pages, kind="html"):
    """Write the zip; sentences on pages that are not in it. Refused if none can go in.

    pages: {key: bytes}, without those that are to stay here.   kind: one of KINDS.
    """
    found = {one.standing.submission.platform for one in people}
    if PLATFORMS[platform] and people and PLATFORMS[platform] not in found:
        came = " and ".join(sorted(found - {""})) or "no platform"
        raise Refused(f"these hand-ins came from {came}, not from {PLATFORMS[platform]}, so their "
                      f"names do not tell {PLATFORMS[platform]}'s students: give another --for")
    ready = [one for one in people if one.standing.submission.key in pages]
    entries, left_out = list_entries(ready, platform, pages, kind)
    if not entries:
        raise Refused("no page can be given back: "
                      + (describe_left_out(left_out, platform) if left_out else
                         "no hand-in has its total yet; --incomplete gives back all the same"))
    with write_whole(path) as file:
        file.write(pack(entries))
    said = [f"{path}: {len(entries)} page{'s' * (len(entries) != 1)}"]
    if waiting := len(people) - len(ready):
        said.append(f"{waiting} of {len(people)} students get no page yet, because their total "
                    "is not known; --incomplete gives theirs back all the same")
    unsent = {one.standing.submission.key for one in left_out if one.own}
    members = [one for one in left_out if platform == "canvas" and not one.own
               and one.standing.submission.key not in unsent]
    if members:
        said.append(f"Canvas gives a group's page to all whom it knows as members: "
                    f"{name_people(members)} are named in the hand-ins")
    rest = [one for one in left_out if one not in members]
    return said + ([describe_left_out(rest, platform)] if rest else [])


def describe_left_out(people, platform):
    """Whose pages a platform cannot take back, and why."""
    why = {"canvas": "Canvas knows no zip of theirs, and would show the page under the name of "
                     "another kind of file",
           "moodle": "Moodle's number for them is not known",
           "blackboard": "they have no name in Blackboard's download"}.get(platform, "")
    return (f"not in the zip: {name_people(people)}: {why}. Give them their pages in feedback/ by "
            "hand")


def name_people(people):
    """The names of people, of many the first."""
    names = [shorten(one.name or one.student, 60) for one in people]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
