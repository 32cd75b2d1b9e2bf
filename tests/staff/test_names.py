"""Names of files as platforms write them: whose each is, whatever its student has called it."""
import pytest
from grading_helpers import submission

from staff.intake.names import Sign, Unclear, choose_platform, read_names
from staff.students import name_students

DAY = "2026-02-12-23-52-02"
CANVAS = {     # name: (student, name, the student's own part, late), each alone and all together
    "lovelaceada_1000_900000_hand-in.zip": ("1000", "lovelaceada", "hand-in.zip", False),
    "lovelaceada_LATE_1000_900777_hand-in-1.zip": ("1000", "lovelaceada", "hand-in-1.zip", True),
    "LATE_anon_Ab12x_800003_hand-in.zip": ("Ab12x", "anon_Ab12x", "hand-in.zip", True),
    "group_8_2002_800001_task2.py": ("2002", "group 8", "task2.py", False),
    "assignment2_group7_2001_800002_hand-in.zip":
        ("2001", "assignment2 group7", "hand-in.zip", False),
    "mallory_22222_901_x_11111_attempt_2030-01-01-00-00-00_code.zip":
        ("22222", "mallory", "x_11111_attempt_2030-01-01-00-00-00_code.zip", False)}
MORE = {
    "王小明_1003_900010_作业.zip": ("1003", "王小明", "作业.zip", False),
    "القاضيليلى_LATE_1004_900011_حل 2.zip": ("1004", "القاضيليلى", "حل 2.zip", True),
    "slate_1005_900012_LATE_x.zip": ("1005", "slate", "LATE_x.zip", False),
    "late_night_9_LATE_2003_900013_a.b.c.zip": ("2003", "late night 9", "a.b.c.zip", True),
    "smithjo_1006_900014_2_task.zip": ("1006", "smithjo", "2_task.zip", False),
    "smithjo_1007_900015_20261234_hw.zip": ("1007", "smithjo", "20261234_hw.zip", False),
    "mallory_1008_900016_1000_900099_code.zip": ("1008", "mallory", "1000_900099_code.zip", False),
    "7_2004_900017_code.zip": ("2004", "7", "code.zip", False),
    "2_bridges_2005_900018_x_1_2_y.zip": ("2005", "2 bridges", "x_1_2_y.zip", False),
    "x_1000_2006_900019_code.zip": ("2006", "x 1000", "code.zip", False),
    "team_12_2007_text.html": ("2007", "team 12", "", False),
    "mal_1009_900020_y_6001_assignsubmission_file_z.zip":
        ("1009", "mal", "y_6001_assignsubmission_file_z.zip", False)}
ANONYMOUS = {
    "anon_Xy12Z_900021_1000_2_f.zip": ("Xy12Z", "anon_Xy12Z", "1000_2_f.zip", False),
    "anon_12345_900022_a.zip": ("12345", "anon_12345", "a.zip", False),
    "LATE_anon_67890_900023_LATE_anon_12345_9_b.zip":
        ("67890", "anon_67890", "LATE_anon_12345_9_b.zip", True),
    "anon_abcde_text.html": ("abcde", "anon_abcde", "", False)}


def read(names, users=()):
    """What names say, {name: Sign or Unclear}; all are of one platform."""
    return read_names(list(names), choose_platform(list(names)), dict(users))


def tell(found):
    """{name: (student, name, file, late)}."""
    return {name: (one.student, one.name, one.file, one.late) for name, one in found.items()}


@pytest.mark.parametrize("name", CANVAS)
def test_one_name_of_canvas(name):
    assert tell(read([name])) == {name: CANVAS[name]}


@pytest.mark.parametrize("names", [CANVAS, MORE, CANVAS | MORE, ANONYMOUS])
def test_a_download_of_canvas(names):
    assert tell(read(names)) == names


def test_numbers_that_students_put_first_in_all_names():
    """All names are unclear: whose they are follows from the others."""
    own = {f"{name}_{51234 + at}_{4812345 + at}_{20261234 + at}_hw.zip": str(51234 + at)
           for at, name in enumerate(("lovelaceada", "byroneve", "王小明"))}
    assert {name: one.student for name, one in read(own).items()} == own
    groups = {f"group_{at}_{2000 + at}_{800001 + at}_hw.zip": str(2000 + at)
              for at in (8, 9, 10, 123)}
    assert {name: one.student for name, one in read(groups).items()} == groups
    loose = {"team_1234_2002_800001_task2.py": "2002", "team_1234_2002_800005_task3.py": "2002"}
    assert {name: one.student for name, one in read(loose).items()} == loose
    mixed = {"x_11111_2002_800001_f.zip": "2002", "y_3_2003_800002_9_f.zip": "2003"}
    assert {name: one.student for name, one in read(mixed).items()} == mixed


@pytest.mark.parametrize("name", ["x_11111_2002_800001_f.zip", "x_11111_2002_text.html",
                                  "anon_11111_2002_800001_f.zip"])
def test_a_group_takes_no_students_place_by_its_name(name):
    assert read([name, "ada_11111_800000_c.zip"])[name].student == "2002"


def test_a_name_that_canvas_could_mean_in_two_ways_is_not_guessed():
    name = "lovelaceada_51234_4812345_20261234_hw.zip"
    assert isinstance(read([name])[name], Unclear)
    assert "as a file of 51234 and as one of 4812345" in read([name])[name]


@pytest.mark.parametrize("names, users", [
    ([f"Assignment 2_again_attempt_{DAY}_hand-in.zip"], ["again"]),
    ([f"HW_1_2_adal_attempt_{DAY}.txt", f"HW_1_2_adal_attempt_{DAY}_a.zip"], ["adal"]),
    ([f"A 2_bob_by_attempt_{DAY}_a.zip", f"A 2_by_attempt_{DAY}_a.zip"], ["bob_by", "by"]),
    ([f"A_2_x_attempt_{DAY}_y_adal_attempt_2030-01-01-00-00-00_c.zip",
      f"A_2_adal_attempt_{DAY}_LATE_7_8_c.zip"], ["x", "adal"]),
    ([f"作业 2_王小明_attempt_{DAY}_第 1 次.zip", f"作业 2_ليلى.ق_attempt_{DAY}"],
     ["王小明", "ليلى.ق"]),
    ([f"A_mal_attempt_{DAY}_z_6001_assignsubmission_file_c.zip"], ["mal"]),
    ([f"A.b 2.1_LATE_attempt_{DAY}_c.d.zip", f"A.b 2.1_Group 7_attempt_{DAY}_c.zip"],
     ["LATE", "Group 7"]),
])
def test_blackboard(names, users):
    found = read(names)
    assert {one.platform for one in found.values()} == {"Blackboard"}
    assert list(dict.fromkeys(found[name].student for name in names)) == users
    assert {one.attempt for one in found.values()} == {DAY}


def test_blackboards_texts_tell_the_title():
    names = [f"A_s_1_attempt_{DAY}_c.zip", f"A_s_2_attempt_{DAY}_c.zip"]
    assert [one.student for one in read(names, {"A_s_1": "s_1"}).values()] == ["s_1", "s_2"]


@pytest.mark.parametrize("name, student, called, file", [
    ("Ada Lovelace_6001_assignsubmission_file_", "6001", "Ada Lovelace", ""),
    ("Group 1-Ada Lovelace_6001_assignsubmission_file_c.zip", "6001", "Group 1-Ada Lovelace",
     "c.zip"),
    ("王小明_6002_assignsubmission_file_作业_1_2_x.zip", "6002", "王小明", "作业_1_2_x.zip"),
    ("Ada_6003_assignsubmission_file_x_11111_assignsubmission_file_y.zip", "6003", "Ada",
     "x_11111_assignsubmission_file_y.zip"),
    (f"Eve_6004_assignsubmission_file_A_adal_attempt_{DAY}_c.zip", "6004", "Eve",
     f"A_adal_attempt_{DAY}_c.zip"),
    ("Participant_125_assignsubmission_onlinetext", "125", "Participant", ""),
    ("Jo LATE_7_assignsubmission_file_anon_12345_9_c.zip", "7", "Jo LATE", "anon_12345_9_c.zip")])
def test_moodle(name, student, called, file):
    assert read([name]) == {name: Sign("Moodle", student, called, f"{called}_{student}", file)}


def test_one_pattern_is_chosen_for_all_names():
    """Names that a student has chosen do not make the platform of a folder."""
    assert choose_platform(["ada.zip", "bo.zip", f"x_11111_attempt_{DAY}_code.zip"]) == ""
    odd = ["lovelaceada_1000_900000_a.zip", "byroneve_1001_900001_a.zip", f"A_x_attempt_{DAY}.zip"]
    assert choose_platform(odd) == "Canvas" and odd[2] not in read(odd)
    assert choose_platform([]) == "" and read(["ada.zip"]) == {}


def test_numbers_without_end():
    for name in ("a_1_2_" + "3" * 5000 + "_x", "a_" + "1" * 5000 + "_2_x", "a" + "_1" * 5000):
        assert len(read([name, "ada_11111_800000_c.zip"])) <= 2


@pytest.mark.parametrize("known, names", [
    ({}, ["601"]), ({"members": ("Bo Ek",)}, ["Bo Ek"]), ({"name": "Liv Moe"}, ["Liv Moe"]),
    ({"name": "Liv Moe", "members": ("Bo Ek",)}, ["Liv Moe", "Bo Ek"]),       # a copy of Bo's
    ({"name": "ekbo", "members": ("Bo Ek",)}, ["Bo Ek"]),
    ({"name": "Ek, Bo", "members": ("Di Au", "Bo Ek")}, ["Bo Ek", "Di Au"]),
    ({"name": "group x", "members": ("Bo Ek", "Di Au")}, ["group x", "Bo Ek", "Di Au"]),
    ({"name": "Bo Ek", "partners": (("602", "Di Au"), ("603", "")), "members": ("Bo Ek",)},
     ["Bo Ek", "Di Au", "603"])])
def test_a_hand_in_is_called_by_its_students_whatever_it_says_itself(known, names):
    assert name_students(submission("601", **known)) == names
