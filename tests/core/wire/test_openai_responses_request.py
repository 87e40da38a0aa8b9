"""The body of a Responses request, checked against the reference whatever was said before.

Source: developers.openai.com (api/reference/resources/responses/methods/create), and the threads
named where servers want more than it says.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.responses_replies import thought
from helpers.responses_rules import check
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
from understudy.wire.format import Target
from understudy.wire.openai_responses import FORMAT
from understudy.wire.responses_input import seal

TARGET = Target("openairesponses", "gpt-5.5")
OURS = "openairesponses/gpt-5.5"
SEAL = seal(thought("So."))
SEALED = ReasoningPart("So.", SEAL, OURS)
FIND = Tool("find", "Finds.", {"type": "object", "properties": {"q": {"type": "string"}}})


def build(request: ChatRequest, target: Target = TARGET) -> dict[str, Any]:
    call = FORMAT.chat(request, target)
    assert call.path == "/responses"
    return call.body


def items(*conversation: Message, target: Target = TARGET) -> list[dict[str, Any]]:
    return build(ChatRequest(conversation), target)["input"]


def answered(*parts: Part) -> Message:
    return Message("assistant", parts)


def result(*ids: str) -> Message:
    return Message("tool", tuple(ToolResultPart(each, f"found {each}") for each in ids))


def said(number: int, text: str) -> dict[str, Any]:
    """An answer's message as it goes back."""
    return {
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": list[object]()}],
        "id": f"msg_{number}",
    }


def user(content: object) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": content}


def test_that_a_request_streams_and_leaves_nothing_at_the_server() -> None:
    assert build(ChatRequest((Message.system("Be brief."), Message.user(" Hi ")))) == {
        "model": "gpt-5.5",
        "input": [
            {"type": "message", "role": "system", "content": "Be brief."},
            {"type": "message", "role": "user", "content": " Hi "},
        ],
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }


def test_that_what_is_not_given_is_left_to_the_provider() -> None:
    request = ChatRequest((Message.user("Hi"),), temperature=0.0, max_tokens=99)
    body = build(request)
    assert (body["temperature"], body["max_output_tokens"]) == (0.0, 99)
    without = build(ChatRequest((Message.user("Hi"),)))
    assert {"temperature", "max_output_tokens", "reasoning", "tools"}.isdisjoint(without)


def test_that_a_limit_is_never_less_than_the_api_takes() -> None:
    body = build(ChatRequest((Message.user("Hi"),), max_tokens=1))
    assert body["max_output_tokens"] == 16


def test_that_a_limit_is_never_more_than_the_model_writes() -> None:
    target = Target("p", "m", max_output=4_096)
    assert (
        build(ChatRequest((Message.user("Hi"),), max_tokens=9_999), target)["max_output_tokens"]
        == 4_096
    )


def test_that_stop_sequences_which_this_api_lacks_are_left_out() -> None:
    assert "stop" not in build(ChatRequest((Message.user("Hi"),), stop=("END",)))


@pytest.mark.parametrize(
    ("reasoning", "sent"),
    [
        ("off", {"effort": "none"}),
        ("low", {"effort": "low", "summary": "auto"}),
        ("medium", {"effort": "medium", "summary": "auto"}),
        ("high", {"effort": "high", "summary": "auto"}),
    ],
)
def test_that_thinking_is_asked_for_with_a_summary_to_show(reasoning: Any, sent: object) -> None:
    request = ChatRequest((Message.user("Hi"),), reasoning=reasoning)
    assert build(request)["reasoning"] == sent


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("find", {"type": "function", "name": "find"}),
    ],
)
def test_that_tools_are_flat_and_not_strict(choice: str, sent: object) -> None:
    body = build(ChatRequest((Message.user("Hi"),), tools=(FIND,), tool_choice=choice))
    tool = {"name": "find", "description": "Finds.", "parameters": FIND.parameters}
    assert body["tools"] == [{"type": "function", **tool, "strict": False}]
    assert body["tool_choice"] == sent


def test_that_instructions_stay_where_they_were_said() -> None:
    late = items(Message.user("Hi"), Message.assistant("Yes"), Message.system("Now in French."))
    assert late[2] == {"type": "message", "role": "system", "content": "Now in French."}


def test_that_pictures_and_documents_are_attached() -> None:
    picture = ImagePart(b"\x89PNG", "image/png", "a.png")
    paper = FilePart(b"%PDF", "application/pdf")
    named = FilePart(b"%PDF", "application/pdf", "b.pdf")
    assert items(Message.user("Look", picture, paper, named)) == [
        user(
            [
                {
                    "type": "input_image",
                    "image_url": "data:image/png;base64,iVBORw==",
                    "detail": "auto",
                },
                {
                    "type": "input_file",
                    "filename": "document.pdf",
                    "file_data": "data:application/pdf;base64,JVBERg==",
                },
                {
                    "type": "input_file",
                    "filename": "b.pdf",
                    "file_data": "data:application/pdf;base64,JVBERg==",
                },
                {"type": "input_text", "text": "Look"},
            ]
        )
    ]
    assert [part["type"] for part in items(Message.user(" ", picture))[0]["content"]] == [
        "input_image"
    ]


def test_that_a_model_without_eyes_is_told_what_it_cannot_see() -> None:
    blind = Target("p", "m", sees_images=False, reads_files=False)
    conversation = Message.user("Look", ImagePart(b"x", "image/png", "cat.png"))
    (item,) = items(conversation, target=blind)
    assert item["content"] == '[An image "cat.png" was attached, which you cannot see.]\nLook'


def test_that_an_interrupted_answer_goes_along_as_context() -> None:
    broken = Message.assistant("Once upon a", interrupted=True)
    assert items(Message.user("Tell"), broken, Message.user("Go on")) == [
        user("Tell"),
        said(1, "Once upon a"),
        user("Go on"),
    ]


def test_that_calls_go_back_with_what_was_answered() -> None:
    calls = [ToolCallPart(each, "find", '{"q": 1}') for each in ("a", "b")]
    conversation = (Message.user("Find"), answered(TextPart("Let me look."), *calls))
    assert items(*conversation, result("a", "b"))[1:] == [
        said(1, "Let me look."),
        *(
            {"type": "function_call", "call_id": each, "name": "find", "arguments": '{"q": 1}'}
            for each in ("a", "b")
        ),
        *(
            {"type": "function_call_output", "call_id": each, "output": f"found {each}"}
            for each in ("a", "b")
        ),
    ]


def test_that_a_call_that_nobody_answered_is_left_out_with_its_thought() -> None:
    broken = answered(TextPart("Let me look."), SEALED, ToolCallPart("a", "find", "{}"))
    assert items(Message.user("Find"), broken, Message.user("Well?"))[1:] == [
        said(1, "Let me look."),
        user("Well?"),
    ]


def test_that_a_model_gets_its_own_thoughts_back() -> None:
    again = answered(SEALED, ToolCallPart("a", "find", "{}"))
    conversation = (Message.user("Hi"), answered(SEALED, TextPart("Yes.")), Message.user("And?"))
    sent = items(*conversation, again, result("a"))
    sealed = thought("So.")
    assert [item["type"] for item in sent] == [
        "message",
        "reasoning",
        "message",
        "message",
        "reasoning",
        "function_call",
        "function_call_output",
    ]
    assert sent[1] == sent[4] == sealed


@pytest.mark.parametrize(
    "part",
    [
        ReasoningPart("So.", SEAL, "openairesponses/another-model"),
        ReasoningPart("So.", SEAL),
        ReasoningPart("So.", "", OURS),
        ReasoningPart("So.", "EqQBCgIYAhIM1gbcDa9GJwZA2b3h", OURS),  # Anthropic's
        ReasoningPart(
            "So.", '[{"type": "reasoning.encrypted", "data": "x"}]', OURS
        ),  # OpenRouter's
        ReasoningPart("So.", '{"id": "rs_1", "summary": []}', OURS),
        ReasoningPart("So.", '{"encrypted_content": 7}', OURS),
    ],
)
def test_that_nobody_gets_a_thought_that_is_not_their_own(part: ReasoningPart) -> None:
    assert items(Message.user("Hi"), answered(part, TextPart("Yes."))) == [
        user("Hi"),
        said(1, "Yes."),
    ]


def test_that_a_thought_that_led_to_nothing_is_left_out() -> None:
    # 400: "Item 'rs_1' of type 'reasoning' was provided without its required following item."
    assert items(Message.user("Hi"), answered(TextPart("Yes."), SEALED))[1:] == [said(1, "Yes.")]
    doubled = items(Message.user("Hi"), answered(SEALED, SEALED, TextPart("Yes.")))
    assert [item["type"] for item in doubled] == ["message", "reasoning", "message"]
    assert items(Message.user("Hi"), answered(SEALED, TextPart("  "))) == [user("Hi")]


def test_that_a_seal_without_an_id_is_given_back_without_one() -> None:
    # 400: "Invalid 'input[1].id': ''. Expected an ID that begins with 'rs'."
    for name in (None, "", 7):
        part = ReasoningPart("", seal({"id": name, "encrypted_content": "x"}), OURS)
        assert items(Message.user("Hi"), answered(part, TextPart("Yes.")))[1] == {
            "type": "reasoning",
            "summary": [],
            "encrypted_content": "x",
        }


def test_that_there_is_no_seal_where_nothing_is_sealed() -> None:
    assert seal({"id": "rs_1", "summary": []}) == ""
    assert seal({"encrypted_content": ""}) == ""
    assert seal({"encrypted_content": {}}) == ""


WORDS = st.sampled_from(["", " ", "\n", "words", "한국어", "half \ud83d"])
IDS = st.sampled_from(["a", "b", "", "an id of somebody else's: " + "x" * 90])
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, WORDS),
    st.builds(ImagePart, st.just(b"x"), st.sampled_from(["image/png", "image/tiff"])),
    st.builds(FilePart, st.just(b"{}"), st.sampled_from(["application/pdf", "text/plain", "a/b"])),
    st.builds(
        ReasoningPart,
        WORDS,
        st.sampled_from(["", "seal", SEAL, "{}", "[]"]),
        st.sampled_from(["", OURS, "anthropic/claude"]),
        st.booleans(),
    ),
    st.builds(
        ToolCallPart,
        IDS,
        st.just("find"),
        st.sampled_from(["", "{}", '{"a": 1}', '{"a', "[]"]),
        st.sampled_from(["", "seal"]),
        st.sampled_from(["", OURS]),
    ),
    st.builds(ToolResultPart, IDS, WORDS, st.booleans()),
)
MESSAGES = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    st.lists(PARTS, max_size=4).map(tuple),
    st.booleans(),
)


@given(st.lists(MESSAGES, max_size=7), st.booleans(), st.booleans())
def test_that_no_conversation_makes_a_request_that_the_server_refuses(
    conversation: list[Message], sees: bool, reads: bool
) -> None:
    target = Target("openairesponses", "gpt-5.5", sees_images=sees, reads_files=reads)
    check(build(ChatRequest(tuple(conversation), tools=(FIND,)), target))


def test_that_a_conversation_with_everything_in_it_is_taken() -> None:
    call = ToolCallPart("a", "find", "{}", "", OURS)
    picture = ImagePart(b"x", "image/png")
    check(
        build(
            ChatRequest(
                (
                    Message.system("Be brief."),
                    Message.user("Look", picture, FilePart(b"hi", "text/plain", "a.txt")),
                    answered(SEALED, TextPart("Let me look."), call),
                    result("a"),
                    Message.assistant("There.", interrupted=True),
                    Message.user("Thanks"),
                )
            )
        )
    )
