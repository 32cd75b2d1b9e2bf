"""Whether two names, or numbers, are one student's."""

import re
import unicodedata


def split_name(text):
    """The words of a name, without accents, case and punctuation."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", text)


def sort_name(name):
    """The words of a name in alphabetical order, so that their own order does not matter."""
    return " ".join(sorted(split_name(name)))


def name_students(submission):
    """The names of the students of a submission, for people.

    The platform's names come first, and then those in the hand-in itself, which may be a copy. A
    name as Canvas has it, "ekbo", is spelled as in the hand-in: Bo Ek.
    """
    spelled = {sort_letters(name): name for name in submission.members}
    is_told = submission.name or submission.partners or not submission.members
    told = ((submission.student, submission.name), *submission.partners) if is_told else ()
    names = [spelled.get(sort_letters(name), name or number) for number, name in told]
    return list(dict.fromkeys([*names, *submission.members]))


def sort_letters(name):
    """The letters of a name in alphabetical order."""
    return "".join(sorted("".join(split_name(name))))


def key_of_student(text, column="student"):
    """The key of a user name or number. Moodle's identifier is a word and the number."""
    if column == "identifier" and (number := re.search(r"\d+$", text)):
        text = number[0]
    return f"student {text.casefold()}" if text else ""


def key_of_name(text):
    """The key of a name: its words, in any order."""
    words = sort_name(text)
    return f"name {words}" if words else ""


def list_keys(submission):
    """The keys of the students of a submission, as the platform names them, the surest first."""
    people = [(submission.student, submission.name), *submission.partners]
    return [key for key in (*(key_of_student(student) for student, _ in people),
                            *(key_of_name(name or student) for student, name in people)) if key]
