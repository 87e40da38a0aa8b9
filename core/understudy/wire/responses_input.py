"""The body of a Responses request: the conversation as items, the tools, and what is asked for.

Nothing is kept at the server (``store`` is false): every request carries the whole conversation,
and a model's thoughts come sealed so that they can be given back.

Sources: developers.openai.com (api/reference/resources/responses/methods/create and
api/docs/guides/reasoning, migrate-to-responses, function-calling).
"""

from __future__ import annotations

import json
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any

from understudy.messages import (
    FilePart,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.wire.attachments import data_url
from understudy.wire.conversation import turns_of
from understudy.wire.format import Call
from understudy.wire.values import loads_object, objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.requests import ChatRequest, Reasoning, Tool
    from understudy.wire.conversation import Turn
    from understudy.wire.format import Target

_LEAST_OUTPUT = 16  # tokens: "minimum 16", else 400
_CHOICES = frozenset({"auto", "none", "required"})


def chat(request: ChatRequest, target: Target) -> Call:
    """Make the call that asks ``target`` for a streamed answer.

    The API has no stop sequences, so ``stop`` is left out. Models that do not think refuse
    ``include`` with a 400 that names it.
    """
    body: dict[str, Any] = {
        "model": target.model,
        "input": _input(turns_of(request.messages, target)),
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        most = target.max_output or request.max_tokens
        body["max_output_tokens"] = max(min(request.max_tokens, most), _LEAST_OUTPUT)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.reasoning is not None:
        body["reasoning"] = _reasoning(request.reasoning)
    return Call("/responses", body)


def seal(item: dict[str, Any]) -> str:
    """Give a thought's item as the signature that ``chat`` opens; empty where it is not sealed.

    A seal counts for its item's id, and for the organization that asked.
    """
    sealed = _sealed(item)
    return "" if sealed is None else json.dumps(sealed, ensure_ascii=False)


def _sealed(item: dict[str, Any]) -> dict[str, Any] | None:
    """Give what of a thought's item is wanted back: ``summary`` even where it is empty."""
    seal, name = item.get("encrypted_content"), item.get("id")
    if not isinstance(seal, str) or not seal:
        return None
    texts = (part.get("text") for part in objects(item.get("summary")))
    summary = [{"type": "summary_text", "text": text} for text in texts if isinstance(text, str)]
    sealed: dict[str, Any] = {"type": "reasoning", "summary": summary, "encrypted_content": seal}
    return {**sealed, "id": name} if isinstance(name, str) and name else sealed


def _tool(tool: Tool) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        # Where nothing is said, this API makes functions strict and rewrites their schemas.
        "strict": False,
    }


def _tool_choice(choice: str) -> str | dict[str, Any]:
    return choice if choice in _CHOICES else {"type": "function", "name": choice}


def _reasoning(reasoning: Reasoning) -> dict[str, Any]:
    """Say how long to think. Models before GPT-5.1 cannot be told not to, and refuse "none"."""
    if reasoning == "off":
        return {"effort": "none"}
    return {"effort": reasoning, "summary": "auto"}


def _input(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """Give the items of a conversation, each answer's message with the id that it must have.

    OpenAI wants one that begins with "msg" and, since nothing is stored, looks nothing up by it
    (UKGovernmentBEIS/inspect_ai pull request 1545).
    """
    items = [item for turn in turns for item in _items(turn)]
    for number, item in enumerate(items):
        if item.get("role") == "assistant":
            item["id"] = f"msg_{number}"
    return items


def _items(turn: Turn) -> list[dict[str, Any]]:
    match turn.role:
        case "tool":
            return [_result(part) for part in turn.parts if isinstance(part, ToolResultPart)]
        case "assistant":
            return _answered(turn)
        case _:
            # Instructions stay where they were said: ``instructions`` holds only those before all
            # else. The role is "system" since not every server knows "developer"; OpenAI takes
            # one for the other.
            return [{"type": "message", "role": turn.role, "content": _content(turn)}]


def _result(part: ToolResultPart) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": part.call_id, "output": part.text}


def _said(text: str) -> dict[str, Any]:
    """Give an answer's message in full: vLLM refuses it shorter (openai/codex issue 12669)."""
    content = [{"type": "output_text", "text": text, "annotations": list[Any]()}]
    return {"type": "message", "role": "assistant", "status": "completed", "content": content}


def _answered(turn: Turn) -> list[dict[str, Any]]:
    """Give an answer's thoughts, words and calls in their order.

    A thought must be followed by what it led to: one that was cut off before is left out.
    """
    items: list[dict[str, Any]] = []
    for _kind, group in groupby(turn.parts, key=type):
        parts = tuple(group)
        text = "".join(part.text for part in parts if isinstance(part, TextPart))
        seals = (part.signature for part in parts if isinstance(part, ReasoningPart))
        items += [_said(text)] if text.strip() else []
        items += [item for seal in seals if (item := _sealed(loads_object(seal) or {}))]
        items += [_call(part) for part in parts if isinstance(part, ToolCallPart)]
    thinks = [item["type"] == "reasoning" for item in items]
    pairs = zip_longest(thinks, thinks[1:], fillvalue=True)
    return [item for item, (this, after) in zip(items, pairs, strict=True) if not (this and after)]


def _call(part: ToolCallPart) -> dict[str, Any]:
    call = {"call_id": part.id, "name": part.name, "arguments": part.arguments}
    return {"type": "function_call", **call}


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Give plain words as a string, which every server takes, and parts only where there are."""
    if not any(isinstance(part, ImagePart | FilePart) for part in turn.parts):
        return turn.text
    contents: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, TextPart) and part.text.strip():
            contents.append({"type": "input_text", "text": part.text})
        elif isinstance(part, ImagePart | FilePart):
            contents.append(_attachment(part))
    return contents


def _attachment(part: ImagePart | FilePart) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        return {"type": "input_image", "image_url": data_url(part), "detail": "auto"}
    name = part.name or "document.pdf"
    return {"type": "input_file", "filename": name, "file_data": data_url(part)}
