"""What Anthropic's server checks in a request, as its documentation and its refusals tell.

Below platform.claude.com/docs/en: api/messages, agents-and-tools/tool-use/handle-tool-calls
(results first, one for each call, in the very next message), build-with-claude/extended-thinking
(budgets, what goes with thinking, seals), build-with-claude/vision. The words of some refusals:
"at least one message is required", "text content blocks must contain non-whitespace text", "final
assistant content cannot end with trailing whitespace", "`tool_use` ids must be unique",
"tool_use.name: String should match pattern", "content cannot be empty if `is_error` is true".
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from itertools import pairwise
from typing import Any

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
MEDIA = {
    "image": {"image/png", "image/jpeg", "image/gif", "image/webp"},
    "document": {"application/pdf"},
}
THOUGHTS = {"thinking", "redacted_thinking"}


def check(body: dict[str, Any]) -> None:
    """Assert that the server would take the request."""
    json.dumps(body)
    assert body["model"]
    assert body["stream"] is True
    assert type(body["max_tokens"]) is int
    assert body["max_tokens"] > 0
    assert "system" not in body or body["system"].strip()
    assert all(stop.strip() for stop in body.get("stop_sequences", ()))
    assert 0 <= body.get("temperature", 1) <= 1
    _check_messages(body["messages"])
    _check_tools(body)
    _check_thinking(body)


def calls_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of tools in a message."""
    return [block for block in message["content"] if block["type"] == "tool_use"]


def _check_messages(messages: list[dict[str, Any]]) -> None:
    assert messages[0]["role"] == "user"
    assert all(one["role"] != other["role"] for one, other in pairwise(messages))
    for message in messages:
        assert message["content"]
        blocks: list[dict[str, Any]] = message["content"]
        for block in blocks:
            _check_block(block, message["role"])
        kinds: list[str] = [block["type"] for block in blocks]
        assert kinds[-1] not in THOUGHTS
        assert kinds[0] in THOUGHTS or not THOUGHTS.intersection(kinds)
    _check_calls(messages)
    if messages[-1]["role"] == "assistant":
        last = messages[-1]["content"][-1]
        assert last["type"] == "text"
        assert last["text"] == last["text"].rstrip()


def _check_block(block: dict[str, Any], role: str) -> None:
    match block["type"]:
        case "text":
            assert block["text"].strip()
        case "image" | "document" as kind:
            assert role == "user"
            assert block["source"]["type"] == "base64"
            assert block["source"]["media_type"] in MEDIA[kind]
            assert b64decode(block["source"]["data"], validate=True)
        case "thinking":
            assert role == "assistant"
            assert block["signature"]
        case "redacted_thinking":
            assert role == "assistant"
            assert block["data"]
        case "tool_use":
            assert role == "assistant"
            assert ID.fullmatch(block["id"])
            assert NAME.fullmatch(block["name"])
            assert isinstance(block["input"], dict)
        case "tool_result":
            assert role == "user"
            assert block.get("content", "x").strip()
            assert not block.get("is_error") or block["content"]
        case kind:
            raise AssertionError(f"a block of type {kind}")


def _check_calls(messages: list[dict[str, Any]]) -> None:
    ids = [call["id"] for message in messages for call in calls_of(message)]
    assert len(set(ids)) == len(ids)
    awaited: list[str] = []
    for message in messages:
        blocks: list[dict[str, Any]] = message["content"]
        results = [block for block in blocks if block["type"] == "tool_result"]
        assert blocks[: len(results)] == results
        assert sorted(result["tool_use_id"] for result in results) == sorted(awaited)
        awaited = [call["id"] for call in calls_of(message)]
    assert not awaited


def _check_tools(body: dict[str, Any]) -> None:
    tools: list[dict[str, Any]] = body.get("tools", [])
    names = [tool["name"] for tool in tools]
    assert len(set(names)) == len(names)
    assert all(tool["input_schema"]["type"] == "object" for tool in tools)
    assert all(tool.get("description", "x").strip() for tool in tools)
    assert tools or not any(calls_of(message) for message in body["messages"])
    choice: dict[str, Any] | None = body.get("tool_choice")
    assert (choice is None) is (not tools)
    if choice is not None:
        assert choice["type"] in {"auto", "any", "none", "tool"}
        assert choice["type"] != "tool" or choice["name"] in names


def _check_thinking(body: dict[str, Any]) -> None:
    thinking: dict[str, Any] = body.get("thinking", {})
    if thinking.get("type") == "enabled":
        assert 1024 <= thinking["budget_tokens"] < body["max_tokens"]
        assert "temperature" not in body
        assert "tool_choice" not in body or body["tool_choice"]["type"] in {"auto", "none"}
        assert body["messages"][-1]["role"] == "user"
    if thinking.get("type") == "disabled":
        kinds = {block["type"] for message in body["messages"] for block in message["content"]}
        assert not THOUGHTS & kinds
