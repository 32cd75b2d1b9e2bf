"""Hand-ins beside each other: several attempts, members of one group, a student named twice."""

import re
from collections import defaultdict
from dataclasses import replace

from kit.deadline import IN_TIME, format_moment
from kit.files import shorten
from staff.lateness import judge_all

AGAIN = re.compile(r"( \(\d+\)|[ _-]+copy)+$", re.IGNORECASE)   # the name of a second download
SAME_FILES = "Moodle has the same files for"    # how a note to the grader begins
SAME_AS, AS_WELL = "the same files as", "as well"   # how such notes begin, or end


def supersede_attempts(submissions, hand_ins):
    """The submissions; the attempt that counts supersedes the student's other ones.

    Only a platform knows attempts. The latest one that was accepted counts, even if it could not
    be read; with counts = "last in time", the latest of those in time, if there is one.
    """
    attempts = defaultdict(list)
    for one, hand_in in zip(submissions, hand_ins):
        if hand_in.attempt:
            attempts[hand_in.platform, one.student].append(one)
    lateness, changed = judge_all(submissions)[0], {}
    for group in attempts.values():
        group.sort(key=lambda one: one.attempt)
        chosen = choose_attempt(group, lateness)
        others = [one for one in group if one is not chosen]
        changed |= {one.key: replace(one, superseded=chosen.key) for one in others}
        readable = [one.attempt for one in others if not one.refused]
        if chosen.refused and readable:
            changed[chosen.key] = replace(chosen, notes=(
                *chosen.notes, f"the attempt of {readable[-1]} could be read"))
    return [changed.get(one.key, one) for one in submissions]


def choose_attempt(attempts, lateness):
    """The one of a student's attempts, in order, that counts."""
    if not lateness:
        return attempts[-1]
    accepted = [one for one in attempts if not lateness[one.key].is_closed] or attempts
    in_time = [one for one in accepted if not lateness[one.key].is_late
               and lateness[one.key].deadline.counts == IN_TIME]
    return (in_time or accepted)[-1]


def refuse_closed(submissions):
    """The submissions; those that came after the last time are refused, until a person decides."""
    lateness = judge_all(submissions)[0]
    return [replace(one, refused=describe_closed(lateness[one.key]))
            if not one.refused and lateness and lateness[one.key].is_closed else one
            for one in submissions]


def describe_closed(lateness):
    """Why a submission that came too late was refused."""
    return (f"it came on {format_moment(lateness.at)}, {lateness.words}, and nothing is accepted "
            f"after {format_moment(lateness.closed)}")


def join_groups(submissions, hand_ins):
    """The submissions; those of Moodle with the same files become one, with several students.

    Moodle has a folder for each member of a group, with the files of the group as they are.
    """
    groups = defaultdict(list)
    for one, hand_in in zip(submissions, hand_ins):
        if hand_in.platform == "Moodle" and one.sha256:
            groups[one.sha256, hand_in.describe()].append(one)
    changed = {}
    for group in groups.values():
        first, *others = sorted(group, key=lambda one: (len(one.student), one.student))
        if others:
            names = ", ".join(f"{one.name} ({one.student})" for one in (first, *others))
            changed |= {one.key: None for one in others}
            changed[first.key] = replace(
                first, partners=tuple((one.student, one.name) for one in others),
                members=first.members or tuple(one.name for one in (first, *others)),
                notes=(*first.notes, f"{SAME_FILES} {shorten(names, 300)}: taken as one group's"))
    return [one for one in (changed.get(one.key, one) for one in submissions) if one]


def note_repeats(submissions):
    """The submissions, with notes on students and members of groups who are named twice.

    If the same student hands in the same files again, the first hand-in counts.
    """
    students, members = defaultdict(list), defaultdict(list)
    for one in submissions:
        if not one.superseded:
            students[AGAIN.sub("", one.student).casefold()].append(one)
            for name in one.members:
                members[name.casefold()].append((name, one))
    changed = {one.key: one for one in submissions}
    for group in students.values():
        first = group[0]
        for one in group[1:]:
            if one.sha256 and one.sha256 == first.sha256:
                changed[one.key] = replace(one, superseded=first.key, notes=(
                    *one.notes, f"{SAME_AS} {first.source}"))
            else:
                add_note(changed, group, "the same student is named")
    for group in members.values():
        add_note(changed, [one for _, one in group], f"{group[0][0]} is named")
    return [changed[one.key] for one in submissions]


def add_note(changed, group, words):
    """Add a note on the others to each submission of a group that counts."""
    group = [changed[one.key] for one in group if not changed[one.key].superseded]
    for one in group:
        if others := [other.source for other in group if other.key != one.key]:
            words_on = f"{words} in {shorten(', '.join(others), 200)} {AS_WELL}"
            if words_on not in one.notes:
                changed[one.key] = replace(one, notes=(*one.notes, words_on))


def names_others(note):
    """Whether a note names other students or their files, and so is for the grader alone."""
    return note.startswith((SAME_FILES, SAME_AS)) or note.endswith(AS_WELL)
