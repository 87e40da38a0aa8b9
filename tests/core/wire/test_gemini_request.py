"""The body of a request, legal for Gemini whatever happened in the conversation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.gemini_rules import check_contents
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
from understudy.wire.conversation import turns_of
from understudy.wire.format import Target
from understudy.wire.gemini_messages import chat, embed

DUMMY = "skip_thought_signature_validator"
MODEL = "gemini-3.5-flash"
MINE = f"google/{MODEL}"
PNG = ImagePart(b"\x89PNG", "image/png", "cat.png")
PDF = FilePart(b"%PDF", "application/pdf", "notes.pdf")


def target(model: str = MODEL, **known: Any) -> Target:
    return Target("google", model, **known)


def build(request: ChatRequest, model: str = MODEL, **known: Any) -> dict[str, Any]:
    return chat(request, target(model, **known)).body


def contents(*conversation: Message, model: str = MODEL, **known: Any) -> list[dict[str, Any]]:
    return build(ChatRequest(conversation), model, **known)["contents"]


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def assistant(*parts: Part) -> Message:
    return Message("assistant", parts)


def call(identity: str, signature: str = "", made_by: str = MINE) -> ToolCallPart:
    return ToolCallPart(identity, "find", '{"a": 1}', signature, made_by)


def results(*ids: str, is_error: bool = False) -> Message:
    return Message("tool", tuple(ToolResultPart(each, "found", is_error) for each in ids))


def called(signature: str = "", **more: Any) -> dict[str, Any]:
    part: dict[str, Any] = {"functionCall": {"name": "find", "args": {"a": 1}, **more}}
    return {**part, "thoughtSignature": signature} if signature else part


def answered(text: str = "found", key: str = "output", **more: Any) -> dict[str, Any]:
    return {"functionResponse": {"name": "find", "response": {key: text}, **more}}


def test_that_a_request_is_what_the_documentation_shows() -> None:
    request = ChatRequest((Message.system("Be brief."), Message.user(" Hi ")))
    made = chat(request, target("gemini-2.0-flash"))
    assert made.path == "/models/gemini-2.0-flash:streamGenerateContent?alt=sse"
    assert made.body == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": " Hi "}]}],
    }


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("models/gemini-3.5-flash", "gemini-3.5-flash"),
        ("gemini-2.5-flash@default", "gemini-2.5-flash%40default"),
        ("a/../b?c#d e", "a%2F..%2Fb%3Fc%23d%20e"),
    ],
)
def test_that_a_model_id_is_safe_in_a_path(name: str, path: str) -> None:
    asked = ChatRequest((Message.user("Hi"),))
    assert chat(asked, target(name)).path == f"/models/{path}:streamGenerateContent?alt=sse"
    assert embed(["Hi"], target(name), None).path == f"/models/{path}:batchEmbedContents"


def test_that_what_is_asked_for_has_its_own_name() -> None:
    request = ChatRequest(
        (Message.user("Hi"),), temperature=0.0, max_tokens=9, stop=tuple("abcdefg"), reasoning="low"
    )
    assert build(request)["generationConfig"] == {
        "temperature": 0.0,
        "maxOutputTokens": 9,
        "stopSequences": ["a", "b", "c", "d", "e"],
        "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
    }
    assert "generationConfig" not in build(ChatRequest((Message.user("Hi"),)), "gemma-3-27b-it")


def test_that_no_more_is_asked_for_than_the_model_writes() -> None:
    request = ChatRequest((Message.user("Hi"),), max_tokens=99_999)
    assert build(request, max_output=65_536)["generationConfig"]["maxOutputTokens"] == 65_536


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {}}},
    {"$ref": "#/$defs/A", "$defs": {"A": {}}},
]
NO_SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {}, "additionalProperties": False},
    {},
]


def declared(schema: dict[str, Any]) -> Any:
    tools = (Tool("find", "Finds things.", schema),)
    return build(ChatRequest((Message.user("Hi"),), tools=tools))["tools"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_that_tools_are_described_by_their_own_schema(schema: dict[str, Any]) -> None:
    declaration = {"name": "find", "description": "Finds things.", "parametersJsonSchema": schema}
    assert declared(schema) == [{"functionDeclarations": [declaration]}]


@pytest.mark.parametrize("schema", NO_SCHEMAS)
def test_that_a_tool_without_parameters_has_no_schema(schema: dict[str, Any]) -> None:
    declaration = {"name": "find", "description": "Finds things."}
    assert declared(schema) == [{"functionDeclarations": [declaration]}]


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("find", {"mode": "ANY", "allowedFunctionNames": ["find"]}),
    ],
)
def test_that_it_is_said_whether_to_call_a_tool(choice: str, config: dict[str, Any]) -> None:
    tools = (Tool("find", "", {}),)
    body = build(ChatRequest((Message.user("Hi"),), tools=tools, tool_choice=choice))
    assert body["toolConfig"] == {"functionCallingConfig": config}


def test_that_pictures_and_files_go_along() -> None:
    text = FilePart(b"a,b", "text/csv", "t.csv")
    assert contents(Message.user("See", PNG, PDF, text)) == [
        user(
            {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
            {"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}},
            {"text": "t.csv:\n```\na,b\n```\nSee"},
        )
    ]


@pytest.mark.parametrize(
    ("picture", "sees"),
    [(PNG, False), (ImagePart(b"GIF8", "image/gif", "cat.png"), True)],
)
def test_that_pictures_that_cannot_be_sent_are_said(picture: ImagePart, sees: bool) -> None:
    said = '[An image "cat.png" was attached, which you cannot see.]\nSee'
    assert contents(Message.user("See", picture), sees_images=sees) == [user({"text": said})]


def test_that_the_talk_begins_with_the_user_and_never_is_nothing() -> None:
    assert [each["role"] for each in contents(Message.assistant("Hello."))] == ["user", "model"]
    body = build(ChatRequest((Message.system("Say hello."),)))
    assert body["contents"] == [user({"text": "Say hello."})]
    assert "systemInstruction" not in body


def test_that_older_gemmas_are_told_their_instructions_by_the_user() -> None:
    request = ChatRequest((Message.system("Be brief."), Message.user("Hi", PNG)))
    body = build(request, "gemma-3-27b-it")
    blob = {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}
    assert body["contents"] == [user({"text": "Be brief.\n\n"}, blob, {"text": "Hi"})]
    assert "systemInstruction" not in body
    assert "systemInstruction" in build(request, "gemma-4-31b-it")


def test_that_all_results_of_a_turn_are_in_one_content() -> None:
    asked = (Message.user("Find"), assistant(call("a1", "S"), call("b2")))
    assert contents(*asked, results("a1"), results("b2", is_error=True)) == [
        user({"text": "Find"}),
        model(called("S", id="a1"), called(id="b2")),
        user(answered(id="a1"), answered(key="error", id="b2")),
    ]


def test_that_ids_which_the_model_did_not_give_are_not_sent() -> None:
    made_up = assistant(call("call_0", "S"))
    assert contents(Message.user("Find"), made_up, results("call_0"))[1:] == [
        model(called("S")),
        user(answered()),
    ]
    foreign = assistant(call("toolu_01", "S", "other/model"))
    assert contents(Message.user("Find"), foreign, results("toolu_01"))[1:] == [
        model(called(DUMMY)),
        user(answered()),
    ]


@pytest.mark.parametrize("made_by", ["other/model", MINE])
def test_that_the_first_call_of_each_step_is_sealed(made_by: str) -> None:
    steps = (
        assistant(call("a", "", made_by), call("b", "", made_by)),
        results("a", "b"),
        assistant(TextPart("And"), call("c", "", made_by)),
        results("c"),
    )
    signatures = [
        [part.get("thoughtSignature") for part in content["parts"]]
        for content in contents(Message.user("Find"), *steps)
    ]
    assert signatures == [[None], [DUMMY, None], [None, None], [None, DUMMY], [None]]


def test_that_calls_of_turns_before_this_one_need_no_seal() -> None:
    before = (Message.user("Find"), assistant(call("a", "", "other/model")), results("a"))
    assert contents(*before, Message.assistant("Done."), Message.user("More"))[1] == model(called())
    assert contents(*before, Message.user("Well?"))[1:] == [
        model(called()),
        user(answered()),
        user({"text": "Well?"}),
    ]


@pytest.mark.parametrize(
    ("name", "seals"),
    [
        ("gemini-2.5-pro", False),
        ("gemini-2.0-flash", False),
        ("models/gemini-2.5-flash", False),
        ("gemini-3-pro-preview", True),
        ("gemini-flash-latest", True),
        ("gemini-10.2-pro", True),
    ],
)
def test_that_only_models_since_the_third_get_a_made_up_seal(name: str, seals: bool) -> None:
    asked = (Message.user("Find"), assistant(call("a", "S", "other/model")), results("a"))
    assert contents(*asked, model=name)[1] == model(called(DUMMY if seals else ""))


def test_that_a_model_gets_its_seals_back_where_they_stood() -> None:
    answer = assistant(
        ReasoningPart("Hm.", "A", MINE),
        TextPart("Let "),
        TextPart("me see."),
        ReasoningPart("", "B", MINE),
        TextPart(" "),
        TextPart("Well."),
        ReasoningPart("A summary.", "", MINE),
        ReasoningPart("Not mine.", "C", "other/model"),
    )
    assert contents(Message.user("Hi"), answer)[1] == model(
        {"text": "Hm.", "thought": True, "thoughtSignature": "A"},
        {"text": "Let me see.", "thoughtSignature": "B"},
        {"text": " Well."},
    )


def test_that_a_seal_without_a_place_is_left_out() -> None:
    sealed = assistant(ReasoningPart("", "A", MINE), TextPart("Hi"), ReasoningPart("", "B", MINE))
    twice = assistant(*sealed.parts, ReasoningPart("", "C", MINE))
    assert contents(Message.user("Hi"), twice)[1] == model({"text": "Hi", "thoughtSignature": "B"})


def test_that_every_text_is_a_request_of_its_own() -> None:
    assert embed(["one", "two"], target("models/gemini-embedding-001"), 256).body == {
        "requests": [
            {
                "model": "models/gemini-embedding-001",
                "outputDimensionality": 256,
                "content": {"parts": [{"text": text}]},
            }
            for text in ("one", "two")
        ]
    }
    assert "outputDimensionality" not in embed(["one"], target(), None).body["requests"][0]


MAKERS = st.sampled_from([MINE, "other/model", ""])
WORDS = st.sampled_from(["", " ", "\n", "words"]).map(TextPart)
CALLS = st.builds(
    ToolCallPart,
    st.sampled_from(["a", "b", "call_0", "a b/😀"]),
    st.just("find"),
    st.sampled_from(["{}", '{"a": [1]}', '{"a', "7"]),
    st.sampled_from(["", "c2VhbA=="]),
    MAKERS,
)
THOUGHT = st.builds(ReasoningPart, st.sampled_from(["", "hm"]), st.sampled_from(["", "S"]), MAKERS)
RESULTS = st.builds(
    ToolResultPart, st.sampled_from(["a", "b", "call_0", "a b/😀"]), st.just("1"), st.booleans()
)
ATTACHED = st.sampled_from([PNG, PDF, ImagePart(b"x", "image/gif"), FilePart(b"x", "a/b", "f")])
SAID = WORDS | ATTACHED
MESSAGES = st.one_of(
    st.lists(SAID, max_size=3).map(lambda parts: Message("user", tuple(parts))),
    WORDS.map(lambda part: Message("system", (part,))),
    st.lists(SAID | CALLS | THOUGHT, max_size=4).map(lambda parts: assistant(*parts)),
    st.lists(RESULTS, max_size=3).map(lambda parts: Message("tool", tuple(parts))),
)


@given(st.lists(MESSAGES, max_size=8), st.sampled_from([MODEL, "gemini-2.5-pro"]), st.booleans())
def test_that_no_conversation_makes_a_request_that_gemini_refuses(
    conversation: list[Message], name: str, sees: bool
) -> None:
    to = target(name, sees_images=sees, reads_files=sees)
    body = chat(ChatRequest(tuple(conversation)), to).body
    check_contents(body["contents"], sealed=name == MODEL)
    instruction = body.get("systemInstruction", {"parts": [{"text": "words"}]})
    assert instruction["parts"][0]["text"].strip()
    assert bool(body["contents"]) == bool(turns_of(conversation, to))
