"""Files of variables, as python-dotenv, Docker Compose and Node read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.importing.dotenv import EnvFile, LineFault, read_env
from understudy.importing.references import ROOM


def value_of(line: str, **environ: str) -> str:
    file = read_env(line, environ)
    assert (list(file.variables), file.faults) == (["A"], ()), line
    return file.get("A")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=sk-1", "sk-1"),
        ("A=sk-1\n", "sk-1"),
        ("export A=sk-1", "sk-1"),
        ("  export\tA = sk-1  ", "sk-1"),
        ("A: sk-1", "sk-1"),
        ("A=", ""),
        ('A=""', ""),
        ("A=a=b==", "a=b=="),
        ("A=two words", "two words"),
        ("A='sk-1'", "sk-1"),
        ('A="sk-1"', "sk-1"),
        ("A=`sk-1`", "sk-1"),
        ("A = 'sk-1' # mine", "sk-1"),
        ("A=sk'1", "sk'1"),
    ],
)
def test_that_a_value_is_what_its_line_says(line: str, value: str) -> None:
    assert value_of(line) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=sk-1 # mine", "sk-1"),
        ("A=sk-1\t# mine", "sk-1"),
        ("A=sk#1", "sk#1"),
        ("A= # nothing yet", ""),
        ("A=# nothing yet", ""),
        ('A="sk-1 # not a comment"', "sk-1 # not a comment"),
        ("A='sk-1 # not a comment' # but this", "sk-1 # not a comment"),
        ("# first\n\n   # second\nA=sk-1", "sk-1"),
    ],
)
def test_that_comments_are_no_part_of_a_value(line: str, value: str) -> None:
    assert value_of(line) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (r'A="one\ntwo\tthree\\four"', "one\ntwo\tthree\\four"),
        (r'A="say \"yes\""', 'say "yes"'),
        (r'A="cost \${B}"', "cost ${B}"),
        (r'A="C:\windows"', r"C:\windows"),
        (r"A='one\ntwo'", r"one\ntwo"),
        (r"A='it\'s'", "it's"),
        (r"A=one\ntwo", r"one\ntwo"),
        ("A='C:\\path\\'", "C:\\path\\"),
        ('A=`it\'s "${B}"`', 'it\'s "${B}"'),
        ('A="line one\nline two"', "line one\nline two"),
        ("A='line one\nB=2'", "line one\nB=2"),
    ],
)
def test_that_quotes_and_escapes_are_taken_off(line: str, value: str) -> None:
    assert value_of(line) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=${B}", "from outside"),
        ('A="<${B}>"', "<from outside>"),
        ("A='${B}'", "${B}"),
        ("A=$B", "$B"),
        ("A=pa$$word$", "pa$$word$"),
        ("A=${B:-other}", "from outside"),
        ("A=${C:-other}", "other"),
        ("A=${C-other}", "other"),
        ("A=${EMPTY:-other}", "other"),
        ("A=${EMPTY-other}", ""),
        ("A=${}", "${}"),
        ("A=${B", "${B"),
    ],
)
def test_that_a_reference_in_braces_is_filled_in_where_it_is_not_literal(
    line: str, value: str
) -> None:
    assert value_of(line, B="from outside", EMPTY="") == value


def test_that_a_reference_means_what_the_file_said_before_it() -> None:
    file = read_env("B=ours\nA=${B}\nB=later\n", {"B": "from outside"})
    assert file.get("A") == "ours"


def test_that_a_reference_to_nothing_is_named() -> None:
    file = read_env('A=${NOBODY}\nB="x ${NOBODY} ${NOT_ME}"\n', {})
    assert file.variables["A"].missing == ("NOBODY",)
    assert file.variables["B"].missing == ("NOBODY", "NOT_ME")


def test_that_variables_which_hold_each_other_twice_do_not_fill_the_memory() -> None:
    lines = ["A0=0123456789", *(f"A{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 60))]
    file = read_env("\n".join(lines), {})
    assert sum(len(each.value) for each in file.variables.values()) < 3 * ROOM
    assert "far too long" in file.faults[0].what


def test_that_the_last_of_several_values_counts_and_the_name_is_told() -> None:
    file = read_env("A=1\nB=1\nB=1\nA=2\n", {})
    assert (file.get("A"), file.repeated) == ("2", ("A",))


@pytest.mark.parametrize(
    "line", ["sk-1234567890", "= sk-1", "A B=1", '"A"=1', "1A=1", "set -a", "{", "KEY-ONLY"]
)
def test_that_a_line_of_another_kind_is_told_and_costs_no_other(line: str) -> None:
    file = read_env(f"B=1\n{line}\nC=2", {})
    assert file.faults == (LineFault(2, "it is no NAME=value"),)
    assert list(file.variables) == ["B", "C"]


@pytest.mark.parametrize("line", ['A="sk-1', "A='sk-1", "A=`sk-1", 'A="sk-1" and more'])
def test_that_quotes_without_an_end_cost_their_line_and_no_other(line: str) -> None:
    file = read_env(f'{line}\nC="2"\n', {})
    assert [fault.line for fault in file.faults] == [1]
    assert file.get("C") == "2"


def test_that_faults_and_values_know_their_lines_after_values_of_several_lines() -> None:
    file = read_env('A="one\ntwo\nthree"\n\nB=1\n?\n', {})
    assert (file.variables["A"].line, file.variables["B"].line) == (1, 5)
    assert [fault.line for fault in file.faults] == [6]


@pytest.mark.parametrize("line", ["export A", "export A B", "   ", "#", ""])
def test_that_lines_which_set_nothing_are_no_fault(line: str) -> None:
    assert read_env(line, {}) == EnvFile()


def test_that_no_value_is_shown_where_a_file_is_printed() -> None:
    file = read_env("A=sk-secret\nsk-other-secret\n", {})
    assert "secret" not in repr(file)


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=30)


@given(st.dictionaries(names, values, max_size=5))
def test_that_what_was_written_in_quotes_is_read_back(variables: dict[str, str]) -> None:
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        for name, value in variables.items()
    }
    file = read_env("\n".join(f'{name}="{value}"' for name, value in escaped.items()), {})
    assert {name: each.value for name, each in file.variables.items()} == variables
    assert file.faults == ()


@given(st.dictionaries(names, values.map(lambda text: text.replace("`", "")), max_size=5))
def test_that_what_was_written_in_backticks_is_read_back(variables: dict[str, str]) -> None:
    file = read_env("\n".join(f"{name}=`{value}`" for name, value in variables.items()), {})
    assert {name: each.value for name, each in file.variables.items()} == variables


@given(st.text(st.sampled_from("AB=: \t\n\"'`\\$#{}-export1é"), max_size=80))
def test_that_no_text_breaks_the_reader_and_every_line_is_accounted_for(text: str) -> None:
    file = read_env(text, {"A": "x"})
    last = text.count("\n") + 1
    assert all(1 <= fault.line <= last for fault in file.faults)
    assert all(1 <= each.line <= last for each in file.variables.values())
