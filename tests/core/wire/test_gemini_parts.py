"""What the chunks of Gemini's answers hold: thoughts, words, calls, programs, sources, counts.

The bytes are written from ai.google.dev (api/generate-content, gemini-api/docs/thinking and
thought-signatures, code-execution) and docs.cloud.google.com (vertex-ai).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.gemini_answers import decode, parts, words
from helpers.gemini_replies import gemini_chunk, gemini_data, gemini_usage
from understudy.events import (
    CitationFound,
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.requests import Usage


@pytest.mark.parametrize(
    ("counted", "usage"),
    [
        (gemini_usage(9), Usage(9)),
        (gemini_usage(9, 4), Usage(9, 4)),
        (gemini_usage(0, 0, thoughtsTokenCount=0), Usage(0, 0, reasoning_tokens=0)),
        (gemini_usage(9, 4, thoughtsTokenCount=3), Usage(9, 7, reasoning_tokens=3)),
        (gemini_usage(9, None, thoughtsTokenCount=3), Usage(9, 3, reasoning_tokens=3)),
        (gemini_usage(9, 4, cachedContentTokenCount=8), Usage(9, 4, 8)),
        (gemini_usage(9, 4, cachedContentTokenCount=0), Usage(9, 4, 0)),
        (gemini_usage(9, 4, toolUsePromptTokenCount=5), Usage(14, 4)),
        ({"trafficType": "ON_DEMAND"}, None),
        ({"promptTokenCount": "9", "candidatesTokenCount": True}, None),
        ([7], None),
    ],
)
def test_that_tokens_are_counted_in_our_meaning(counted: Any, usage: Usage | None) -> None:
    found = decode(gemini_data({"candidates": [], "usageMetadata": counted}))
    assert found == ([] if usage is None else [UsageReported(usage)])


def test_that_usage_on_every_chunk_is_reported_when_it_changes() -> None:
    counts = [gemini_usage(9), gemini_usage(9), gemini_usage(9, 2), gemini_usage(9, 2)]
    events = decode(*(gemini_data(gemini_chunk(usage=counted)) for counted in counts))
    assert events == [UsageReported(Usage(9)), UsageReported(Usage(9, 2))]


def test_that_thoughts_are_told_from_words() -> None:
    assert parts({"text": "Hm. ", "thought": True}, {"text": "Yes.", "thought": False}) == [
        ReasoningDelta("Hm. "),
        TextDelta("Yes."),
    ]


@pytest.mark.parametrize(
    ("part", "events"),
    [
        (
            {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "S"},
            [ToolCallDelta(0, "{}", "call_0", "f", "S")],
        ),
        ({"text": "Hm.", "thought": True, "thoughtSignature": "S"}, [ReasoningDelta("Hm.", "S")]),
        ({"text": "", "thoughtSignature": "S"}, [ReasoningDelta("", "S")]),
        ({"thoughtSignature": "S"}, [ReasoningDelta("", "S")]),
        ({"text": "Hi", "thoughtSignature": "S"}, [TextDelta("Hi"), ReasoningDelta("", "S")]),
        ({"text": "<th", "thoughtSignature": "S"}, [TextDelta("<th"), ReasoningDelta("", "S")]),
        ({"text": "", "thought": True}, []),
        ({"text": "", "thoughtSignature": 7}, []),
    ],
)
def test_that_a_signature_stays_with_its_part(
    part: dict[str, Any], events: list[ProviderEvent]
) -> None:
    assert parts(part) == events


def test_that_calls_of_tools_are_whole_and_numbered() -> None:
    calls: tuple[dict[str, Any], ...] = (
        {"functionCall": {"id": "9f2x", "name": "weather", "args": {"city": "Åre"}}},
        {"functionCall": {"name": "time"}},
        {"functionCall": {"id": "9f2x", "name": "time", "args": ["x"]}},
        {"functionCall": {"id": "call_3", "name": 7, "args": {"n": 1.5}}},
        {"functionCall": {}},
    )
    stream = gemini_data(gemini_chunk({"text": "Let me see. "}, *calls, finish="STOP"))
    assert decode(stream) == [
        TextDelta("Let me see. "),
        ToolCallDelta(0, '{"city": "Åre"}', "9f2x", "weather"),
        ToolCallDelta(1, "{}", "call_1", "time"),
        ToolCallDelta(2, "{}", "call_2", "time"),
        ToolCallDelta(3, '{"n": 1.5}', "call_3", ""),
        ToolCallDelta(4, "{}", "call_4", ""),
        Stop("tool_calls"),
    ]


def test_that_an_id_is_made_that_no_other_call_has() -> None:
    given = ("call_1", "", "call_1")
    calls = ({"functionCall": {"id": each, "name": "f"}} for each in given)
    events = decode(gemini_data(gemini_chunk(*calls)))
    assert [event.id for event in events if isinstance(event, ToolCallDelta)] == [
        "call_1",
        "call_1_",
        "call_2",
    ]


def test_that_a_call_cut_by_the_limit_is_no_wish_for_a_tool() -> None:
    call: dict[str, Any] = {"functionCall": {"name": "f", "args": {}}}
    assert decode(gemini_data(gemini_chunk(call, finish="MAX_TOKENS")))[-1] == Stop("length")


def test_that_programs_and_what_they_said_are_shown() -> None:
    events = parts(
        {"text": "I count."},
        {"executableCode": {"language": "PYTHON", "code": "print('```')\n"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "```\n"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_FAILED"}},
        {"executableCode": {"language": "C++`", "code": "x"}},
        {"executableCode": {"code": 7}},
    )
    assert words(events) == (
        "I count."
        "\n\n````python\nprint('```')\n````\n\n"
        "\n\n````text\n```\n````\n\n"
        "\n\n```\nx\n```\n\n"
    )


@pytest.mark.parametrize(
    ("media_type", "said"),
    [
        ("image/png", "[The model made an image, which is not shown here.]"),
        ("audio/wav", "[The model made a sound, which is not shown here.]"),
        ("video/mp4", "[The model made a video, which is not shown here.]"),
        (None, "[The model made a file, which is not shown here.]"),
    ],
)
def test_that_what_cannot_be_shown_is_said(media_type: str | None, said: str) -> None:
    made = {"inlineData": {"mimeType": media_type, "data": "iVBORw0KGgo="}}
    assert words(parts(made)).strip() == said
    assert parts({**made, "thought": True}) == []


@pytest.mark.parametrize("other", [{"fileData": {"fileUri": "x"}}, {"toolCall": {}}, {}])
def test_that_unknown_parts_are_passed_over(other: dict[str, Any]) -> None:
    assert parts(other, {"text": "Hi"}) == [TextDelta("Hi")]


def test_that_of_several_candidates_the_first_is_read() -> None:
    second = {"content": {"parts": [{"text": "Ho"}]}, "finishReason": "OTHER", "index": 1}
    chunk = gemini_chunk({"text": "Hi"}, finish="STOP")
    chunk["candidates"].insert(0, second)
    assert decode(gemini_data({"candidates": [second]}), gemini_data(chunk)) == [
        TextDelta("Hi"),
        Stop("stop"),
    ]


def test_that_sources_are_told_once() -> None:
    web = {"web": {"uri": "https://a.example/1", "title": "a.example"}}
    place = {"maps": {"uri": "https://maps.example/2", "title": "A café", "placeId": "x"}}
    own = {"retrievedContext": {"title": "notes.pdf", "text": "It rains."}}
    cited = {"startIndex": 1, "uri": "https://b.example/3", "license": ""}
    candidate: dict[str, Any] = {
        "groundingMetadata": {"groundingChunks": [web, place, own, {"image": {}}]},
        "citationMetadata": {"citationSources": [cited], "citations": [{"title": "A book"}]},
    }
    events = decode(*[gemini_data(gemini_chunk({"text": "!"}, **candidate))] * 2)
    assert [event for event in events if isinstance(event, CitationFound)] == [
        CitationFound("https://a.example/1", "a.example"),
        CitationFound("https://maps.example/2", "A café"),
        CitationFound("", "notes.pdf", "It rains."),
        CitationFound("https://b.example/3"),
        CitationFound("", "A book"),
    ]


def escaped(part: dict[str, Any]) -> bytes:
    """An event that may hold half a character, as an escape."""
    return b"data: " + json.dumps(gemini_chunk(part)).encode() + b"\r\n\r\n"


def test_that_half_a_character_waits_for_its_other_half() -> None:
    first, second = escaped({"text": "a\ud83d"}), escaped({"text": "\ude00b"})
    assert decode(first, second) == [TextDelta("a"), TextDelta("😀b")]
    assert words(decode(first)) == "a\ufffd"
    assert decode(escaped({"text": "\ud83d", "thought": True})) == []


def test_that_half_a_character_in_a_call_can_be_stored() -> None:
    call = {"name": "\ud83d", "id": "\ud83d", "args": {"a": "\ud83d"}}
    assert decode(escaped({"functionCall": call})) == [
        ToolCallDelta(0, '{"a": "\ufffd"}', "\ufffd", "\ufffd")
    ]
