"""The page to mark on: who may ask, what it shows of a student's text, what marks become."""
import json
import re
import shutil
import sqlite3
import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from nbformat.v4 import new_code_cell, new_output
from grading_helpers import put_marks, record_of, results, submission
from marking_helpers import (ANSWER, HOSTILE, Client, class_of, hand_in, list_marks, save,
                             serve_desk, table)

from kit.files import make_inner_folder
from kit.report.tex_macros import Macros
from staff.__main__ import main
from staff.feedback.report_command import write_report
from staff.intake.intake import hash_files, write_copy
from staff.guide import read_guide
from staff.marking.contents import compare_texts
from staff.marking.server import open_browser
from staff.marking.take import merge_marks, take_marks
from staff.typeset import ELEMENTS, FORMULAS, hide_formulas, typeset
from staff.marking.worklist import Worklist, is_untouched
from staff.notebooks.reported import find_unshown, list_printed
from staff.record import FILE, Finding, Record
from staff.standing import read_standings

PART = "1a", "derivation"
GUIDE = read_guide()[0]
WORDS = [words for _, words in GUIDE[PART].elements]
ALL = dict.fromkeys(WORDS, 1)


@pytest.fixture
def out(tmp_path):
    """The folder of a grading of three hand-ins."""
    return tmp_path / "out"


@pytest.fixture
def ones(out):
    """Its submissions: two with answers of their own, one with none."""
    return class_of(out, {"ada": {"1a": ANSWER, "3a": "It is faster."},
                          "boe": {"1a": ANSWER + " So it is."}, "cyd": {}})


@pytest.fixture
def ann(out, ones):
    """A marker's browser."""
    with serve_desk(out) as client:
        yield client


# ------------------------------------------------------------------------------------ who may ask

@pytest.mark.parametrize("headers, status", [
    ({}, 200), ({"Host": "localhost:9000"}, 200), ({"Host": "[::1]:80"}, 200),
    ({"Host": "evil.example"}, 403), ({"Host": "127.0.0.1.evil.example"}, 403),
    ({"Host": "localhost@evil.example"}, 400), ({"Host": "[::1"}, 403),
    ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
    ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403)])
def test_only_this_page_on_this_machine_is_answered(ann, headers, status):
    assert ann.fetch("", **headers)[0] == ann.fetch("work", **headers)[0] == status


@pytest.mark.parametrize("headers", [
    {"Origin": None}, {"Origin": "http://127.0.0.1:1"}, {"Content_Type": "text/plain"},
    {"Sec_Fetch_Site": "cross-site"}])
def test_no_other_page_can_send_a_mark(ann, out, ones, headers):
    body = {"marker": "eve", "items": [[ones[0].key, *PART]], "elements": ALL}
    assert ann.fetch("mark", body, **headers)[0] in (400, 403)
    assert list_marks(out, ones[0].key) == {}


def test_the_page_itself_may_be_opened_from_a_file(ann):
    opened = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}
    assert ann.fetch("", **opened)[0] == 200
    assert ann.fetch("mark", {}, **opened)[0] == 403


def test_the_token_is_in_no_argument_of_the_browser(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    file = tmp_path / ".mark.html"
    file.write_text("an old one")
    open_browser("http://127.0.0.1:1/secret/", file)
    assert opened == [file.as_uri()] and "secret" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("arguments, words", [
    ([], "holds no record.sqlite"), (["--merge", "nowhere"], "holds no record.sqlite"),
    (["--take", "nowhere.csv"], "holds no record.sqlite")])
def test_a_folder_without_a_record_is_refused_in_one_sentence(tmp_path, capsys, arguments, words):
    assert main(["mark", str(tmp_path), "--no-browser", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("staff mark: ") and words in error and error.count("\n") == 1


def test_a_port_in_use_is_refused(ann, out, capsys):
    port = urlsplit(ann.address).port
    assert main(["mark", str(out), "--no-browser", "--port", str(port)]) == 2
    assert f"port {port} is in use" in capsys.readouterr().err


def test_a_wrong_token_opens_nothing(ann):
    root, token = ann.address.rstrip("/").rsplit("/", 1)
    for wrong in ("", "x/", token[:-1] + "/", token + "x/", token.swapcase() + "/", "%C3%A9/"):
        client = Client(f"{root}/{wrong}")
        assert [client.fetch(path)[0] for path in ("", "work", "keys.js")] == [404] * 3
        assert client.fetch("mark", {})[0] in (404, 405)


def test_nothing_is_fetched_from_outside_and_no_other_page_frames_it(ann):
    for path in ("", "asking.js", "page.css", "icon.svg", "work", "nothing"):
        _, headers, content = ann.fetch(path)
        rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        assert rules.pop("default-src") == rules.pop("frame-ancestors") == "'none'"
        assert set(rules.values()) == {"'self'", "'none'"} and headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "no-referrer" and "Server" not in headers
        assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", content)


# ------------------------------------------------------------------------------ a student's text


@pytest.mark.parametrize("text", HOSTILE)
def test_of_a_students_text_only_listed_elements_are_left(text):
    found = re.findall(r"<(/?)([^\s>/]+)([^>]*)>", typeset(text))
    assert {name for _, name, _ in found} <= ELEMENTS | FORMULAS | {"div"}
    assert not any(re.search(r"on\w+=|href|src|style|url", more) for *_, more in found)


@pytest.mark.attack
@pytest.mark.parametrize("text", [
    "*a_ " * 250_000, "> " * 9_000 + "x", "[" * 20_000, "$" * 20_000,
    "| a " * 5_000 + "\n" + "|--" * 5_000,
    "<div>" + "<b" * 6_000 + ">" * 6_000, "<p>" * 6_000 + "x",
    "$" + r"\frac{1}{" * 900 + "}" * 900 + "$", "x" * 1_000_000], ids=lambda text: text[:6])
def test_a_huge_answer_is_shown_shortened_or_bare(text):
    assert 0 < len(typeset(text)) < 400_000


def test_headings_of_any_level_leave_no_level_out():
    assert re.findall("<h[^>]*>", typeset("# a\n\n### b\n\n###### c\n\nd\n=\n")) == ["<h3>"] * 3


@pytest.mark.parametrize("text, shown", [
    ('<a id="tbl-a"></a>Table: *a*, <a id=x>b</a>', "<p>Table: <em>a</em>, b</p>"),
    ("a<br>b <u>c</u> <font color='red'>**d**</font>",
     "<p>a<br>\nb c <strong>d</strong></p>"),
    ("x<sup>2</sup> <img src=a.png>", "<p>x^(2) [picture]</p>"),
    ("<div align=center>a <b>b</b><br>c</div>\n\nd", "<p>a b</p>\n<p>c</p>\n<p>d</p>"),
    ("<p>It is $x$</p>", "<p>It is <math"), ("<table><tr><td>1</td></tr></table>", "<p>1</p>"),
    ("![](x.png)", "<p>[picture]</p>"),
    ("<div>&lt;script&gt; &amp; &mdash; *x*</div>", "<p>&lt;script&gt; &amp; — <em>x</em></p>"),
    ("<div>a <<b>script>b</div>", "<p>a &lt;script&gt;b"),
    ("if a <b and c> d", "<p>if a &lt;b and c&gt; d</p>"),
    ("<script>$x$</script>", "<pre><code>&lt;script&gt;$x$&lt;/script&gt;\n</code></pre>")])
def test_tags_that_only_change_the_looks_are_not_shown_and_no_word_is_lost(text, shown):
    assert typeset(text).startswith(f"<div>{shown}")


@pytest.mark.parametrize("tex, same", [
    (r"\dv{f}{x}", r"\frac{df}{dx}"), (r"\dv{x} f", r"\frac{d}{dx} f"),
    (r"\pdv{C}{w_{ji}}", r"\frac{\partial C}{\partial w_{ji}}"),
    (r"\pdv{f}{x}{y}", r"\frac{\partial^2 f}{\partial x\partial y}"),
    (r"\dv[2]{f}{x}", r"\frac{d^2f}{dx^2}"), (r"{\large x}\nonumber", "x"),
    (r"\begin{equation}a \label{b}\end{equation}", r"\begin{equation}a\end{equation}"),
    (r"\begin{matrix}a \cr b\end{matrix}", r"\begin{matrix}a \\ b\end{matrix}"),
    (r"\newcommand{\W}{\alpha}\W b", r"\alpha b"), (r"\qty(a)", "(a)")])
def test_a_formula_that_pandoc_does_not_know_is_rewritten(tex, same):
    made, wanted = (re.sub(r"<mrow></mrow>|</?mrow>", "", typeset(f"${one}$"))
                    for one in (tex, same))
    assert "<math" in wanted and made == wanted


@pytest.mark.parametrize("body", ["x " * 900, r"\a\a"])
def test_macros_of_an_answer_are_expanded_up_to_a_length_only(body, monkeypatch):
    calls, expand = [], Macros.expand
    monkeypatch.setattr(Macros, "expand", lambda *given: calls.append(given) or expand(*given))
    text = rf"$\newcommand{{\a}}{{{body}}}$" + r"$\a$ " * 3_000
    assert hide_formulas(text).count("KITMATH") == 3_001 and len(calls) < 30


def test_a_formula_that_cannot_be_read_stays_as_it_was():
    for tex in (r"\unknown{x}", r"\dv", r"\dv{a", r"\label", r"\abs", r"\def\a{\a}\a"):
        assert f"${tex}$" in typeset(f"${tex}$")


def test_formulas_and_tables_are_typeset_as_jupyter_reads_them():
    made = typeset(ANSWER + "\n\n\\begin{align} a &= b \\\\ c &= d \\end{align}\n\n"
                   "| a | b |\n|---|---|\n| $|x|$ | costs $5 and 6 |\n\n`$code$`")
    assert made.count("<math") == 4 and made.count("<td>") == 2
    assert 'display="block"' in made and "<code>$code$</code>" in made and "costs $5 and 6" in made


def test_an_answer_comes_with_its_figures_and_what_the_code_earned(out, ones, ann):
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"3a": "Faster."}, [("3a", "abc"), ("2c", "def")])
    answer = ann.ask("answer", key=ones[0].key, subtask="3a", part="reading")
    (figure,) = answer["figures"]
    assert ann.fetch("figure/" + figure["id"])[2] == b"\x89PNG"
    assert ann.fetch("figure/" + figure["id"].replace("abc", "def"))[0] == 404
    state = ann.state(ones[0], "3a", "reading")
    assert [(row["part"], row["points"]) for row in state["code"]] == [
        ("3a forward", 3), ("3a slope", 3)]
    guide = ann.ask("guide", key=ones[0].key, subtask="3a", part="reading")
    assert [one["points"] for one in guide["elements"]] == [1, 1, 1] and "<p>" in guide["model"]


def test_an_accuracy_that_no_output_shows_stands_beside_the_answer(out, ones, ann):
    shown = new_output("stream", text="validation accuracy 0.9132")
    cells = [SimpleNamespace(subtask="3a", cell=new_code_cell("train()", outputs=[shown]))]
    found = find_unshown({"3a": "The accuracy is 0.97. Before, the accuracy was 0.913.",
                          "1a": "An accuracy of 0.5"}, list_printed(cells), "reading",
                         "no output in the notebooks shows it")
    assert [one.words for one in found] == [
        "the answer to 3a gives an accuracy of 0.97; no output in the notebooks shows it"]
    with Record(out / FILE) as record, record.transaction():
        record.put_findings(ones[0], "reading", found, "")
    claims = [ann.ask("answer", key=ones[0].key, subtask=subtask, part=part)["claims"]
              for subtask, part in (PART, ("3a", "reading"))]
    assert claims == [[], [found[0].words]]


def test_what_is_missing_of_an_answer_stands_beside_it(out, ones, ann):
    said = ["section 1b has no answer in words", "the answer of 1b is missing",
            "no section 1b was found in the notebooks",
            "the answer to 1b is still the placeholder"]
    with Record(out / FILE) as record, record.transaction():
        record.put_findings(ones[2], "reading", [Finding("reading", "note", words) for words in [
            *said, "the answer of 1a is missing", "1b is short", "the answer of 1bc is gone"]], "")
    assert ann.ask("answer", key=ones[2].key, subtask="1b", part="rules")["claims"] == said


def test_a_refused_hand_in_has_no_single_parts_to_change(tmp_path):
    one = submission("ada", refused="the zip is broken")
    record_of(tmp_path, (one, [])).connection.close()
    with serve_desk(tmp_path) as ann:
        state = ann.state(one, "all", "code")
        assert state["code"] == [] and "refused: the zip is broken" in state["why_open"]


# --------------------------------------------------------------------------------- giving points

def test_ticks_are_kept_at_once_and_count_when_they_are_done(out, ones, ann):
    ann.mark(ones[0], elements={WORDS[0]: 1, WORDS[3]: 0.5}, done=False)
    assert list_marks(out, ones[0].key) == {}
    assert ann.state(ones[0])["mark"]["elements"] == {WORDS[0]: 1, WORDS[3]: 0.5}
    ann.mark(ones[0], elements={WORDS[0]: 1, WORDS[3]: 0.5}, comment=" mind \n\n the sum ")
    assert list_marks(out, ones[0].key) == {PART: (3, "mind\nthe sum")}
    mark = ann.state(ones[0])["mark"]
    assert mark["marker"] == "ann" and mark["at"] and not mark["overridden"]


def test_undo_takes_back_step_after_step_of_this_marker_alone(out, ones, ann):
    bob = Client(ann.address, "bob")
    ann.mark(ones[0], elements=ALL)
    ann.mark(ones[0], elements={})
    bob.mark(ones[1], elements=ALL)
    assert ann.send("undo") == {"undone": [[ones[0].key, *PART]]}
    assert list_marks(out, ones[0].key)[PART][0] == 10
    ann.send("undo")
    assert ann.send("undo") == {"undone": []}
    assert list_marks(out, ones[0].key) == {} and list_marks(out, ones[1].key)[PART][0] == 10


@pytest.mark.parametrize("body, words", [
    ({"elements": ALL, "points": 7}, "give the reason as the comment"),
    ({}, "tick the elements"), ({"points": 11}, "expected a number from 0 to 10"),
    ({"points": float("nan")}, "expected a number"), ({"points": True}, "expected a number"),
    ({"points": 1.125}, "two decimals"), ({"elements": {"another": 1}}, "the guide has changed"),
    ({"elements": {WORDS[0]: 7}}, "the guide has changed"), ({"elements": [1]}, "the guide"),
    ({"elements": ALL, "marker": " "}, "nobody is named"), ({"points": 5, "comment": 3}, "text"),
    ({"points": 5, "items": [["nobody", *PART]]}, "no longer in the record"),
    ({"points": 5, "items": []}, "no answer to mark"), ({"points": 5, "items": ["x"]}, "part"),
    ({"points": 5, "items": 7}, "no answer to mark")])
def test_what_cannot_be_right_is_refused_in_one_sentence(out, ones, ann, body, words):
    reply = ann.send("mark", **{"items": [[ones[0].key, *PART]], **body})
    assert words in reply["error"] and "\n" not in reply["error"]
    assert list_marks(out, ones[0].key) == {}


def test_points_by_code_are_replaced_with_a_reason_that_the_student_reads(out, ones, ann):
    assert "give the reason" in ann.mark(ones[0], "3c", "update", points=1)["error"]
    ann.mark(ones[0], "3c", "update", points=1, comment="only the sign")
    with Record(out / FILE) as record:
        standing = read_standings(record)[0]
    assert standing.code_points["3c", "update"] == 1
    write_report(out)
    assert "only the sign" in (out / "feedback" / f"{ones[0].key}.html").read_text("utf-8")


def test_open_parts_come_first(out, ones, ann):
    with Record(out / FILE) as record:
        found = record.list_results(ones[1].key)
        record.put_results(ones[1], [replace(one, state="open") if one.subtask == "3c" else one
                                     for one in found], [], "")
    assert ann.ask("work")["questions"][0]["name"] == "open"
    assert [one["where"] for one in ann.ask("items", list="open")] == [
        [ones[1].key, "3c", "update"]]


# ----------------------------------------------------------------------------------- two markers

def test_two_marks_that_differ_are_shown_and_none_stands_until_one_is_final(out, ones, ann):
    bob = Client(ann.address, "bob")
    ann.mark(ones[0], elements=ALL)
    bob.mark(ones[0], elements=ALL)
    assert list_marks(out, ones[0].key) == {PART: (10, "")}     # they agree
    bob.mark(ones[0], elements={WORDS[0]: 1})
    assert list_marks(out, ones[0].key) == {}
    assert [one["points"] for one in bob.state(ones[0])["others"]] == [10]
    assert ann.ask("work")["differences"][0]["waits"]
    write_report(out)
    assert table(out)[0]["points"] == ""
    bob.mark(ones[0], elements={WORDS[0]: 1}, final=True)
    assert list_marks(out, ones[0].key) == {PART: (2, "")}
    ann.mark(ones[0], elements={WORDS[1]: 1})       # the difference is open again
    assert list_marks(out, ones[0].key) == {}


def test_a_share_is_marked_twice_without_seeing_the_first_mark(out, ones):
    with serve_desk(out, twice=100) as ann:
        bob = Client(ann.address, "bob")
        ann.mark(ones[0], elements=ALL, comment="well done")
        assert ann.state(ones[0])["state"] == "marked"
        seen = bob.state(ones[0])
        assert seen["state"] == "to be marked twice" and seen["blind"]
        assert seen["others"] == [] and seen["points"] is None and "well" not in json.dumps(seen)
        bob.mark(ones[0], elements={WORDS[0]: 1})
        assert bob.state(ones[0])["others"][0]["points"] == 10
    with serve_desk(out, twice=0) as ann:
        assert Client(ann.address, "cem").state(ones[0])["state"] == "markers differ"


def test_the_share_is_about_what_was_asked(tmp_path):
    class_of(tmp_path, {f"s{n}": {"1a": str(n)} for n in range(60)})
    with Record(tmp_path / FILE) as record:
        work = Worklist(record)
        work.twice = 10
        items = list(work.by_hand.values())
        assert 0.05 < sum(map(work.is_twice, items)) / len(items) < 0.15


def test_copies_are_merged_and_both_marks_are_kept(out, ones, ann, tmp_path):
    ann.mark(ones[0], elements=ALL)
    ann.mark(ones[1], elements={WORDS[0]: 1})
    shutil.copytree(out, tmp_path / "copy")
    with serve_desk(tmp_path / "copy") as other:
        Client(other.address, "bob").mark(ones[0], elements={})
        other.mark(ones[1], elements=ALL, comment="on second thoughts")
        other.send("comment", item=[ones[0].key, *PART], element=WORDS[0], text="see z_j")
    said = merge_marks(out, tmp_path / "copy")
    assert said[0].startswith("2 marks and 1 comments") and "two markers differ" in said[1]
    assert list_marks(out, ones[0].key) == {}
    assert list_marks(out, ones[1].key) == {PART: (10, "on second thoughts")}
    assert merge_marks(out, tmp_path / "copy")[0].startswith("0 marks and 0 comments")


# ----------------------------------------------------------------------------- a hand-in anew

def test_a_changed_answer_is_to_be_marked_again_with_old_mark_and_difference(out, ones, ann):
    ann.mark(ones[0], elements={}, comment="nothing here")
    ann.mark(ones[0], "3a", "reading", points=2, comment="good")
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": ANSWER + " Therefore.", "3a": "It  is\nfaster."})
    assert list_marks(out, ones[0].key) == {("3a", "reading"): (2, "good")}
    state = ann.state(ones[0])
    assert state["state"] == "changed" and state["old"]["points"] == 0
    assert ["new", " Therefore."] in state["old"]["difference"]
    write_report(out)
    assert table(out)[0]["points"] == ""
    with Record(out / FILE) as record:      # the old files again: the old mark is right again
        hand_in(record, ones[0], {"1a": ANSWER, "3a": "It is faster."})
    assert list_marks(out, ones[0].key)[PART] == (0, "nothing here")


def test_what_changed_while_it_was_looked_at_gets_no_mark(out, ones, ann):
    seen = ann.state(ones[0])["seen"]
    assert seen == ann.ask("answer", key=ones[0].key, subtask="1a", part=PART[1])["seen"]
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": "A right answer."})
    for done in (False, True):
        reply = ann.mark(ones[0], elements={}, seen=seen, done=done)
        assert reply["anew"] and "look at it again" in reply["error"]
    assert ann.state(ones[0])["mark"] is None and list_marks(out, ones[0].key) == {}
    ann.mark(ones[0], elements=ALL, seen=ann.state(ones[0])["seen"])
    assert list_marks(out, ones[0].key) == {PART: (10, "")}
    code = ann.state(ones[0], "3c", "update")["seen"]
    with Record(out / FILE) as record:
        record.put_submissions([replace(ones[0], sha256="1" * 64), *ones[1:]])
        hand_in(record, ones[0], {"1a": "A right answer."})
    assert ann.mark(ones[0], "3c", "update", points=1, comment="why", seen=code)["anew"]
    for wrong in (7, "x", {}, []):
        assert ann.mark(ones[0], elements=ALL, seen=wrong)["error"]


def test_an_answer_that_is_no_longer_the_same_is_not_marked_with_the_others(out, ones, ann):
    with Record(out / FILE) as record:
        hand_in(record, ones[1], {"1a": ANSWER})
    state = ann.state(ones[0])
    assert state["alike"] == [[ones[1].key, *PART]]
    with Record(out / FILE) as record:
        hand_in(record, ones[1], {"1a": "Another answer."})
    items = [state["where"], *state["alike"]]
    assert ann.send("mark", items=items, elements={}, seen=state["seen"]) == {"marked": 1}
    assert list_marks(out, ones[1].key) == {}


def test_texts_that_share_little_are_shown_one_after_the_other():
    assert compare_texts("it is a b c d e f", "now it says g h i j k l") == [
        ("gone", "it is a b c d e f"), ("new", "now it says g h i j k l")]
    assert compare_texts("a b  c", "a\nx c") == [
        ("same", "a"), ("gone", " b"), ("new", "\nx"), ("same", " c")]


def test_a_changed_figure_puts_its_part_back(out, ones, ann):
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": ANSWER}, [("1a", "one")])
    ann.mark(ones[0], elements=ALL)
    assert list_marks(out, ones[0].key)
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": ANSWER}, [("1a", "two")])
    assert list_marks(out, ones[0].key) == {}


def test_the_old_figure_is_at_hand(out, ones, ann):
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": ANSWER}, [("1a", "one"), ("1a", "two")])
    ann.mark(ones[0], elements=ALL)
    for pixels in ("three", "four"):        # it changes twice
        with Record(out / FILE) as record:
            hand_in(record, ones[0], {"1a": ANSWER}, [("1a", "one"), ("1a", pixels)])
    old = ann.state(ones[0])["old"]
    assert old["difference"] == [["same", ANSWER]] and old["new"] == 1
    (figure,) = old["figures"]
    assert figure["pixels"] == "two" and ann.fetch("figure/" + figure["id"])[2] == b"\x89PNG"


@pytest.mark.parametrize("now", [ANSWER + "\nTherefore.", "Therefore.", ""])
def test_a_mark_of_a_table_knows_the_answer_that_it_was_for(out, ones, ann, now):
    write_report(out)
    take_marks(out, save(out / "filled.csv", [table(out)[0] | {"points": "4"}]))
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": now})
    old = ann.state(ones[0])["old"]
    before = "".join(words for kind, words in old["difference"] if kind != "new")
    assert (old["points"], before) == (4, ANSWER)


def test_a_merged_mark_knows_the_answer_that_it_was_for(out, ones, ann, tmp_path):
    shutil.copytree(out, tmp_path / "copy")
    with serve_desk(tmp_path / "copy") as other:
        other.mark(ones[0], elements=ALL)
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": "Another answer."}, [("1a", "one")])
    merge_marks(out, tmp_path / "copy")
    old = ann.state(ones[0])["old"]
    assert old["difference"] == [["gone", ANSWER], ["new", "Another answer."]] and old["new"] == 1


def test_changed_code_opens_what_a_person_decided_in_its_place(out, ones, ann):
    ann.mark(ones[0], "3c", "update", points=1, comment="only the sign")
    with Record(out / FILE) as record:
        new = replace(ones[0], sha256="1" * 64)
        record.put_submissions([new, *ones[1:]])
        hand_in(record, new, {})
        standing = read_standings(record)[0]
    assert standing.code_points["3c", "update"] is None
    assert "has changed since it was marked: 1 before" in standing.open_words
    assert ann.ask("items", list="open")[0]["state"] == "changed"
    assert ann.state(new, "3c", "update")["old"]["difference"] is None      # it was about code


def test_a_new_attempt_takes_the_marks_of_what_did_not_change_along(out, ones, ann):
    ann.mark(ones[0], elements=ALL)
    ann.mark(ones[0], "3a", "reading", points=0, comment="no")
    later = replace(ones[0], key="ada-2", source="again.zip", attempt="2")
    with Record(out / FILE) as record:
        record.put_submissions([replace(ones[0], superseded="ada-2"), later, *ones[1:]])
        hand_in(record, later, {"1a": ANSWER, "3a": "The loss falls faster."})
    assert list_marks(out, later.key) == {PART: (10, "")}
    state = ann.state(later, "3a", "reading")
    assert state["state"] == "changed" and state["old"]["points"] == 0
    ann.mark(later, "3a", "reading", points=3)
    assert list_marks(out, later.key)["3a", "reading"] == (3, "")


# --------------------------------------------------------------------------- alike and untouched

@pytest.mark.parametrize("text, untouched", [
    ("", True), ("**Reading.** FILL IN ANSWER", True), ("<!-- why? -->", True), ("...", True),
    ("TODO", True), ("FILL IN ANSWER: the loss falls since tanh is steeper", False),
    ("It is faster.", False)])
def test_an_answer_is_untouched_if_it_says_nothing(text, untouched):
    assert is_untouched(text) is untouched


def test_the_same_and_untouched_answers_are_marked_together(tmp_path):
    blank = "FILL IN ANSWER"
    ones = class_of(tmp_path, {
        "a": {"1a": ANSWER}, "b": {"1a": ANSWER + "\n"}, "c": {"1a": "other"}, "d": {"1a": blank},
        "e": {}, "f": {"1a": blank, "3a": blank, "4d": blank}},
        [("f", "1a", "x"), ("f", "3a", "y"), ("f", "4d", "z")])
    a, b, c, d, e, f = ones
    with serve_desk(tmp_path) as ann:
        assert ann.state(a)["alike"] == [[b.key, *PART]] and ann.state(c)["alike"] == []
        assert ann.state(d)["untouched"] and ann.state(d)["alike"] == [[e.key, *PART]]
        assert not ann.state(f)["untouched"]        # its picture may be the derivation
        assert ann.state(f, "3a", "reading")["untouched"]
        assert not ann.state(f, "4d", "plot")["untouched"]
        items = [ann.state(d)["where"], *ann.state(d)["alike"]]
        assert ann.send("mark", items=items, points=0, comment="none")["marked"] == 2
        assert list_marks(tmp_path, e.key)[PART] == (0, "none")
        bob = Client(ann.address, "bob")        # what another has marked is not marked with it
        assert bob.state(d)["alike"] == [] and len(ann.state(d)["alike"]) == 1
        assert len(ann.send("undo")["undone"]) == 2
        two = [[a.key, *PART], [a.key, "1b", "rules"]]
        assert "one part" in ann.send("mark", items=two, points=0)["error"]


def test_what_could_not_be_read_is_not_preset_to_nothing(tmp_path):
    ones = class_of(tmp_path, {"a": {}, "b": {}, "c": {}})
    with Record(tmp_path / FILE) as record, record.transaction():
        for one in ones[:2]:
            record.put_findings(one, "reading", [
                Finding("reading", "unreadable", "is no notebook", "task1.ipynb")], "")
    with serve_desk(tmp_path) as ann:
        assert [ann.state(one)["untouched"] for one in ones] == [False, False, True]
        assert [ann.state(one)["alike"] for one in ones] == [[], [], []]
        assert ann.ask("answer", key=ones[0].key, subtask="1a", part=PART[1])["claims"] == [
            "task1.ipynb could not be read: is no notebook"]


def test_a_comment_of_an_untouched_answer_is_not_offered_for_others(tmp_path):
    ones = class_of(tmp_path, {"a": {}, "b": {"1a": ANSWER}})
    with serve_desk(tmp_path) as ann:
        ann.mark(ones[0], points=0, comment="No answer was given.")
        assert ann.state(ones[1])["offered"] == []


def test_the_code_of_a_hand_in_is_shown(tmp_path):
    files = {"task2.py": b"x = '<b>'\x00\n", "a/b.py": b"\xff", "c.txt": b"no"}
    one = submission("ada", sha256=hash_files(files))
    record_of(tmp_path, (one, results())).connection.close()
    write_copy(make_inner_folder(tmp_path, "submissions") / one.key, files)
    where = {"key": one.key, "subtask": PART[0], "part": PART[1]}
    with serve_desk(tmp_path) as ann:
        assert ann.ask("code", **where) == [
            ["a/b.py", "\ufffd"], ["task2.py", "x = '<b>'\ufffd\n"]]
        (tmp_path / "submissions" / one.key / "task2.py").write_text("changed")
        assert ann.ask("code", **where) == []


def test_a_page_is_not_in_its_own_way_after_another_name_is_typed(out, ones, ann):
    ann.state(ones[0], page="1")
    items = [{"list": "1a-derivation", "page": page} for page in ("1", "2")]
    bob = Client(ann.address, "bob")
    assert [sum(bool(one["busy"]) for one in bob.ask("items", **each)) for each in items] == [0, 1]


def test_names_are_hidden_and_the_order_is_drawn_for_each_question(tmp_path):
    ones = class_of(tmp_path, {f"stud{n}": {"1a": f"{n} is the answer"} for n in range(12)})
    with serve_desk(tmp_path) as ann:
        orders = [[row["where"][0] for row in ann.ask("items", list=name)]
                  for name in ("1a-derivation", "1b-rules", "1a-derivation")]
        shown = json.dumps([ann.ask("work"), ann.ask("items", list="1a-derivation"),
                            ann.ask("answer", key=ones[0].key, subtask="1a", part=PART[1]),
                            ann.state(ones[0])])
        assert "Name of" not in shown
        assert ann.state(ones[0], names="1")["name"] == "Name of stud0"
    assert orders[0] == orders[2] != orders[1] and sorted(orders[0]) == sorted(orders[1])


# ---------------------------------------------------------------------------- comments and sums

def test_a_comment_on_an_element_reaches_all_who_lost_it(out, ones, ann):
    rest = dict.fromkeys(WORDS[1:], 1)
    ann.mark(ones[0], elements=rest, comment="a pity")
    ann.mark(ones[1], elements=ALL)
    ann.mark(ones[2], points=0, comment="none")
    ann.send("comment", item=[ones[0].key, *PART], element=WORDS[0], text="which rule is it?")
    assert list_marks(out, ones[0].key)[PART] == (8, "a pity which rule is it?")
    assert list_marks(out, ones[1].key)[PART][1] == ""
    assert list_marks(out, ones[2].key)[PART][1] == "none"
    assert "a pity" in ann.state(ones[1])["offered"]
    assert "error" in ann.send("comment", item=[ones[0].key, *PART], element="x", text="y")
    ann.send("comment", item=[ones[0].key, *PART], element=WORDS[0], text="")
    assert list_marks(out, ones[0].key)[PART] == (8, "a pity")


def test_other_points_of_an_element_are_summed_anew_with_the_list_of_who_changes(
        out, ones, ann, monkeypatch):
    ann.mark(ones[0], elements={WORDS[0]: 1, WORDS[1]: 1})
    ann.mark(ones[1], elements={WORDS[0]: 1}, points=9, comment="seen it on paper")
    part = GUIDE[PART]
    others = tuple((1 if words == WORDS[0] else points, words) for points, words in part.elements)
    changed = {**GUIDE, PART: replace(part, elements=others)}
    monkeypatch.setattr("staff.marking.worklist.read_guide", lambda: (changed, ""))
    with serve_desk(out) as bob:
        (row,) = bob.ask("work")["resums"]
        assert (row["marker"], row["before"], row["after"]) == ("ann", 3, 2)
        assert bob.send("resum") == {"changed": 1} and bob.ask("work")["resums"] == []
    assert list_marks(out, ones[0].key)[PART][0] == 2
    assert list_marks(out, ones[1].key)[PART][0] == 9


# ------------------------------------------------------------------------------ beside the table

def test_the_table_holds_the_marks_of_the_page_and_is_written_again(out, ones, ann):
    ann.mark(ones[0], elements=ALL, comment="line one\nline two")
    write_report(out)
    assert (table(out)[0]["points"], table(out)[0]["comment"]) == ("10", "line one line two")
    assert take_marks(out, out / "marking.csv") == ["0 new marks, 0 changed"]
    ann.mark(ones[0], elements={WORDS[0]: 1})
    assert not any("not written again" in line for line in write_report(out))
    assert table(out)[0]["points"] == "2"


def test_a_mark_in_a_table_is_for_the_answer_that_stood_in_it(out, ones, ann):
    write_report(out)
    row = table(out)[0] | {"points": "4"}
    with Record(out / FILE) as record:
        hand_in(record, ones[0], {"1a": "another answer"})
    take_marks(out, save(out / "filled.csv", [row]))
    assert list_marks(out, ones[0].key) == {}
    state = ann.state(ones[0])
    assert state["waits"].endswith("4 before")
    assert state["old"]["difference"] == [["gone", ANSWER], ["new", "another answer"]]
    del row["basis"]                        # a table that does not tell is for what is there now
    take_marks(out, save(out / "filled.csv", [row]))
    assert list_marks(out, ones[0].key)[PART][0] == 4


def test_a_table_that_decides_between_two_markers_is_final(out, ones, ann):
    ann.mark(ones[0], elements=ALL)
    Client(ann.address, "bob").mark(ones[0], elements={})
    write_report(out)
    take_marks(out, save(out / "filled.csv", [table(out)[0] | {"points": "5"}]))
    assert list_marks(out, ones[0].key)[PART][0] == 5


# --------------------------------------------------------------------------------- side by side

def test_a_mark_waits_while_the_grader_writes(out, ones, ann):
    """The grader's process holds the record for a moment; the mark is kept after it."""
    grader = sqlite3.connect(out / FILE, isolation_level=None, check_same_thread=False)
    grader.execute("BEGIN IMMEDIATE")
    replies = []
    sending = threading.Thread(target=lambda: replies.append(ann.mark(ones[0], elements=ALL)))
    sending.start()
    time.sleep(0.3)
    assert replies == []
    grader.execute("COMMIT")
    sending.join(30)
    grader.close()
    assert replies == [{"marked": 1}] and list_marks(out, ones[0].key)[PART][0] == 10


def test_a_record_without_a_page_still_counts_marks_that_name_no_answer(out, ones):
    with Record(out / FILE) as record:
        put_marks(record, ones[0].key)
    assert list_marks(out, ones[0].key)[PART] == (10, "")
