"""What Ollama's server checks in a request, as docs.ollama.com/api/chat and its types tell.

Of the order of the roles every model's template is its own judge: qwen3.8's wants the instructions
first (ollama/ollama issue 17774).
"""

from __future__ import annotations

from base64 import b64decode
from itertools import pairwise
from typing import Any

FIELDS = {"model", "messages", "stream", "truncate", "options", "tools", "think"}
END: dict[str, Any] = {"role": "end"}
ALLOWED = {"role", "content", "images", "thinking", "tool_calls", "tool_name", "tool_call_id"}


def check(body: dict[str, Any]) -> None:
    """Assert that the server would take the request."""
    assert body.keys() <= FIELDS
    assert body["model"]
    assert body["stream"] is True
    assert body["messages"], "without messages it only loads the model"
    called: dict[str, str] = {}
    for message in body["messages"]:
        _check_message(message, called)
    _check_order(body["messages"])


def _check_message(message: dict[str, Any], called: dict[str, str]) -> None:
    assert message.keys() <= ALLOWED
    assert message["role"] in {"system", "user", "assistant", "tool"}
    assert isinstance(message["content"], str)
    assert message["content"].strip() or message.keys() & {"images", "tool_calls", "tool_name"}
    for image in message.get("images", []):
        assert message["role"] == "user"
        assert b64decode(image, validate=True)
    for number, call in enumerate(message.get("tool_calls", [])):
        assert message["role"] == "assistant"
        assert call["function"]["index"] == number
        assert call["function"]["name"]
        assert isinstance(call["function"]["arguments"], dict)
        assert call["id"] not in called
        called[call["id"]] = call["function"]["name"]
    if message["role"] == "tool":
        assert called[message["tool_call_id"]] == message["tool_name"]


def _check_order(messages: list[dict[str, Any]]) -> None:
    """Check that the roles take turns and that every call is answered right behind it."""
    awaited: list[str] = []
    for message, after in pairwise([*messages, END]):
        if message["role"] == "tool":
            assert message["tool_call_id"] == awaited.pop(0)
        awaited += [call["id"] for call in message.get("tool_calls", [])]
        assert bool(awaited) is (after["role"] == "tool")
        assert message["role"] in {"tool", "system"} or message["role"] != after["role"]
        assert after["role"] != "system"
