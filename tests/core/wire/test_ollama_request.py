"""The body of a request to Ollama, whatever happened in the conversation."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.ollama_rules import check
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
from understudy.wire.format import Target
from understudy.wire.ollama_messages import chat, embed

if TYPE_CHECKING:
    from understudy.messages import Part
    from understudy.requests import Reasoning

TARGET = Target("ollama", "qwen3")
PICTURE = ImagePart(b"\x89PNG", "image/png", "cat.png")
DOCUMENT = FilePart(b"%PDF", "application/pdf", "paper.pdf")
WEATHER = Tool("get_weather", "Get the weather", {"type": "object", "properties": {}})
SEARCH = Tool("search", "Search", {"type": "object", "properties": {}})


def build(request: ChatRequest, target: Target = TARGET) -> dict[str, Any]:
    call = chat(request, target)
    assert call.path == "/api/chat"
    json.dumps(call.body)
    return call.body


def messages(*conversation: Message, target: Target = TARGET) -> list[dict[str, Any]]:
    return build(ChatRequest(conversation), target)["messages"]


def calling(*calls: ToolCallPart, text: str = "", thought: str = "") -> Message:
    thoughts = (ReasoningPart(thought, made_by="ollama/qwen3"),) if thought else ()
    return Message("assistant", (*thoughts, TextPart(text), *calls))


def results(**texts: str) -> Message:
    return Message("tool", tuple(ToolResultPart(each, text) for each, text in texts.items()))


def test_that_a_request_streams_and_refuses_to_forget() -> None:
    request = ChatRequest((Message.system("Be brief."), Message.user(" Hi ")))
    assert build(request) == {
        "model": "qwen3",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": " Hi "},
        ],
        "stream": True,
        "truncate": False,
    }


def test_that_what_is_given_stands_among_the_options() -> None:
    request = ChatRequest((Message.user("Hi"),), temperature=0.0, max_tokens=9, stop=("END",))
    assert build(request)["options"] == {"temperature": 0.0, "num_predict": 9, "stop": ["END"]}
    assert build(ChatRequest((), max_tokens=1))["options"] == {"num_predict": 1}


@pytest.mark.parametrize(
    ("reasoning", "think"), [("off", False), ("low", "low"), ("medium", "medium"), ("high", "high")]
)
def test_that_it_is_told_how_long_to_think(reasoning: Reasoning, think: bool | str) -> None:
    assert build(ChatRequest((), reasoning=reasoning))["think"] == think
    assert "think" not in build(ChatRequest(()))


def test_that_images_are_bare_base64_beside_the_words() -> None:
    [message] = messages(Message.user("What is this?", PICTURE, PICTURE))
    assert message["content"] == "What is this?"
    assert [b64decode(image) for image in message["images"]] == [PICTURE.data] * 2


def test_that_what_it_cannot_see_or_read_is_said_in_words() -> None:
    blind = Target("ollama", "qwen3", sees_images=False)
    [message] = messages(Message.user("Well?", PICTURE, DOCUMENT), target=blind)
    assert "images" not in message
    assert '"cat.png" was attached, which you cannot see' in message["content"]
    assert '"paper.pdf" was attached, which you cannot read' in message["content"]
    assert message["content"].endswith("Well?")


def test_that_a_file_of_text_is_words() -> None:
    [message] = messages(Message.user("Well?", FilePart(b"a,b", "text/csv", "t.csv")))
    assert "a,b" in message["content"]


def test_that_tools_are_offered_as_documented() -> None:
    body = build(ChatRequest((Message.user("Hi"),), tools=(WEATHER,)))
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Get the weather",
                "parameters": {"type": "object", "properties": {}},
            },
        }
    ]
    assert "tool_choice" not in body


@pytest.mark.parametrize(
    ("choice", "offered"),
    [
        ("auto", ["get_weather", "search"]),
        ("required", ["get_weather", "search"]),
        ("search", ["search"]),
        ("none", []),
    ],
)
def test_that_the_choice_of_a_tool_is_made_by_what_is_offered(
    choice: str, offered: list[str]
) -> None:
    request = ChatRequest((Message.user("Hi"),), tools=(WEATHER, SEARCH), tool_choice=choice)
    tools = build(request).get("tools", [])
    assert [tool["function"]["name"] for tool in tools] == offered


def test_that_calls_and_results_are_rendered() -> None:
    one = ToolCallPart("a", "get_weather", '{"city": "Toronto"}')
    two = ToolCallPart("b", "search", "{}")
    asked = calling(one, two, thought="I need the weather.")
    assert messages(Message.user("Well?"), asked, results(b="found", a="11 degrees"))[1:] == [
        {
            "role": "assistant",
            "content": "",
            "thinking": "I need the weather.",
            "tool_calls": [
                {
                    "id": "a",
                    "function": {
                        "index": 0,
                        "name": "get_weather",
                        "arguments": {"city": "Toronto"},
                    },
                },
                {"id": "b", "function": {"index": 1, "name": "search", "arguments": {}}},
            ],
        },
        {
            "role": "tool",
            "tool_name": "get_weather",
            "tool_call_id": "a",
            "content": "11 degrees",
        },
        {"role": "tool", "tool_name": "search", "tool_call_id": "b", "content": "found"},
    ]


def test_that_ids_made_up_for_two_answers_do_not_collide() -> None:
    call = ToolCallPart("call_0", "search", "{}")
    other = ToolCallPart("call_0", "get_weather", "{}")
    asked = messages(calling(call), results(call_0="1"), calling(other), results(call_0="2"))
    tools = [message for message in asked if message["role"] == "tool"]
    assert [message["tool_name"] for message in tools] == ["search", "get_weather"]
    assert tools[0]["tool_call_id"] != tools[1]["tool_call_id"]


def test_that_a_model_is_given_its_own_thoughts_alone() -> None:
    def answered(made_by: str) -> Message:
        return Message("assistant", (ReasoningPart("Hm.", made_by=made_by), TextPart("Yes.")))

    question = Message.user("Hi")
    _asked, mine, _more = messages(question, answered("ollama/qwen3"), Message.user("Well?"))
    assert mine["thinking"] == "Hm."
    _asked, other, _more = messages(question, answered("ollama/gemma4"), Message.user("Well?"))
    assert other == {"role": "assistant", "content": "Yes."}


def test_that_instructions_come_first_and_a_question_last() -> None:
    conversation = (Message.user("One"), Message.assistant("Two"), Message.system("In French."))
    assert [(each["role"], each["content"]) for each in messages(*conversation)] == [
        ("system", "In French."),
        ("user", "One"),
        ("assistant", "Two"),
        ("user", "Please go on."),
    ]


def test_that_texts_are_embedded_together_and_none_is_cut() -> None:
    call = embed(["one", "two"], TARGET, None)
    assert call.path == "/api/embed"
    assert call.body == {"model": "qwen3", "input": ["one", "two"], "truncate": False}
    assert embed(["one"], TARGET, 256).body["dimensions"] == 256


PARTS: st.SearchStrategy[Part] = st.one_of(
    st.sampled_from(["", " ", "words"]).map(TextPart),
    st.sampled_from([PICTURE, ImagePart(b"BM", "image/bmp"), DOCUMENT]),
    st.sampled_from(["ollama/qwen3", "a/b"]).map(lambda who: ReasoningPart("Hm.", "seal", who)),
    st.builds(
        ToolCallPart,
        st.sampled_from(["a", "b", "call_0", "!"]),
        st.just("find"),
        st.sampled_from(["{}", '{"a": 1}', '{"a": ', "[]", ""]),
    ),
    st.builds(ToolResultPart, st.sampled_from(["a", "b", "call_0", "!"]), st.text(max_size=3)),
)
TURNS = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    st.lists(PARTS, max_size=4).map(tuple),
    st.booleans(),
)


@given(st.lists(TURNS, max_size=8))
def test_that_no_conversation_makes_a_request_that_is_refused(turns: list[Message]) -> None:
    check(build(ChatRequest(tuple(turns))))
