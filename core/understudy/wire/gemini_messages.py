"""The body of a generateContent request: the conversation, the tools, and what is asked for.

Sources: ai.google.dev/api/generate-content and ai.google.dev/api/caching (Content, Part, Tool,
FunctionDeclaration); for seals ai.google.dev/gemini-api/docs/thought-signatures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from understudy.messages import (
    FilePart,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.wire.attachments import base64_of, left_out
from understudy.wire.conversation import Turn, apart_from_system, arguments_of, turns_of
from understudy.wire.format import Call
from understudy.wire.gemini_calls import MADE_ID
from understudy.wire.gemini_thinking import generation, thinking_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.requests import ChatRequest, Tool
    from understudy.wire.format import Target

_MOST_STOPS = 5
_FOREIGN = "skip_thought_signature_validator"
"""Documented for calls that another model made: Gemini 3 takes no call without a seal."""

_SEALS_SINCE = 3
_TAKES_NO_INSTRUCTIONS = re.compile(r"(?:models/)?gemma-[123]")
"""They answer "Developer instruction is not enabled" (google/adk-python issue 3900)."""

_UNSEEN = "image/gif"  # not among those of ai.google.dev/gemini-api/docs/image-understanding
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_BARE_SCHEMA = frozenset({"type", "properties", "required", "additionalProperties", "$schema"})


def chat(request: ChatRequest, target: Target) -> Call:
    """Make the call that asks ``target`` for a streamed answer."""
    system, talk = apart_from_system(turns_of(request.messages, target))
    if system and (not talk or _TAKES_NO_INSTRUCTIONS.match(target.model)):
        system, talk = "", _led_by(system, talk)
    body: dict[str, Any] = {"contents": _contents(talk, target)}
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    config = _config(request, target)
    if config:
        body["generationConfig"] = config
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
        body["toolConfig"] = {"functionCallingConfig": tool_choice(request.tool_choice)}
    return Call(f"/models/{_path(target.model)}:streamGenerateContent?alt=sse", body)


def embed(texts: Sequence[str], target: Target, dimensions: int | None) -> Call:
    """Make the call that turns ``texts`` into vectors (ai.google.dev/api/embeddings)."""
    shared: dict[str, Any] = {"model": f"models/{target.model.removeprefix('models/')}"}
    if dimensions is not None:
        shared["outputDimensionality"] = dimensions
    requests = [{**shared, "content": {"parts": [{"text": text}]}} for text in texts]
    return Call(f"/models/{_path(target.model)}:batchEmbedContents", {"requests": requests})


def tool_choice(choice: str) -> dict[str, Any]:
    """Say whether a tool is to be called, and which."""
    if choice in _MODES:
        return {"mode": _MODES[choice]}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}


def _path(model: str) -> str:
    """Give a model's name as it may stand in a path; ``models/`` before it is tolerated."""
    return quote(model.removeprefix("models/"), safe="")


def _led_by(system: str, talk: Sequence[Turn]) -> list[Turn]:
    """Put the instructions before what the user says; contents may not be empty."""
    if not talk:
        return [Turn("user", (TextPart(system),))]
    return [Turn("user", (TextPart(f"{system}\n\n"), *talk[0].parts)), *talk[1:]]


def _config(request: ChatRequest, target: Target) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if request.temperature is not None:
        config["temperature"] = request.temperature
    if request.max_tokens is not None:
        config["maxOutputTokens"] = min(request.max_tokens, target.max_output or request.max_tokens)
    if request.stop:
        config["stopSequences"] = list(request.stop[:_MOST_STOPS])
    thinking = thinking_config(target.model, request.reasoning)
    if thinking:
        config["thinkingConfig"] = thinking
    return config


def _declaration(tool: Tool) -> dict[str, Any]:
    """Describe a function; one without parameters has no schema: an empty one is refused."""
    declaration: dict[str, Any] = {"name": tool.name, "description": tool.description}
    if tool.parameters.get("properties") or not tool.parameters.keys() <= _BARE_SCHEMA:
        declaration["parametersJsonSchema"] = dict(tool.parameters)
    return declaration


def _contents(talk: Sequence[Turn], target: Target) -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = []
    calls: dict[str, ToolCallPart] = {}
    for turn in talk:
        calls |= {call.id: call for call in turn.calls}
        if turn.role == "tool":
            results = (part for part in turn.parts if isinstance(part, ToolResultPart))
            parts = [_result(result, calls[result.call_id], target) for result in results]
        else:
            parts = _parts(turn, target)
        contents.append({"role": "model" if turn.role == "assistant" else "user", "parts": parts})
    if (generation(target.model) or _SEALS_SINCE) >= _SEALS_SINCE:
        _seal(contents)
    return contents


def _parts(turn: Turn, target: Target) -> list[dict[str, Any]]:
    """Render what one speaker says."""
    parts: list[dict[str, Any]] = []
    for part in turn.parts:
        match part:
            case TextPart(text):
                _add_text(text, parts)
            case ImagePart() if part.media_type == _UNSEEN:
                _add_text(left_out(part), parts)
            case ImagePart() | FilePart():
                blob = {"mimeType": part.media_type, "data": base64_of(part)}
                parts.append({"inlineData": blob})
            case ReasoningPart():
                _add_thought(part, parts)
            case ToolCallPart():
                parts.append(_call(part, target))
            case ToolResultPart():
                pass  # in a turn of its own
    return [part for part in parts if not _is_text(part) or part["text"].strip()]


def _add_text(text: str, parts: list[dict[str, Any]]) -> None:
    if parts and _is_text(parts[-1]):
        parts[-1]["text"] += text
    else:
        parts.append({"text": text})


def _is_text(part: dict[str, Any]) -> bool:
    """Tell whether a part is words and nothing else; sealed ones are never joined to others."""
    return part.keys() == {"text"}


def _add_thought(thought: ReasoningPart, parts: list[dict[str, Any]]) -> None:
    """Give a model its seal back in the place where it stood: on a thought, or on words.

    A thought without one is a summary for people, and not asked for.
    """
    if thought.signature and thought.text:
        sealed = {"text": thought.text, "thought": True, "thoughtSignature": thought.signature}
        parts.append(sealed)
    elif thought.signature and parts and _is_text(parts[-1]):
        parts[-1]["thoughtSignature"] = thought.signature


def _call(call: ToolCallPart, target: Target) -> dict[str, Any]:
    function = {"name": call.name, "args": arguments_of(call), **_identity(call, target)}
    part: dict[str, Any] = {"functionCall": function}
    if call.signature:
        part["thoughtSignature"] = call.signature
    return part


def _result(result: ToolResultPart, call: ToolCallPart, target: Target) -> dict[str, Any]:
    answer = {"error" if result.is_error else "output": result.text}
    function = {"name": call.name, "response": answer, **_identity(call, target)}
    return {"functionResponse": function}


def _identity(call: ToolCallPart, target: Target) -> dict[str, str]:
    """Name a call by the id that this model gave it: Vertex gives none and refuses the field."""
    own = target.made(call) and not call.id.startswith(MADE_ID)
    return {"id": call.id} if own else {}


def _seal(contents: Sequence[dict[str, Any]]) -> None:
    """Mark the foreign calls of the turn that is not finished; only these are looked at.

    It began with the last content of the user that is no result. Of each step the first call alone
    has a seal.
    """
    for content in reversed(contents):
        calls = [part for part in content["parts"] if "functionCall" in part]
        if calls:
            calls[0].setdefault("thoughtSignature", _FOREIGN)
        elif content["role"] == "user" and not any(
            "functionResponse" in part for part in content["parts"]
        ):
            return
