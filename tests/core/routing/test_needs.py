"""What a request takes is estimated from all that stands in it."""

from __future__ import annotations

import pytest

from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.requests import ChatRequest, Tool
from understudy.routing.needs import IMAGE_TOKENS, USUAL_ANSWER, Needs, needs_of, tokens_of

FRAME = tokens_of(Message("user", ()))


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (TextPart("word" * 100), 100),
        (TextPart("안녕하세요" * 100), 375),
        (ToolResultPart("c", "word" * 100), 100),
        (ToolCallPart("c", "look", "word" * 100), 101),
        (ImagePart(b"\x89PNG", "image/png"), IMAGE_TOKENS),
        (FilePart(b"%PDF" * 100, "application/pdf"), 100),
        (ReasoningPart("word" * 100), 0),
    ],
)
def test_that_every_part_is_counted_for_what_it_is(part: Part, tokens: int) -> None:
    assert tokens_of(Message("user", (part,))) - FRAME == tokens


def test_that_tools_pictures_and_limits_are_needs() -> None:
    tool = Tool("look", "Looks around." * 10, {"type": "object"})
    picture = ImagePart(b"\x89PNG", "image/png")
    needs = needs_of(ChatRequest((Message.user("", picture),), tools=(tool,), max_tokens=9_000))
    assert (needs.images, needs.tools, needs.limit, needs.answer) == (True, True, 9_000, 800)
    assert needs.tokens > IMAGE_TOKENS + len(tool.description) // 4


def test_that_a_plain_question_needs_nothing_but_its_words() -> None:
    needs = needs_of(ChatRequest((Message.user("word"),)))
    assert needs == Needs(tokens=FRAME + 1, answer=USUAL_ANSWER)
