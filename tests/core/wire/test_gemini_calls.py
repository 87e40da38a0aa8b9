"""Calls of tools whose arguments Vertex streams (docs.cloud.google.com, PartialArg)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.events import ProviderEvent, ToolCallDelta
from understudy.wire.gemini_arguments import StreamedArguments
from understudy.wire.gemini_calls import GeminiCalls


def read(*calls: dict[str, Any], signature: str = "") -> list[ProviderEvent]:
    reader = GeminiCalls()
    events: list[ProviderEvent] = []
    for call in calls:
        reader.read(call, signature, events)
    reader.settle(events)
    return events


def piece(path: str, goes_on: bool = False, **value: Any) -> dict[str, Any]:
    return {"jsonPath": path, **value, **({"willContinue": True} if goes_on else {})}


def put_together(*pieces: Any) -> Any:
    arguments = StreamedArguments()
    for each in pieces:
        arguments.read({"partialArgs": [each]})
    return arguments.value


def test_that_streamed_arguments_are_delivered_when_they_are_whole() -> None:
    events = read(
        {"name": "weather", "id": "x7", "willContinue": True},
        {"partialArgs": [piece("$.city", True, stringValue="Par")], "willContinue": True},
        {"partialArgs": [piece("$.city", stringValue="is")], "willContinue": True},
        {"partialArgs": [piece("$.days", numberValue=3)], "willContinue": True},
        {},
        {"name": "time", "args": {}},
    )
    assert events == [
        ToolCallDelta(0, "", "x7", "weather"),
        ToolCallDelta(0, '{"city": "Paris", "days": 3}'),
        ToolCallDelta(1, "{}", "call_1", "time"),
    ]


def test_that_a_call_that_only_another_ends_is_delivered() -> None:
    first = {"name": "f", "partialArgs": [piece("$.a", boolValue=True)], "willContinue": True}
    assert read(first, {"name": "g", "willContinue": True}, signature="S") == [
        ToolCallDelta(0, "", "call_0", "f", "S"),
        ToolCallDelta(0, '{"a": true}'),
        ToolCallDelta(1, "", "call_1", "g", "S"),
        ToolCallDelta(1, "{}"),
    ]


def test_that_pieces_in_one_go_are_a_whole_call() -> None:
    call = {"name": "f", "args": {"b": 1}, "partialArgs": [piece("$.a", nullValue="NULL_VALUE")]}
    assert read(call)[-1] == ToolCallDelta(0, '{"b": 1, "a": null}')


@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        ([piece("$.a.b[0].c", numberValue=1.5)], {"a": {"b": [{"c": 1.5}]}}),
        ([piece("$.a[0]", stringValue="x"), piece("$.a[1]", stringValue="y")], {"a": ["x", "y"]}),
        ([piece("$.a[0][0]", boolValue=False)], {"a": [[False]]}),
        (
            [piece("$['a b']", numberValue=1), piece('$["c.d"]', numberValue=2)],
            {"a b": 1, "c.d": 2},
        ),
        ([piece("$.a", True, stringValue="x"), piece("$.a", True, stringValue="y")], {"a": "xy"}),
        ([piece("$.a", stringValue="x"), piece("$.a", stringValue="y")], {"a": "y"}),
        ([piece("$.a", True, stringValue="x"), piece("$.a", numberValue=1)], {"a": 1}),
        (
            [
                piece("$.a[0]", True, stringValue="x"),
                piece("$.a[0]", stringValue="y"),
                piece("$.a[0]", stringValue="z"),
            ],
            {"a": ["z"]},
        ),
    ],
)
def test_that_pieces_find_their_places(pieces: list[dict[str, Any]], value: Any) -> None:
    assert put_together(*pieces) == value


@pytest.mark.parametrize(
    "unfit",
    [
        piece("$", numberValue=1),
        piece("", numberValue=1),
        piece("a", numberValue=1),
        piece("$.a b[", numberValue=1),
        piece("$..a", numberValue=1),
        piece("$.x[*]", numberValue=1),
        piece("$[0]", numberValue=1),
        piece("$[0].b", numberValue=1),
        piece("$.x[5]", numberValue=1) | {"jsonPath": 7},
        piece("$.x"),
        piece("$.x", structValue={}),
        piece("$.word.b", numberValue=1),
        piece("$.list.b", numberValue=1),
        piece("$.list.b.c", numberValue=1),
        piece("$.list[9]", numberValue=1),
        piece("$.list[999999].b", numberValue=1),
        piece("$" + ".a" * 65, numberValue=1),
        7,
    ],
)
def test_that_pieces_that_fit_nowhere_are_passed_over(unfit: Any) -> None:
    before = [piece("$.word", stringValue="w"), piece("$.list[0]", numberValue=0)]
    assert put_together(*before, unfit) == {"word": "w", "list": [0]}


def test_that_a_list_is_not_made_as_long_as_a_path_says() -> None:
    assert put_together(piece("$.a[1]", numberValue=1)) == {"a": []}


PATHS = st.sampled_from(["$.a", "$.a.b", "$.a[0]", "$.a[1]", "$[0]", "$['x']", "$", "$.a[0][0]"])
PIECES = st.fixed_dictionaries(
    {"jsonPath": PATHS | st.text("$.[]'a0", max_size=8)},
    optional={
        "stringValue": st.text(max_size=3),
        "numberValue": st.integers() | st.none(),
        "willContinue": st.booleans(),
    },
)


@given(st.lists(PIECES, max_size=8))
def test_that_whatever_the_pieces_the_arguments_are_an_object(pieces: list[Any]) -> None:
    events = read({"name": "f", "willContinue": True}, {"partialArgs": pieces})
    deltas = [event for event in events if isinstance(event, ToolCallDelta)]
    assert isinstance(json.loads("".join(delta.arguments for delta in deltas)), dict)
