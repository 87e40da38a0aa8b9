"""What OpenAI's clients send, as Understudy has it; and what is refused, with the field's place."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.requests import ChatRequest, Tool
from understudy.serve.failures import ApiError
from understudy.serve.requests_in import ChatCall, read_chat

PNG = b"\x89PNG\r\n"
PNG_URL = f"data:image/png;base64,{b64encode(PNG).decode()}"
PDF = b"%PDF-1.7"
PDF_BASE64 = b64encode(PDF).decode()
HELLO = [{"role": "user", "content": "Hello"}]
FIND = {"type": "function", "function": {"name": "find", "description": "Finds."}}


def read(**body: Any) -> ChatCall:
    return read_chat(json.dumps({"messages": HELLO, **body}).encode())


def said(*parts: Any) -> Message:
    """Read a person's turn with these parts."""
    return read(messages=[{"role": "user", "content": list(parts)}]).request.messages[0]


def refused(body: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read_chat(body)
    assert caught.value.status == 400
    assert caught.value.message.endswith("Nobody was asked.")
    return caught.value


def refusal(**body: Any) -> ApiError:
    return refused(json.dumps({"messages": HELLO, **body}).encode())


# Messages


def test_that_a_conversation_is_taken_turn_by_turn() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        {"role": "user", "content": "What is the weather?", "name": "Ann"},
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city":"서울"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "Rain."},
        {"role": "assistant", "content": None, "refusal": "I cannot."},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "Sun."}]},
    ]
    assert read(messages=messages).request.messages == (
        Message.system("Be brief."),
        Message.system("Be kind."),
        Message.user("What is the weather?"),
        Message(
            "assistant",
            (TextPart("Let me see."), ToolCallPart("call_1", "weather", '{"city":"서울"}')),
        ),
        Message("tool", (ToolResultPart("call_1", "Rain."),)),
        Message.assistant("I cannot."),
        Message.assistant("No."),
        Message("tool", (ToolResultPart("call_2", "Sun."),)),
    )


def test_that_a_call_brings_back_the_seal_that_our_own_answer_put_beside_it() -> None:
    call = {
        "id": "c",
        "function": {"name": "f", "arguments": "{}"},
        "extra_content": {"understudy": {"signature": "seal", "made_by": "gemini/g"}},
    }
    foreign = {**call, "extra_content": {"google": {"thought_signature": "x"}}}
    messages = [{"role": "assistant", "tool_calls": [call, foreign]}]
    assert read(messages=messages).request.messages[0].parts == (
        ToolCallPart("c", "f", "{}", "seal", "gemini/g"),
        ToolCallPart("c", "f", "{}"),
    )


def test_that_pictures_and_files_come_inside_the_request() -> None:
    assert said(
        {"type": "text", "text": "Look."},
        {"type": "image_url", "image_url": {"url": PNG_URL, "detail": "low"}},
        {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PDF_BASE64}"}},
        {"type": "file", "file": {"file_data": PDF_BASE64, "filename": "a.pdf"}},
        {"type": "file", "file": {"file_data": PDF_BASE64}},
    ) == Message(
        "user",
        (
            TextPart("Look."),
            ImagePart(PNG, "image/png"),
            FilePart(PDF, "application/pdf"),
            FilePart(PDF, "application/pdf", "a.pdf"),
            FilePart(PDF, "application/octet-stream"),
        ),
    )


@pytest.mark.parametrize(
    "url",
    [
        PNG_URL.replace("image/png", "IMAGE/PNG"),
        PNG_URL.replace("data:", "DATA:"),
        PNG_URL.replace(";base64", ";charset=utf-8;base64"),
        f"{PNG_URL[:26]}\n {PNG_URL[26:]}",
    ],
)
def test_that_a_data_url_may_be_written_in_several_ways(url: str) -> None:
    part = {"type": "image_url", "image_url": {"url": url}}
    assert said(part).parts == (ImagePart(PNG, "image/png"),)


@pytest.mark.parametrize("url", ["https://example.invalid/a.png", "http://127.0.0.1/", "file:///a"])
def test_that_a_picture_elsewhere_is_never_fetched(url: str) -> None:
    image = {"type": "image_url", "image_url": {"url": url}}
    error = refusal(messages=[{"role": "user", "content": [{"type": "text", "text": "?"}, image]}])
    assert "fetches no pictures" in error.message
    assert error.param == "messages[0].content[1].image_url.url"


@pytest.mark.parametrize(
    "url",
    [
        5,
        "",
        "a.png",
        "data:image/png,abc",
        "data:image/png;base64",
        "data:image/png;base64,",
        "data:image/png;base64,!!!",
        "data:image/png;base64,abc",
        f"data:text/html;base64,{PDF_BASE64}",
    ],
)
def test_that_what_is_no_picture_is_refused(url: Any) -> None:
    image = {"type": "image_url", "image_url": {"url": url}}
    error = refusal(messages=[{"role": "user", "content": [image]}])
    assert error.param == "messages[0].content[0].image_url.url"


@pytest.mark.parametrize(
    "file", [5, {}, {"file_id": "file-1"}, {"file_data": 5}, {"file_data": "!"}, {"filename": "a"}]
)
def test_that_a_file_without_its_data_is_refused(file: Any) -> None:
    error = refusal(messages=[{"role": "user", "content": [{"type": "file", "file": file}]}])
    assert error.param == "messages[0].content[0].file"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [("cut \ud83d", "cut \ufffd"), ("\ude42 cut", "\ufffd cut"), ("\ud83d🙂", "\ufffd🙂")],
)
def test_that_text_that_was_cut_inside_a_character_is_mended(text: str, read_as: str) -> None:
    assert read(messages=[{"role": "user", "content": text}]).request.messages[0].text == read_as


@given(st.text(max_size=20))
def test_that_any_text_arrives_as_it_was_sent(text: str) -> None:
    for ascii_only in (True, False):
        body = json.dumps(
            {"messages": [{"role": "user", "content": f"🙂\\ud83d{text}"}]},
            ensure_ascii=ascii_only,
        )
        assert read_chat(body.encode()).request.messages[0].text == f"🙂\\ud83d{text}"


# Everything else


def test_that_nothing_but_messages_is_needed() -> None:
    assert read() == ChatCall("", ChatRequest((Message.user("Hello"),)), False, False)


def test_that_what_is_asked_of_the_answer_is_passed_on() -> None:
    call = read(
        model="My route",
        stream=True,
        stream_options={"include_usage": True},
        temperature=1,
        max_tokens=5,
        max_completion_tokens=7,
        stop=["a", "b"],
        tools=[FIND],
        tool_choice="required",
        reasoning_effort="minimal",
        n=1,
        response_format={"type": "text"},
        modalities=["text"],
        user="me",
        seed=7,
        some_field_of_the_future={"a": 1},
    )
    assert call == ChatCall(
        "My route",
        ChatRequest(
            (Message.user("Hello"),),
            temperature=1.0,
            max_tokens=7,
            stop=("a", "b"),
            tools=(Tool("find", "Finds.", {"type": "object", "properties": {}}),),
            tool_choice="required",
            reasoning="low",
        ),
        stream=True,
        include_usage=True,
    )


@pytest.mark.parametrize(
    ("effort", "reasoning"),
    [("none", "off"), ("low", "low"), ("medium", "medium"), ("high", "high"), ("xhigh", "high")],
)
def test_that_how_long_to_think_is_translated(effort: str, reasoning: str) -> None:
    assert read(reasoning_effort=effort).request.reasoning == reasoning


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        (None, "auto"),
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ({"type": "function", "function": {"name": "find"}}, "find"),
    ],
)
def test_that_the_choice_of_a_tool_is_taken(choice: Any, taken: str) -> None:
    assert read(tools=[FIND], tool_choice=choice).request.tool_choice == taken


def test_that_a_null_is_as_good_as_nothing() -> None:
    nothing = dict.fromkeys(
        ("model", "stream", "stream_options", "temperature", "max_tokens", "stop", "tools", "n")
    )
    assert read(**nothing) == read()
    assert read(stream_options={"include_usage": None}) == read()


REFUSED: dict[str, dict[str, Any]] = {
    "messages": {"messages": []},
    "messages[0]": {"messages": [{"role": "function", "content": "a"}]},
    "messages[1]": {"messages": [*HELLO, {"content": "a"}]},
    "messages[0].content": {"messages": [{"role": "user"}]},
    "messages[0].content[0]": {"messages": [{"role": "user", "content": [{"type": "audio"}]}]},
    "messages[0].content[0].text": {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
    "messages[0].tool_call_id": {"messages": [{"role": "tool", "content": "a"}]},
    "messages[0].tool_calls[0].type": {
        "messages": [{"role": "assistant", "tool_calls": [{"id": "a", "type": "custom"}]}]
    },
    "temperature": {"temperature": 3},
    "max_tokens": {"max_tokens": 0},
    "max_completion_tokens": {"max_completion_tokens": "9"},
    "stop[0]": {"stop": [1]},
    "stream": {"stream": "yes"},
    "tools[0].type": {"tools": [{"type": "custom", "custom": {"name": "a"}}]},
    "tools[0].function.name": {"tools": [{"function": {"name": ""}}]},
    "tool_choice": {"tools": [FIND], "tool_choice": "lose"},
    "reasoning_effort": {"reasoning_effort": "huge"},
    "n": {"n": 2},
    "response_format": {"response_format": {"type": "json_object"}},
    "modalities": {"modalities": ["text", "audio"]},
    "functions": {"functions": [{"name": "a"}]},
}


@pytest.mark.parametrize("param", REFUSED)
def test_that_what_cannot_be_done_is_refused_with_its_place(param: str) -> None:
    assert refusal(**REFUSED[param]).param == param


@pytest.mark.parametrize(
    "choice",
    [
        "required",
        5,
        {"type": "allowed_tools"},
        {"type": "function"},
        {"type": "function", "function": {}},
        {"type": "function", "function": {"name": "find"}},
    ],
)
def test_that_a_tool_that_is_not_there_cannot_be_chosen(choice: Any) -> None:
    assert refusal(tool_choice=choice).param == "tool_choice"


@pytest.mark.parametrize("value", [[2], {"a": 1}, "two", 0, 1.5])
def test_that_several_answers_are_refused_however_they_are_asked_for(value: Any) -> None:
    assert refusal(n=value).param == "n"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'"a"', b"[" * 100_000, b'{"a":\x00}']
)
def test_that_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert refused(body).param is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["role", "content", "type", "text", "image_url", "url", "file", "tool_calls", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from([*REFUSED, "messages", "tools", "model", "stream_options"]), JSON
    )
)
def test_that_whatever_is_sent_is_read_or_refused(body: dict[str, Any]) -> None:
    for given_body in (json.dumps(body), json.dumps({"messages": HELLO, **body})):
        with suppress(ApiError):
            assert isinstance(read_chat(given_body.encode()), ChatCall)


@given(st.binary(max_size=60))
def test_that_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(ApiError):
        read_chat(body)
