"""The body of a request, legal for every server whatever happened in the conversation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.openai_rules import check
from understudy.messages import FilePart, ImagePart, Message, ToolCallPart, ToolResultPart
from understudy.requests import ChatRequest, Tool
from understudy.wire.format import Dialect, Target
from understudy.wire.openai_messages import chat


def build(request: ChatRequest, **dialect: Any) -> dict[str, Any]:
    return chat(request, Target("p", "m", Dialect(**dialect))).body


def messages(*conversation: Message) -> list[dict[str, Any]]:
    return build(ChatRequest(conversation))["messages"]


def calling(*ids: str, text: str = "", interrupted: bool = False) -> Message:
    calls = tuple(ToolCallPart(each, "find", "{}") for each in ids)
    return Message("assistant", (*Message.assistant(text).parts, *calls), interrupted)


def result(call_id: str) -> Message:
    return Message("tool", (ToolResultPart(call_id, "found"),))


def test_that_a_request_streams_and_asks_for_the_usage() -> None:
    body = build(ChatRequest((Message.system("Be brief."), Message.user(" Hi "))))
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": " Hi "},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_that_what_is_not_given_is_left_to_the_provider() -> None:
    request = ChatRequest((Message.user("Hi"),), temperature=0.0, max_tokens=9, stop=("END",))
    body = build(request, usage_on_request=False)
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.0, 9, ["END"])
    assert "stream_options" not in body
    assert {"temperature", "max_tokens", "stop"}.isdisjoint(build(ChatRequest(())))


def test_that_the_limit_is_called_what_the_server_calls_it() -> None:
    request = ChatRequest((Message.user("Hi"),), max_tokens=9)
    body = build(request, max_tokens_name="max_completion_tokens")
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("auto", "auto"),
        ("required", "required"),
        ("find", {"type": "function", "function": {"name": "find"}}),
    ],
)
def test_that_tools_are_offered_and_demanded(choice: str, said: object) -> None:
    tool = Tool("find", "Finds.", {"type": "object"})
    body = build(ChatRequest((Message.user("Hi"),), tools=(tool,), tool_choice=choice))
    function = {"name": "find", "description": "Finds.", "parameters": {"type": "object"}}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert body["tool_choice"] == said


def test_that_pictures_and_documents_stand_beside_the_words() -> None:
    picture, paper = ImagePart(b"\x89PNG", "image/png"), FilePart(b"%PDF", "application/pdf")
    (message,) = messages(Message.user("Look", picture, paper))
    file = {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}
    assert message["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {"type": "file", "file": file},
        {"type": "text", "text": "Look"},
    ]


def test_that_an_interrupted_answer_goes_along_as_context() -> None:
    broken = Message.assistant("Once upon a", interrupted=True)
    assert messages(Message.user("Tell"), broken, Message.user("Go on")) == [
        {"role": "user", "content": "Tell"},
        {"role": "assistant", "content": "Once upon a"},
        {"role": "user", "content": "Go on"},
    ]


def test_that_an_answer_that_broke_off_before_its_first_word_leaves_no_gap() -> None:
    empty = Message.assistant(" \n", interrupted=True)
    assert messages(Message.user("One"), empty, Message.user("Two")) == [
        {"role": "user", "content": "One\n\nTwo"}
    ]


def test_that_tool_calls_and_their_results_are_rendered() -> None:
    both = Message("tool", (ToolResultPart("a", "1"), ToolResultPart("b", "2")))
    assert messages(Message.user("Find"), calling("a", "b"), both)[1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": each, "type": "function", "function": {"name": "find", "arguments": "{}"}}
                for each in ("a", "b")
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
    ]


def test_that_a_call_that_nobody_answered_is_left_out() -> None:
    broken = calling("a", text="Let me look.", interrupted=True)
    assert messages(Message.user("Find"), broken, Message.user("Well?"))[1] == {
        "role": "assistant",
        "content": "Let me look.",
    }


def test_that_a_result_without_its_call_is_left_out() -> None:
    turns = messages(Message.user("Find"), result("gone"), Message.user("Well?"))
    assert turns == [{"role": "user", "content": "Find\n\nWell?"}]


def roles(*conversation: Message, model: str = "m") -> list[str]:
    body = chat(ChatRequest(conversation), Target("p", model)).body
    return [message["role"] for message in body["messages"]]


def test_that_instructions_come_first_wherever_they_were_said() -> None:
    """Else Qwen's template says "System message must be at the beginning"."""
    late = (Message.user("One"), Message.system("A"), Message.user("Two"), Message.system("B"))
    assert messages(*late) == [
        {"role": "system", "content": "A\n\nB"},
        {"role": "user", "content": "One\n\nTwo"},
    ]


def test_that_the_user_begins_and_has_the_last_word() -> None:
    """Else Perplexity says "Last message must have role `user`"."""
    assert messages(Message.assistant("Hello!")) == [
        {"role": "user", "content": "(The conversation goes on from here.)"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Please go on."},
    ]
    assert roles() == ["user"]
    assert roles(Message.system("Be brief.")) == ["system", "user"]
    assert roles(Message.user("Find"), calling("a"), result("a"))[-1] == "tool"


def test_that_between_a_result_and_a_person_mistrals_models_want_an_answer() -> None:
    conversation = (Message.user("Find"), calling("a"), result("a"), Message.user("Well?"))
    assert roles(*conversation) == ["user", "assistant", "tool", "user"]
    mistrals = roles(*conversation, model="devstral-2")
    assert mistrals == ["user", "assistant", "tool", "assistant", "user"]


def test_that_no_more_is_asked_for_than_the_model_writes() -> None:
    request = ChatRequest((Message.user("Hi"),), max_tokens=9_999)
    assert chat(request, Target("p", "m", max_output=4_096)).body["max_tokens"] == 4_096


TURNS = st.one_of(
    st.sampled_from(["", " ", "words"]).map(Message.user),
    st.sampled_from(["", "\n", "words"]).map(lambda t: Message.assistant(t, interrupted=True)),
    st.sampled_from("ab").map(result),
    st.sets(st.sampled_from("ab")).map(lambda ids: calling(*sorted(ids), interrupted=True)),
)


@given(st.lists(TURNS, max_size=8))
def test_that_no_conversation_makes_a_request_that_servers_refuse(turns: list[Message]) -> None:
    target = Target("p", "m")
    check(chat(ChatRequest(tuple(turns)), target).body, target)


def test_that_only_who_takes_a_prefill_is_left_to_go_on_by_itself() -> None:
    begun = ChatRequest((Message.user("Tell"), Message.assistant("Once", interrupted=True)))
    for prefill, last in ((False, "user"), (True, "assistant")):
        body = chat(begun, Target("p", "m", prefill=prefill)).body
        assert body["messages"][-1]["role"] == last
