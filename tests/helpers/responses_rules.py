"""What OpenAI's Responses API checks in a request.

From developers.openai.com (api/reference/resources/responses/methods/create), and from the threads
named in ``responses_input`` where servers want more than it says.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MEDIA = re.compile(r"data:(?:image/(?:png|jpeg|gif|webp)|application/pdf);base64,[A-Za-z0-9+/]+=*")
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "user": ({"type", "role", "content"}, set()),
    "system": ({"type", "role", "content"}, set()),
    "assistant": ({"type", "role", "status", "content", "id"}, set()),
    "reasoning": ({"type", "summary", "encrypted_content"}, {"id"}),
    "function_call": ({"type", "call_id", "name", "arguments"}, set()),
    "function_call_output": ({"type", "call_id", "output"}, set()),
    "input_text": ({"type", "text"}, set()),
    "input_image": ({"type", "image_url", "detail"}, set()),
    "input_file": ({"type", "filename", "file_data"}, set()),
    "output_text": ({"type", "text", "annotations"}, set()),
    "summary_text": ({"type", "text"}, set()),
}
"""The fields that a thing of this type must have, and those that it may have."""

FIELDS = {"model", "input", "stream", "store", "include", "temperature", "max_output_tokens"} | {
    "tools",
    "tool_choice",
    "reasoning",
}


def check(body: dict[str, Any]) -> None:
    """Assert that the server would take the request: shapes, ids, what belongs to what."""
    assert body.keys() <= FIELDS
    assert body["model"]
    assert body["stream"] is True
    assert body["store"] is False
    assert body.get("max_output_tokens", 16) >= 16
    conversation = body["input"]
    for item in conversation:
        _check_item(item)
    ids = [item["id"] for item in conversation if item.get("role") == "assistant"]
    assert len(ids) == len(set(ids))
    for item, after in pairwise([*conversation, {"type": "end"}]):
        if item["type"] == "reasoning":
            assert after["type"] == "function_call" or after.get("role") == "assistant"
    called = [item["call_id"] for item in conversation if item["type"] == "function_call"]
    results = [i["call_id"] for i in conversation if i["type"] == "function_call_output"]
    assert len(called) == len(set(called))
    assert called == results


def _check_shape(thing: dict[str, Any]) -> str:
    """Check that a thing has the fields that its type must have and may have; give the type."""
    kind: str = thing["role"] if thing["type"] == "message" else thing["type"]
    must, may = SHAPES[kind]
    assert must <= thing.keys() <= must | may
    return kind


def _check_item(item: dict[str, Any]) -> None:
    match _check_shape(item):
        case "user" | "system" as role:
            _check_content(item["content"], role)
        case "assistant":
            assert item["id"].startswith("msg")
            assert [_check_shape(part) for part in item["content"]] == ["output_text"]
            assert item["content"][0]["text"].strip()
        case "reasoning":
            assert all(_check_shape(part) == "summary_text" for part in item["summary"])
            assert item.get("id", "rs").startswith("rs")
        case "function_call":
            assert isinstance(json.loads(item["arguments"]), dict)
            assert 0 < len(item["call_id"]) <= 64
            assert NAME.fullmatch(item["name"])
        case _:
            assert isinstance(item["output"], str)


def _check_content(content: str | list[dict[str, Any]], role: str) -> None:
    if isinstance(content, str):
        assert content.strip()
        return
    assert content
    kinds = {_check_shape(part) for part in content}
    assert kinds <= {"input_text", "input_image", "input_file"}
    assert role == "user" or kinds == {"input_text"}
    for part in content:
        assert part.get("text", "words").strip()
        data = part.get("image_url") or part.get("file_data")
        assert data is None or MEDIA.fullmatch(data)
