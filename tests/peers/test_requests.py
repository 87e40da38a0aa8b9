"""What we send is what the vendors' own libraries send for the same conversation."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pytest

from peers.conversation import TELLINGS
from peers.heard import BASES, KEY
from understudy.providers.http import HttpProvider
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpers.loopback import RecordedRequest
    from helpers.practice_server import PracticeServer
    from peers.conversation import Telling

every_telling = pytest.mark.parametrize("name", TELLINGS)
KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key")
KEY_ELSEWHERE = {"anthropic", "ollama"}
"""Anthropic's library sends a key as a token; its reference has keys in ``x-api-key``
(https://platform.claude.com/docs/en/api/overview). Ollama's needs none."""


def ours(server: PracticeServer, telling: Telling) -> RecordedRequest:
    """What arrives when we tell it."""

    async def tell() -> None:
        transport = HttpTransport()
        url = f"{server.url}{BASES[telling.row.wire]}"
        provider = HttpProvider(telling.row, transport, lambda: KEY, base_url=url)
        async with aclosing(provider.stream(telling.request, telling.model)) as batches:
            async for _ in batches:
                pass
        await transport.aclose()

    asyncio.run(tell())
    return server.requests[-1]


def theirs(server: PracticeServer, telling: Telling) -> RecordedRequest:
    """What arrives when the vendor's library tells it."""
    telling.tell(server.url, telling.model)
    return server.requests[-1]


@every_telling
def test_that_we_send_what_the_vendors_library_sends(practice: PracticeServer, name: str) -> None:
    mine, wanted = (ask(practice, TELLINGS[name]) for ask in (ours, theirs))
    same = SAME.get(name, _as_it_is)
    assert same(mine.json()) == same(wanted.json())


@every_telling
def test_that_we_send_it_to_the_same_place(practice: PracticeServer, name: str) -> None:
    mine, wanted = (ask(practice, TELLINGS[name]) for ask in (ours, theirs))
    assert _place(mine) == _place(wanted)
    assert mine.headers["content-type"] == wanted.headers["content-type"]
    # Which version is another matter: its library asks for 2026-10-21, the reference has both
    # (https://platform.claude.com/docs/en/api/versioning).
    assert ("anthropic-version" in mine.headers) == ("anthropic-version" in wanted.headers)


@pytest.mark.parametrize("name", sorted(TELLINGS.keys() - KEY_ELSEWHERE))
def test_that_the_key_stands_where_the_vendors_library_puts_it(
    practice: PracticeServer, name: str
) -> None:
    mine, wanted = (ask(practice, TELLINGS[name]) for ask in (ours, theirs))
    found = {header: wanted.headers.get(header) for header in KEY_HEADERS}
    assert found == {header: mine.headers.get(header) for header in KEY_HEADERS}
    assert any(found.values())


def _place(request: RecordedRequest) -> tuple[str, str]:
    """The path, but for Gemini's version: v1beta has what is in v1, and more."""
    parts = urlsplit(request.path)
    return re.sub(r"^/v1beta/", "/v1/", parts.path), parts.query


def _as_it_is(body: Any) -> Any:
    return body


def _mistral(body: Any) -> Any:
    """Its library says what goes without saying."""
    return _without(body, "prefix", "index")


def _responses(body: Any) -> Any:
    """Any id will do for a message that is not kept at the server."""
    for item in body["input"]:
        if item.get("type") == "message":
            item.pop("id", None)
    return body


def _gemini(body: Any) -> Any:
    """Its library writes some fields as in Protocol Buffers, and a role that is ignored."""
    body["systemInstruction"].pop("role", None)
    return _with_keys(body, lambda key: re.sub(r"_([a-z])", lambda m: m[1].upper(), key))


def _ollama(body: Any) -> Any:
    """Its library is older than ids of calls (docs.ollama.com/api/chat) and than ``truncate``."""
    return _without(body, "truncate", "id", "index", "tool_call_id")


SAME: dict[str, Callable[[Any], Any]] = {
    "mistralai": _mistral,
    "openai-responses": _responses,
    "google-genai": _gemini,
    "ollama": _ollama,
}


def _without(value: Any, *names: str) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {key: _without(each, *names) for key, each in given.items() if key not in names}
    if isinstance(value, list):
        return [_without(each, *names) for each in cast("list[Any]", value)]
    return value


def _with_keys(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {change(key): _with_keys(each, change) for key, each in given.items()}
    if isinstance(value, list):
        return [_with_keys(each, change) for each in cast("list[Any]", value)]
    return value
