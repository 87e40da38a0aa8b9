"""The body of a Messages request: the conversation, the tools, and what is asked for.

Sources, below https://platform.claude.com/docs/en: api/messages/create, api/errors (prefill),
build-with-claude/working-with-messages, agents-and-tools/tool-use/handle-tool-calls,
build-with-claude/vision and pdf-support. That blank words are refused stands in no reference:
"text content blocks must contain non-whitespace text" is what the server answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from understudy.messages import (
    FilePart,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.wire.anthropic_generations import generation_of
from understudy.wire.anthropic_thinking import (
    forces_a_call,
    is_told_to_think,
    open_calls,
    opens_with_a_thought,
    takes_thoughts,
    thinking,
)
from understudy.wire.attachments import base64_of
from understudy.wire.conversation import Turn, apart_from_system, arguments_of, turns_of
from understudy.wire.format import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.messages import Part
    from understudy.requests import ChatRequest, Tool
    from understudy.wire.anthropic_generations import Generation
    from understudy.wire.format import Target

_GO_ON = "Please go on."
_HOTTEST = 1.0
_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 128


def chat(request: ChatRequest, target: Target) -> Call:
    """Make the call that asks ``target`` for a streamed answer."""
    generation = generation_of(target.model)
    system, talk = apart_from_system(turns_of(request.messages, target))
    if not talk or (talk[-1].role == "assistant" and not generation.prefill):
        talk.append(Turn("user", (TextPart(_GO_ON),)))
    room = _room(request, target, generation)
    thought = thinking(request, generation, room, talk)
    body: dict[str, Any] = {
        "model": target.model,
        "max_tokens": room,
        "messages": _messages(talk, with_thoughts=takes_thoughts(thought, generation)),
        "stream": True,
        **thought,
        **_tools(request, talk, generation),
    }
    if system.strip():
        body["system"] = system
    if request.temperature is not None and generation.sampling and not is_told_to_think(thought):
        body["temperature"] = min(request.temperature, _HOTTEST)
    stops = [stop for stop in request.stop if stop.strip()]
    if stops:
        body["stop_sequences"] = stops
    return Call("/v1/messages", body)


def _room(request: ChatRequest, target: Target, generation: Generation) -> int:
    """Say how much may be written, which has to be said here; more than the model can is refused.

    Only what is written is paid for, so where nothing is asked for the most is as good as less.
    """
    most = target.max_output or max(request.max_tokens or 0, generation.room)
    return min(request.max_tokens or most, most)


def _tools(request: ChatRequest, talk: Sequence[Turn], generation: Generation) -> dict[str, Any]:
    """Declare the tools; without any, those that were called: calls of no tool are refused."""
    if request.tools:
        choice = _tool_choice(request, generation)
        return {"tools": [_tool(tool) for tool in request.tools], "tool_choice": choice}
    names = dict.fromkeys(_name(call) for turn in talk for call in turn.calls)
    if not names:
        return {}
    called = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {"tools": called, "tool_choice": {"type": "none"}}


def _tool(tool: Tool) -> dict[str, Any]:
    declared: dict[str, Any] = {
        "name": tool.name,
        "input_schema": {"type": "object", **tool.parameters},
    }
    if tool.description.strip():
        declared["description"] = tool.description
    return declared


def _tool_choice(request: ChatRequest, generation: Generation) -> dict[str, Any]:
    choice = request.tool_choice
    if choice == "none":
        return {"type": "none"}
    if not forces_a_call(request) or not generation.forced:
        return {"type": "auto"}
    return {"type": "any"} if choice == "required" else {"type": "tool", "name": choice}


def _messages(talk: Sequence[Turn], *, with_thoughts: bool) -> list[dict[str, Any]]:
    """Render the talk: results of tools and what the user says after them are one message."""
    open_from = open_calls(talk) if with_thoughts else len(talk)
    messages: list[dict[str, Any]] = []
    for number, turn in enumerate(talk):
        role = "assistant" if turn.role == "assistant" else "user"
        blocks = _blocks(turn, with_thoughts=number >= open_from)
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        else:
            messages.append({"role": role, "content": blocks})
    last = messages[-1]["content"][-1]
    if messages[-1]["role"] == "assistant":  # it may not end with white space
        last["text"] = last["text"].rstrip()
    return messages


def _blocks(turn: Turn, *, with_thoughts: bool) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for part in _parts(turn, with_thoughts=with_thoughts):
        block = _block(part)
        if block["type"] == "text" and blocks and blocks[-1]["type"] == "text":
            blocks[-1]["text"] += block["text"]
        else:
            blocks.append(block)
    blocks = [block for block in blocks if block["type"] != "text" or block["text"].strip()]
    while blocks[-1]["type"] in _THOUGHTS:  # nothing is to end with one
        blocks.pop()
    return blocks


def _parts(turn: Turn, *, with_thoughts: bool) -> list[Part]:
    """Give a turn's parts, its sealed thoughts among them where they stand as they came."""
    with_thoughts = with_thoughts and opens_with_a_thought(turn)
    return [
        part
        for part in turn.parts
        if not isinstance(part, ReasoningPart) or (with_thoughts and part.signature)
    ]


def _block(part: Part) -> dict[str, Any]:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case ReasoningPart(redacted=True):
            return {"type": "redacted_thinking", "data": part.signature}
        case ReasoningPart():
            return {"type": "thinking", "thinking": part.text, "signature": part.signature}
        case ToolCallPart():
            input_ = arguments_of(part)
            return {"type": "tool_use", "id": part.id, "name": _name(part), "input": input_}
        case ToolResultPart():
            return _result(part)
        case ImagePart() | FilePart():
            return _attachment(part)


def _attachment(part: ImagePart | FilePart) -> dict[str, Any]:
    source = {"type": "base64", "media_type": part.media_type, "data": base64_of(part)}
    if isinstance(part, ImagePart):
        return {"type": "image", "source": source}
    title = {"title": part.name} if part.name.strip() else {}
    return {"type": "document", "source": source, **title}


def _result(part: ToolResultPart) -> dict[str, Any]:
    """Render a tool's answer, which may be without words unless it is an error."""
    result: dict[str, Any] = {"type": "tool_result", "tool_use_id": part.call_id}
    if part.text.strip():
        result["content"] = part.text
    if part.is_error:
        result["is_error"] = True
    return result


def _name(call: ToolCallPart) -> str:
    """Give the name of a tool that was called, in letters that are taken: others allow dots."""
    return _NO_NAME.sub("_", call.name)[:_LONGEST_NAME] or "tool"
