"""A stream joined into one message keeps the order of its parts, and whose they are."""

from __future__ import annotations

import pytest

from helpers.providers import QUESTION, fails, provider, router_of
from understudy.errors import ErrorKind
from understudy.events import CitationFound, ReasoningDelta, Stop, ToolCallDelta
from understudy.messages import ReasoningPart, TextPart, ToolCallPart

pytestmark = pytest.mark.anyio


async def test_that_thoughts_and_calls_stay_in_their_order_with_their_seals() -> None:
    script = (
        ReasoningDelta("I should "),
        ReasoningDelta("look."),
        ReasoningDelta("", "seal-1"),
        ReasoningDelta("", "hidden", redacted=True),
        "Let me ",
        "look.",
        ToolCallDelta(0, '{"a":', id="c1", name="look", signature="seal-2"),
        ToolCallDelta(1, "{}", id="c2", name="find"),
        ToolCallDelta(0, "1}"),
        CitationFound("https://example.com"),
        ReasoningDelta("More."),
        Stop("tool_calls"),
    )
    response = await router_of(provider("a", script)).chat(QUESTION)
    assert response.message.parts == (
        ReasoningPart("I should look.", "seal-1", "a/m"),
        ReasoningPart("", "hidden", "a/m", redacted=True),
        TextPart("Let me look."),
        ToolCallPart("c1", "look", '{"a":1}', "seal-2", "a/m"),
        ToolCallPart("c2", "find", "{}", made_by="a/m"),
        ReasoningPart("More.", made_by="a/m"),
    )


async def test_that_thoughts_of_one_who_was_replaced_are_left_out() -> None:
    router = router_of(
        provider("a", (ReasoningDelta("Lost."), *fails(ErrorKind.TRANSIENT))),
        provider("b", (ReasoningDelta("Kept."), "Yes.", Stop("stop"))),
    )
    response = await router.chat(QUESTION)
    assert response.message.parts == (ReasoningPart("Kept.", made_by="b/m"), TextPart("Yes."))
