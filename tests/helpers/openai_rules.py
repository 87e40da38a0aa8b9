"""What the servers that speak Chat Completions check in a request, the strict ones among them.

From platform.openai.com (docs/api-reference/chat/create). Many servers, and the templates of the
models behind others, want more; their words: "System message must be at the beginning" (Qwen's),
"After the (optional) system message(s), user and assistant roles should be alternating"
(Perplexity), "Expected last role User or Tool" and "Unexpected role 'user' after role 'tool'"
(Mistral), "reasoning_content is missing in assistant tool call message" (Moonshot).
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.wire.format import Target

FIELDS = {"model", "messages", "stream", "stream_options", "temperature", "stop", "tools"} | {
    "max_tokens",
    "max_completion_tokens",
    "tool_choice",
    "reasoning",
    "reasoning_effort",
    "thinking",
    "enable_thinking",
}
MESSAGE = {"role", "content", "tool_calls", "tool_call_id"}
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
MISTRALS_ID = re.compile(r"[A-Za-z0-9]{9}")
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MEDIA = re.compile(r"data:(?:image/(?:png|jpeg|gif|webp)|application/pdf);base64,[A-Za-z0-9+/]+=*")
AFTER = {
    "start": {"system", "user"},
    "system": {"user"},
    "user": {"assistant", "end"},
    "assistant": {"user", "tool"},
    "tool": {"assistant", "tool", "user", "end"},
}


def check(body: dict[str, Any], target: Target) -> None:
    """Assert that the server of ``target`` would take the request."""
    assert body.keys() <= FIELDS
    assert body["model"] == target.model
    assert body["stream"] is True
    strict = "mistral" in target.model
    messages: list[dict[str, Any]] = body["messages"]
    for before, message in pairwise([{"role": "start"}, *messages, {"role": "end"}]):
        assert message["role"] in AFTER[before["role"]]
        assert not (strict and (before["role"], message["role"]) == ("tool", "user"))
    for message in messages:
        assert message.keys() <= MESSAGE | {target.dialect.reasoning_field}
        _check_content(message)
    _check_calls(messages, MISTRALS_ID if strict else ID)
    if target.dialect.reasoning_field == "reasoning_content":
        _check_thoughts(messages)


def _check_content(message: dict[str, Any]) -> None:
    content = message["content"]
    if content is None:
        assert message["tool_calls"]
    elif isinstance(content, str):
        assert content.strip() or message["role"] == "tool"
    else:
        assert message["role"] == "user"
        assert content
        for part in content:
            _check_part(part)


def _check_part(part: dict[str, Any]) -> None:
    match part:
        case {"type": "text", "text": text}:
            assert text.strip()
        case {"type": "image_url", "image_url": {"url": url}}:
            assert MEDIA.fullmatch(url)
        case {"type": "file", "file": {"filename": name, "file_data": data}}:
            assert name
            assert MEDIA.fullmatch(data)
        case _:
            raise AssertionError(f"a part {part.get('type')}")


def _check_calls(messages: list[dict[str, Any]], legal: re.Pattern[str]) -> None:
    """Check that every call has an id of its own and is answered right behind it."""
    ids: set[str] = set()
    awaited: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] == awaited.pop(0)
            continue
        assert not awaited
        for call in message.get("tool_calls", []):
            assert call["type"] == "function"
            assert legal.fullmatch(call["id"])
            assert call["id"] not in ids
            assert NAME.fullmatch(call["function"]["name"])
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
            ids.add(call["id"])
            awaited.append(call["id"])
    assert not awaited


def _check_thoughts(messages: list[dict[str, Any]]) -> None:
    """Check that where a tool was called every answer has a thought: none at all is refused."""
    if any("tool_calls" in message for message in messages):
        answers = [message for message in messages if message["role"] == "assistant"]
        assert all(message["reasoning_content"] for message in answers)
