"""What Gemini's server checks in a request, as ai.google.dev tells: api/generate-content,
api/caching (Content, Part), gemini-api/docs/thought-signatures, gemini-api/docs/function-calling.

The words of some refusals: "Please ensure that function call turn comes immediately after a user
turn or after a function response turn", "the number of function response parts is equal to the
number of function call parts of the function call turn", "contents is not specified".
"""

from __future__ import annotations

import re
from base64 import b64decode
from itertools import pairwise
from typing import Any

FIELDS = {"contents", "systemInstruction", "generationConfig", "tools", "toolConfig"}
DATA = {"text", "inlineData", "functionCall", "functionResponse"}
MEDIA = {"image/png", "image/jpeg", "image/webp", "application/pdf"}
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
END: dict[str, Any] = {"role": "end", "parts": []}


def check(body: dict[str, Any], *, sealed: bool = True) -> None:
    """Assert that the server would take the request; ``sealed``: calls need a seal, as since 3."""
    assert body.keys() <= FIELDS
    assert body["contents"]
    instruction = body.get("systemInstruction", {"parts": [{"text": "words"}]})
    assert instruction["parts"][0]["text"].strip()
    check_contents(body["contents"], sealed=sealed)


def check_contents(contents: list[dict[str, Any]], *, sealed: bool) -> None:
    """Check what was said: whose turn it is, its parts, calls and what answers them."""
    assert not contents or contents[0]["role"] == "user"
    for content, after in pairwise([*contents, END]):
        assert content["role"] in {"user", "model"}
        assert content["parts"]
        for part in content["parts"]:
            _check_part(part, content["role"])
        called = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        given = [p["functionResponse"] for p in after["parts"] if "functionResponse" in p]
        assert [each["name"] for each in given] == [each["name"] for each in called]
        assert [each.get("id") for each in given] == [each.get("id") for each in called]
        assert not given or len(given) == len(after["parts"])
        assert content["role"] == "user" or after["role"] != "model"
    if sealed:
        _check_seals(contents)


def _check_part(part: dict[str, Any], role: str) -> None:
    assert part.keys() <= DATA | {"thought", "thoughtSignature"}
    (kind,) = DATA & part.keys()
    match kind:
        case "text":
            assert part["text"]
        case "inlineData":
            assert role == "user"
            assert part["inlineData"]["mimeType"] in MEDIA
            assert b64decode(part["inlineData"]["data"], validate=True)
        case "functionCall":
            assert role == "model"
            assert NAME.fullmatch(part["functionCall"]["name"])
            assert isinstance(part["functionCall"]["args"], dict)
        case _:
            assert role == "user"
            assert isinstance(part["functionResponse"]["response"], dict)


def _check_seals(contents: list[dict[str, Any]]) -> None:
    """Check that of each step of the turn that is not finished the first call is sealed."""
    for content in reversed(contents):
        first = next((part for part in content["parts"] if "functionCall" in part), None)
        assert first is None or first["thoughtSignature"]
        if content["role"] == "user" and "functionResponse" not in content["parts"][0]:
            return
