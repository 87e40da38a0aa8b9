"""The body of a Messages request, legal for Anthropic's server whatever happened before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.anthropic_rules import check
from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.requests import ChatRequest, Tool
from understudy.wire.anthropic import FORMAT
from understudy.wire.attachments import left_out
from understudy.wire.format import Target

OLD, NEW = "claude-haiku-4-5", "claude-opus-5-5"
PNG, PDF = b"\x89PNG", b"%PDF-1.7"
FIND = Tool("find", "Find it.", {"type": "object", "properties": {"q": {"type": "string"}}})


def build(request: ChatRequest, model: str = OLD, **target: Any) -> dict[str, Any]:
    call = FORMAT.chat(request, Target("anthropic", model, **target))
    assert call.path == "/v1/messages"
    check(call.body)
    return call.body


def messages(*conversation: Message, model: str = OLD) -> list[dict[str, Any]]:
    return build(ChatRequest(conversation), model)["messages"]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def calling(*ids: str, words: str = "", name: str = "find") -> Message:
    calls = tuple(ToolCallPart(each, name, '{"q": "x"}') for each in ids)
    return Message("assistant", (TextPart(words), *calls))


def use(call_id: str, name: str = "find") -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": {"q": "x"}}


def result(*call_ids: str, words: str = "found", is_error: bool = False) -> Message:
    return Message("tool", tuple(ToolResultPart(each, words, is_error) for each in call_ids))


def answered(call_id: str, words: str = "found") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": words}


def test_that_the_key_and_the_version_go_in_their_headers() -> None:
    assert FORMAT.auth == "x-api-key"
    assert FORMAT.headers == (("anthropic-version", "2023-06-01"),)
    assert FORMAT.models_path == "/v1/models?limit=1000"
    assert FORMAT.embed is FORMAT.vectors is None


def test_that_a_request_streams_with_the_instructions_in_their_place() -> None:
    request = ChatRequest((Message.system("Be brief."), Message.user(" Hi ")), max_tokens=9)
    assert build(request, "a-model") == {
        "model": "a-model",
        "max_tokens": 9,
        "system": "Be brief.",
        "messages": [user(text(" Hi "))],
        "stream": True,
    }


def test_that_instructions_from_anywhere_stand_above_all() -> None:
    conversation = (Message.user("One"), Message.system("A"), Message.system("B"))
    body = build(ChatRequest((*conversation, Message.user("Two"), Message.system(" "))))
    assert body["system"] == "A\n\nB"
    assert body["messages"] == [user(text("One\n\nTwo"))]


@pytest.mark.parametrize(
    ("asked", "most", "model", "limit"),
    [
        (9, None, OLD, 9),
        (9, 64_000, OLD, 9),
        (999_999, 64_000, OLD, 64_000),
        (999_999, None, OLD, 999_999),
        (None, 64_000, OLD, 64_000),
        (None, None, OLD, 8_192),
        (None, None, "glm-5", 8_192),
        (None, None, NEW, 32_000),
    ],
)
def test_that_a_limit_is_always_given(
    asked: int | None, most: int | None, model: str, limit: int
) -> None:
    request = ChatRequest((Message.user("Hi"),), max_tokens=asked)
    assert build(request, model, max_output=most)["max_tokens"] == limit


def test_that_stop_sequences_are_given_unless_they_are_blank() -> None:
    hi = (Message.user("Hi"),)
    assert build(ChatRequest(hi, stop=("END", "\n\n", "")))["stop_sequences"] == ["END"]
    assert "stop_sequences" not in build(ChatRequest(hi, stop=("\n",)))


@pytest.mark.parametrize(
    ("asked", "model", "given_"),
    [
        (0.0, OLD, 0.0),
        (1.7, OLD, 1.0),
        (0.5, "claude-sonnet-4-6", 0.5),
        (0.5, "kimi-k3", 0.5),
        (0.5, "claude-opus-4-7", None),
        (1.0, NEW, None),
        (None, OLD, None),
    ],
)
def test_that_a_temperature_is_given_where_it_is_taken(
    asked: float | None, model: str, given_: float | None
) -> None:
    request = ChatRequest((Message.user("Hi"),), temperature=asked)
    assert build(request, model).get("temperature") == given_


@pytest.mark.parametrize(
    ("choice", "model", "said"),
    [
        ("auto", OLD, {"type": "auto"}),
        ("none", OLD, {"type": "none"}),
        ("required", OLD, {"type": "any"}),
        ("find", OLD, {"type": "tool", "name": "find"}),
        ("required", "claude-opus-5", {"type": "any"}),
        ("none", NEW, {"type": "none"}),
        ("required", NEW, {"type": "auto"}),
        ("find", "claude-fable-5-2", {"type": "auto"}),
        ("find", "claude-haiku-5-5", {"type": "tool", "name": "find"}),
    ],
)
def test_that_tools_are_declared_and_demanded_where_that_can_be(
    choice: str, model: str, said: dict[str, str]
) -> None:
    tools = (FIND, Tool("wait", " ", {}))
    body = build(ChatRequest((Message.user("Hi"),), tools=tools, tool_choice=choice), model)
    assert body["tools"] == [
        {"name": "find", "description": "Find it.", "input_schema": FIND.parameters},
        {"name": "wait", "input_schema": {"type": "object"}},
    ]
    assert body["tool_choice"] == said


def test_that_results_and_what_is_said_after_them_are_one_message() -> None:
    conversation = (
        Message.user("Find"),
        calling("a", "b", words="Let me look."),
        result("b"),
        result("a"),
        Message.user("Well?"),
    )
    assert messages(*conversation)[1:] == [
        assistant(text("Let me look."), use("a"), use("b")),
        user(answered("a"), answered("b"), text("Well?")),
    ]


def test_that_tools_that_were_called_are_declared_though_nobody_offers_them() -> None:
    conversation = (
        Message.user("Find"),
        calling("a"),
        result("a"),
        calling("b", name="files.read"),
        result("b"),
    )
    body = build(ChatRequest(conversation))
    assert body["tools"] == [
        {"name": "find", "input_schema": {"type": "object"}},
        {"name": "files_read", "input_schema": {"type": "object"}},
    ]
    assert body["tool_choice"] == {"type": "none"}
    assert body["messages"][3]["content"] == [use("b", "files_read")]


def test_that_two_calls_with_one_id_are_one() -> None:
    turns = messages(Message.user("Find"), calling("a", "a"), result("a"))
    assert turns[1:] == [assistant(use("a")), user(answered("a"))]


def test_that_a_tool_without_words_has_still_answered() -> None:
    def told(**said: Any) -> dict[str, Any]:
        turns = messages(Message.user("Find"), calling("a"), result("a", **said))
        return {k: v for k, v in turns[2]["content"][0].items() if k != "tool_use_id"}

    assert told(words=" ") == {"type": "tool_result"}
    assert told(words="No.", is_error=True)["is_error"] is True
    assert told(words="", is_error=True) == {
        "type": "tool_result",
        "is_error": True,
        "content": "It failed without a word.",
    }


def test_that_pictures_and_documents_are_attached() -> None:
    picture, report = ImagePart(PNG, "image/png"), FilePart(PDF, "application/pdf", "r.pdf")
    assert messages(Message.user("Look", picture, report)) == [
        user(
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="},
            },
            {
                "type": "document",
                "source": {
                    "type": "base64",
                    "media_type": "application/pdf",
                    "data": "JVBERi0xLjc=",
                },
                "title": "r.pdf",
            },
            text("Look"),
        )
    ]


def test_that_pictures_that_cannot_be_attached_are_told_of() -> None:
    cat, empty = ImagePart(PNG, "image/png", "cat.png"), ImagePart(b"", "image/png")
    drawn = Message("assistant", (cat,))
    turns = messages(Message.user("Draw"), drawn, Message.user("And?", empty))
    assert turns[1:] == [
        assistant(text(left_out(cat))),
        user(text(left_out(empty) + "And?")),
    ]


def test_that_blank_words_between_others_are_left_out() -> None:
    parts = (TextPart(" "), ImagePart(PNG, "image/png"), TextPart("\n"), TextPart("Look"))
    (turn,) = messages(Message("user", parts))
    assert [block["type"] for block in turn["content"]] == ["image", "text"]
    assert turn["content"][1] == text("\nLook")


def test_that_an_answer_that_was_begun_is_gone_on_from_where_that_can_be() -> None:
    conversation = (Message.user("Tell"), Message.assistant("Once \n", interrupted=True))
    assert messages(*conversation) == [user(text("Tell")), assistant(text("Once"))]
    assert messages(*conversation, model="claude-sonnet-4-6") == [
        user(text("Tell")),
        assistant(text("Once \n")),
        user(text("Please go on.")),
    ]


def test_that_instructions_alone_are_followed() -> None:
    body = build(ChatRequest((Message.system("Write a poem."), Message.user(" "))))
    assert (body["system"], body["messages"]) == ("Write a poem.", [user(text("Please go on."))])


def test_that_the_talk_begins_with_the_user() -> None:
    turns = messages(Message.assistant("Welcome."), Message.user("Hi"))
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]


def test_that_thoughts_of_a_turn_that_is_over_are_left_out() -> None:
    thought = ReasoningPart("hm", "seal", f"anthropic/{NEW}")
    answer = Message("assistant", (thought, TextPart("Yes.")))
    turns = messages(Message.user("One"), answer, Message.user("Two"), model=NEW)
    assert turns[1] == assistant(text("Yes."))


def thought(words: str = "hm", signature: str = "seal", *, redacted: bool = False) -> ReasoningPart:
    return ReasoningPart(words, signature, f"anthropic/{NEW}", redacted)


def loop(*parts: Any, after: tuple[Message, ...] = ()) -> list[dict[str, Any]]:
    """A question, an answer with a call, its result: what is sent of the answer."""
    made = Message("assistant", (*parts, ToolCallPart("a", "find", '{"q": "x"}')))
    turns = messages(Message.user("Find"), made, result("a"), *after, model=NEW)
    return turns[1]["content"]


def test_that_thoughts_are_given_back_while_their_calls_are_answered() -> None:
    hidden = thought("", "cipher", redacted=True)
    sealed = {"type": "thinking", "thinking": "hm", "signature": "seal"}
    expected = [
        sealed,
        {"type": "redacted_thinking", "data": "cipher"},
        text("Let me look."),
        use("a"),
    ]
    assert loop(thought(), hidden, TextPart("Let me look.")) == expected
    assert loop(thought(), hidden, TextPart("Let me look."), after=(Message.user("?"),)) == expected
    assert loop(thought(""))[0] == {**sealed, "thinking": ""}
    assert loop(TextPart("\n\n"), thought()) == [sealed, use("a")]


@pytest.mark.parametrize(
    "parts",
    [
        (thought(signature=""),),
        (ReasoningPart("hm", "seal", "anthropic/claude-opus-5"),),
        (ReasoningPart("hm", "seal", f"elsewhere/{NEW}"),),
    ],
)
def test_that_thoughts_without_a_seal_or_of_others_are_left_out(parts: tuple[Any, ...]) -> None:
    assert loop(*parts) == [use("a")]


def test_that_thoughts_that_do_not_open_their_turn_any_more_are_left_out() -> None:
    assert loop(TextPart("So:"), thought()) == [text("So:"), use("a")]


def test_that_thoughts_between_calls_keep_their_places() -> None:
    first, second = (ToolCallPart(each, "find", '{"q": "x"}') for each in "ab")
    parts = (thought("1"), first, thought("2"), second, thought("3"), TextPart(" "))
    answer = Message("assistant", parts, interrupted=True)
    turns = messages(Message.user("Find"), answer, result("a", "b"), model=NEW)
    assert [block.get("thinking", block["type"]) for block in turns[1]["content"]] == [
        "1",
        "tool_use",
        "2",
        "tool_use",
    ]


MADE_BY = st.sampled_from(["", "anthropic/a-model", "x/y", *(f"anthropic/{m}" for m in (OLD, NEW))])
WORDS = st.sampled_from(["", " ", "\n\n", "words", " words "])
PARTS = st.one_of(
    WORDS.map(TextPart),
    st.builds(ReasoningPart, WORDS, st.sampled_from(["", "seal"]), MADE_BY, st.booleans()),
    st.builds(
        ToolCallPart,
        st.sampled_from(["a", "b", "a.b", ""]),
        st.sampled_from(["find", "a.b", "", "é" * 200]),
        st.sampled_from(["", "{}", '{"q": 1}', '{"q', "[]", "7"]),
        st.just(""),
        MADE_BY,
    ),
    st.builds(
        ImagePart,
        st.sampled_from([b"", PNG]),
        st.sampled_from(["image/png", "image/bmp"]),
        st.sampled_from(["", "cat.png"]),
    ),
    st.builds(
        FilePart,
        st.sampled_from([b"", PDF, b"words"]),
        st.sampled_from(["application/pdf", "text/plain", "application/zip"]),
    ),
)
RESULTS = st.builds(
    ToolResultPart, st.sampled_from(["a", "b", "a.b", "gone"]), WORDS, st.booleans()
)
SAID = PARTS.filter(lambda part: not isinstance(part, ToolCallPart))
TURNS = st.one_of(
    st.builds(Message, st.sampled_from(["user", "system"]), st.lists(SAID, max_size=3).map(tuple)),
    st.builds(Message, st.just("assistant"), st.lists(PARTS, max_size=5).map(tuple), st.booleans()),
    st.builds(Message, st.just("tool"), st.lists(RESULTS, max_size=3).map(tuple)),
)
MODELS = st.sampled_from(
    [OLD, NEW, "a-model", "claude-sonnet-4-6", "claude-sonnet-5-5", "claude-fable-5"]
)


@given(
    st.lists(TURNS, max_size=8),
    MODELS,
    st.sampled_from([None, "off", "low", "medium", "high"]),
    st.sampled_from([None, 1, 2000, 5000]),
    st.sampled_from([(), (FIND,)]),
    st.sampled_from(["auto", "none", "required", "find"]),
)
def test_that_no_conversation_makes_a_request_that_is_refused(
    turns: list[Message],
    model: str,
    reasoning: Any,
    limit: int | None,
    tools: tuple[Tool, ...],
    choice: str,
) -> None:
    request = ChatRequest(
        tuple(turns),
        temperature=0.5,
        max_tokens=limit,
        tools=tools,
        tool_choice=choice,
        reasoning=reasoning,
    )
    body = build(request, model)
    assert body == build(request, model)
