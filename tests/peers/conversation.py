"""One conversation, as Understudy has it and as each vendor's library is told it.

The library's side is written from its own documentation, in its own types where it has some: an
answered question, then a picture, and a thought that led to a call of a tool, which was answered.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peers.sdks import anthropic, gemini, library, mistral, ollama, openai
from understudy.messages import (
    ImagePart,
    Message,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.providers import catalog
from understudy.requests import ChatRequest, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.providers.base import ProviderRow
    from understudy.requests import Reasoning

SYSTEM = "Be brief. 짧게."
PNG = b"\x89PNG\r\n\x1a\n\x00\x01"
PNG_BASE64 = base64.b64encode(PNG).decode()
DATA_URL = f"data:image/png;base64,{PNG_BASE64}"
THOUGHT = "I should look it up."
SAID = "Let me see.\n"
CALL = "abcDEF123"  # as Mistral wants them, which all take
ARGUMENTS = {"query": "달", "limit": 3}
RESULT = '{"found": "The Moon"}'
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}},
    "required": ["query"],
}
PURPOSE = "Finds what is asked for."
FIND = {"name": "find", "description": PURPOSE, "parameters": SCHEMA}
HELLO, HI, WHAT = "Hello!", "Hi. 안녕!", "What is this?"
SEALED = "c2VhbGVk"
"""A seal, in base64 as Google's are."""

ITEM = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": THOUGHT}],
    "encrypted_content": SEALED,
}
"""A thought of the Responses API, which wants all of it back."""


def conversation(
    maker: str,
    *,
    signature: str = "",
    call_signature: str = "",
    reasoning: Reasoning | None = None,
    sampled: bool = True,
) -> ChatRequest:
    """Give it as Understudy has it, with the seals that ``maker`` put on it."""
    call = ToolCallPart(CALL, "find", json.dumps(ARGUMENTS), call_signature, maker)
    thought = ReasoningPart(THOUGHT, signature, maker)
    return ChatRequest(
        (
            Message.system(SYSTEM),
            Message.user(HELLO),
            Message.assistant(HI),
            Message("user", (TextPart(WHAT), ImagePart(PNG, "image/png"))),
            Message("assistant", (thought, TextPart(SAID), call)),
            Message("tool", (ToolResultPart(CALL, RESULT),)),
        ),
        temperature=0.5 if sampled else None,
        max_tokens=4096,
        tools=(Tool("find", PURPOSE, SCHEMA),),
        reasoning=reasoning,
    )


CHAT_MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": HELLO},
    {"role": "assistant", "content": HI},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": WHAT},
            {"type": "image_url", "image_url": {"url": DATA_URL}},
        ],
    },
    {
        "role": "assistant",
        "content": SAID,
        "tool_calls": [
            {
                "id": CALL,
                "type": "function",
                "function": {"name": "find", "arguments": json.dumps(ARGUMENTS)},
            }
        ],
    },
    {"role": "tool", "tool_call_id": CALL, "content": RESULT},
]
CHAT_TOOLS = [{"type": "function", "function": FIND}]


def tell_openai(url: str, model: str) -> None:
    """Through Chat Completions."""
    stream = openai(url).chat.completions.create(
        model=model,
        messages=CHAT_MESSAGES,
        tools=CHAT_TOOLS,
        tool_choice="auto",
        temperature=0.5,
        max_completion_tokens=4096,
        reasoning_effort="low",
        stream=True,
        stream_options={"include_usage": True},
    )
    stream.close()


def tell_mistral(url: str, model: str) -> None:
    """Through Mistral's library, whose models check every field."""
    with mistral(url).chat.stream(
        model=model,
        messages=CHAT_MESSAGES,
        tools=CHAT_TOOLS,
        tool_choice="auto",
        temperature=0.5,
        max_tokens=4096,
    ):
        pass


def tell_responses(url: str, model: str) -> None:
    """Through Responses, with nothing kept at the server."""
    said: dict[str, Any] = {"type": "output_text", "text": HI, "annotations": []}
    led: dict[str, Any] = {"type": "output_text", "text": SAID, "annotations": []}
    of_the_model = {"type": "message", "role": "assistant", "status": "completed"}
    stream = openai(url).responses.create(
        model=model,
        input=[
            {"type": "message", "role": "system", "content": SYSTEM},
            {"type": "message", "role": "user", "content": HELLO},
            {**of_the_model, "id": "msg_a", "content": [said]},
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": WHAT},
                    {"type": "input_image", "image_url": DATA_URL, "detail": "auto"},
                ],
            },
            ITEM,
            {**of_the_model, "id": "msg_b", "content": [led]},
            {
                "type": "function_call",
                "call_id": CALL,
                "name": "find",
                "arguments": json.dumps(ARGUMENTS),
            },
            {"type": "function_call_output", "call_id": CALL, "output": RESULT},
        ],
        tools=[{"type": "function", "strict": False, **FIND}],
        tool_choice="auto",
        max_output_tokens=4096,
        reasoning={"effort": "low", "summary": "auto"},
        include=["reasoning.encrypted_content"],
        store=False,
        stream=True,
    )
    stream.close()


def tell_anthropic(url: str, model: str) -> None:
    """Through Messages, thinking included."""
    picture = {"type": "base64", "media_type": "image/png", "data": PNG_BASE64}
    tool = {"name": "find", "description": PURPOSE, "input_schema": SCHEMA}
    with anthropic(url).messages.stream(
        model=model,
        system=SYSTEM,
        messages=[
            {"role": "user", "content": [{"type": "text", "text": HELLO}]},
            {"role": "assistant", "content": [{"type": "text", "text": HI}]},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": WHAT},
                    {"type": "image", "source": picture},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": THOUGHT, "signature": SEALED},
                    {"type": "text", "text": SAID},
                    {"type": "tool_use", "id": CALL, "name": "find", "input": ARGUMENTS},
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": CALL, "content": RESULT}],
            },
        ],
        tools=[tool],
        tool_choice={"type": "auto"},
        max_tokens=4096,
        thinking={"type": "adaptive", "display": "summarized"},
        output_config={"effort": "low"},
    ) as stream:
        stream.get_final_message()


def tell_gemini(url: str, model: str) -> None:
    """Through Google's types."""
    types = library("google.genai.types")
    seal = base64.b64decode(SEALED)
    call = types.FunctionCall(id=CALL, name="find", args=ARGUMENTS)
    answer = types.FunctionResponse(id=CALL, name="find", response={"output": RESULT})
    declared = types.FunctionDeclaration(
        name="find", description=PURPOSE, parameters_json_schema=SCHEMA
    )
    calling = types.FunctionCallingConfig(mode="AUTO")
    contents = [
        types.UserContent(HELLO),
        types.ModelContent(HI),
        types.UserContent([WHAT, types.Part.from_bytes(data=PNG, mime_type="image/png")]),
        types.ModelContent(
            [
                types.Part(text=SAID),  # what counts of the thought is the seal on its call
                types.Part(function_call=call, thought_signature=seal),
            ]
        ),
        types.UserContent([types.Part(function_response=answer)]),
    ]
    config = types.GenerateContentConfig(
        system_instruction=SYSTEM,
        temperature=0.5,
        max_output_tokens=4096,
        tools=[types.Tool(function_declarations=[declared])],
        tool_config=types.ToolConfig(function_calling_config=calling),
        thinking_config=types.ThinkingConfig(thinking_level="low", include_thoughts=True),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    for _ in gemini(url).models.generate_content_stream(
        model=model, contents=contents, config=config
    ):
        pass


def tell_ollama(url: str, model: str) -> None:
    """Through Ollama's types."""
    types = library("ollama")
    call = {"function": {"name": "find", "arguments": ARGUMENTS}}
    for _ in ollama(url).chat(
        model=model,
        messages=[
            types.Message(role="system", content=SYSTEM),
            types.Message(role="user", content=HELLO),
            types.Message(role="assistant", content=HI),
            types.Message(role="user", content=WHAT, images=[types.Image(value=PNG)]),
            types.Message(role="assistant", content=SAID, thinking=THOUGHT, tool_calls=[call]),
            types.Message(role="tool", content=RESULT, tool_name="find"),
        ],
        tools=CHAT_TOOLS,
        options={"temperature": 0.5, "num_predict": 4096},
        think="low",
        stream=True,
    ):
        pass


@dataclass(frozen=True, slots=True)
class Telling:
    """A row, a model of it, our request, and how the vendor's library is told the same."""

    row: ProviderRow
    model: str
    request: ChatRequest
    tell: Callable[[str, str], None]


def _telling(row_id: str, model: str, tell: Callable[[str, str], None], **given: Any) -> Telling:
    row = catalog.row(row_id)
    assert row is not None
    return Telling(row, model, conversation(f"{row_id}/{model}", **given), tell)


_SEALED = {"signature": SEALED, "reasoning": "low", "sampled": False}
TELLINGS = {
    "openai": _telling("openai", "gpt-5.4-mini", tell_openai, reasoning="low"),
    "mistralai": _telling("mistral", "mistral-large-latest", tell_mistral),
    "openai-responses": _telling(
        "openairesponses",
        "gpt-5.4-mini",
        tell_responses,
        **{**_SEALED, "signature": json.dumps(ITEM)},
    ),
    "anthropic": _telling("anthropic", "claude-sonnet-5", tell_anthropic, **_SEALED),
    "google-genai": _telling(
        "gemini", "gemini-3.5-flash", tell_gemini, call_signature=SEALED, reasoning="low"
    ),
    "ollama": _telling("ollama", "gpt-oss:20b", tell_ollama, reasoning="low"),
}
