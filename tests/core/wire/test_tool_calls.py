"""Fragments of tool calls, from every kind of server."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.events import ToolCallDelta
from understudy.wire.tool_calls import ToolCallSlots


def fragment(
    index: int | None = None, call_id: str | None = None, name: str | None = None, text: Any = None
) -> dict[str, Any]:
    given = {"index": index, "id": call_id, "function": {"name": name, "arguments": text}}
    return {key: value for key, value in given.items() if value is not None}


def deltas(*fragments: dict[str, Any]) -> list[ToolCallDelta]:
    slots = ToolCallSlots()
    return [slots.delta(each) for each in fragments]


def test_that_fragments_are_keyed_by_their_index() -> None:
    assert deltas(
        fragment(0, "a", "find", ""),
        fragment(1, "b", "read", ""),
        fragment(0, text='{"x"'),
        fragment(1, text="{}"),
        fragment(0, text=":1}"),
    ) == [
        ToolCallDelta(0, "", "a", "find"),
        ToolCallDelta(1, "", "b", "read"),
        ToolCallDelta(0, '{"x"'),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(0, ":1}"),
    ]


def test_that_a_server_may_leave_the_index_out() -> None:
    assert deltas(
        fragment(None, "a", "find", "{"),
        fragment(None, None, None, "}"),
        fragment(None, "b", "read", "{}"),
    ) == [
        ToolCallDelta(0, "{", "a", "find"),
        ToolCallDelta(0, "}"),
        ToolCallDelta(1, "{}", "b", "read"),
    ]


def test_that_whole_calls_without_index_or_id_are_calls_of_their_own() -> None:
    assert deltas(fragment(name="find", text="{}"), fragment(name="read", text="{}")) == [
        ToolCallDelta(0, "{}", "", "find"),
        ToolCallDelta(1, "{}", "", "read"),
    ]


def test_that_parallel_calls_with_the_same_index_are_told_apart_by_their_ids() -> None:
    assert deltas(
        fragment(0, "a", "find", "{}"), fragment(0, "b", "read", "{"), fragment(0, text="}")
    ) == [
        ToolCallDelta(0, "{}", "a", "find"),
        ToolCallDelta(1, "{", "b", "read"),
        ToolCallDelta(1, "}"),
    ]


def test_that_a_repeated_id_and_name_are_given_once() -> None:
    assert deltas(fragment(0, "a", "find", "{"), fragment(0, "a", "find", "}")) == [
        ToolCallDelta(0, "{", "a", "find"),
        ToolCallDelta(0, "}"),
    ]


def test_that_an_id_may_come_late() -> None:
    assert deltas(fragment(0, None, "find", ""), fragment(0, "a", None, "{}")) == [
        ToolCallDelta(0, "", "", "find"),
        ToolCallDelta(0, "{}", "a"),
    ]


def test_that_indexes_need_not_begin_at_zero() -> None:
    assert [delta.index for delta in deltas(fragment(5, "a"), fragment(9, "b"))] == [0, 1]


def test_that_arguments_may_be_an_object() -> None:
    assert deltas(fragment(0, "a", "find", {"q": "é"}))[0].arguments == '{"q": "é"}'


@pytest.mark.parametrize("junk", [{}, {"function": "x"}, {"index": "0", "id": 7, "function": None}])
def test_that_junk_is_an_empty_fragment(junk: dict[str, Any]) -> None:
    assert deltas(junk) == [ToolCallDelta(0, "")]


def test_that_half_a_character_waits_for_the_next_fragment_of_its_own_call() -> None:
    found = deltas(
        fragment(0, "a", "find", '"\ud83d'),
        fragment(1, "b", "read", '"\ud83d'),
        fragment(0, text='\ude00"'),
        fragment(1, text='"'),
    )
    assert [delta.arguments for delta in found] == ['"', '"', '😀"', '\ufffd"']
    assert deltas(fragment(0, "\ud83d", "\ude00", ""))[0] == ToolCallDelta(
        0, "", "\ufffd", "\ufffd"
    )
