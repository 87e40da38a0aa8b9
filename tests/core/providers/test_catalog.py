"""Every row of the catalogue asks rightly and understands its own server's bytes."""

from __future__ import annotations

import json
import random
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from helpers.cutting import cut
from helpers.loopback import RECORDINGS, Loopback
from helpers.replies import Chunk, Reply
from understudy.events import ProviderEvent, ReasoningDelta, Stop, TextDelta, UsageReported
from understudy.messages import Message
from understudy.providers import catalog
from understudy.providers.address import check_base_url
from understudy.providers.catalog import CATALOG
from understudy.providers.http_chat import HttpChatProvider
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow

every_row = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)


def recording(row: ProviderRow) -> tuple[bytes, dict[str, Any]]:
    told = json.loads((RECORDINGS / f"{row.id}.json").read_text())
    return (RECORDINGS / f"{row.id}.sse").read_bytes(), told


async def answer(row: ProviderRow, server: Loopback) -> list[ProviderEvent]:
    transport = HttpTransport()
    provider = HttpChatProvider(row, transport, lambda: "a-key", base_url=server.base_url)
    request = ChatRequest((Message.user("Hello"),), max_tokens=5)
    events = [event async for batch in provider.stream(request, "") for event in batch]
    await transport.aclose()
    return events


@every_row
@pytest.mark.anyio
@pytest.mark.parametrize("seed", [None, 1, 2])
async def test_that_a_row_asks_and_decodes_its_recording(
    row: ProviderRow, seed: int | None
) -> None:
    stream, told = recording(row)
    places = [] if seed is None else random.Random(seed).sample(range(len(stream)), 40)
    reply = Reply(chunks=tuple(Chunk(piece) for piece in cut(stream, places)))
    async with Loopback(reply) as server:
        events = await answer(row, server)
        asked = server.chats[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer a-key"
    body = asked.json()
    assert body["model"] == (row.models[0] if row.models else "test-model")
    assert body[row.max_tokens_name] == 5
    assert ("stream_options" in body) is row.sends_usage_on_request
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == told["text"]
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == told["reasoning"]
    usages = [list(astuple(e.usage)) for e in events if isinstance(e, UsageReported)]
    assert usages[-1:] == [told["usage"]]
    assert events[-1] == Stop(told["finish"])


@every_row
def test_that_a_recording_names_the_page_it_is_from(row: ProviderRow) -> None:
    assert recording(row)[1]["source"].startswith("https://")


def test_that_no_recording_is_without_its_row() -> None:
    stems = {path.stem for path in RECORDINGS.glob("*.sse")}
    assert stems == {row.id for row in CATALOG}


@every_row
def test_that_a_row_is_whole(row: ProviderRow) -> None:
    assert row.id == row.id.lower()
    assert row.id.isalnum()
    assert row.name
    assert check_base_url(row.base_url) == row.base_url
    if row.needs_key:
        assert row.key_env
        assert row.models
        for page in (row.key_url, row.billing_url):
            assert urlsplit(page).scheme == "https"
    assert row.local is (urlsplit(row.base_url).hostname == "127.0.0.1")
    assert row.needs_key is not row.local


def test_that_rows_are_found_by_their_ids() -> None:
    assert len({row.id for row in CATALOG}) == len(CATALOG)
    assert [catalog.row(row.id) for row in CATALOG] == list(CATALOG)
    assert catalog.row("nobody") is None


def test_that_the_providers_and_ports_of_the_first_edition_are_there() -> None:
    ports = {row.id: urlsplit(row.base_url).port for row in CATALOG}
    assert ports == {
        "openai": None,
        "openrouter": None,
        "groq": None,
        "deepseek": None,
        "mistral": None,
        "ollama": 11434,
        "lmstudio": 1234,
        "llamacpp": 8080,
    }


def test_that_the_guide_shows_a_row_as_rows_are() -> None:
    guide = (Path(catalog.__file__).parent / "README.md").read_text()
    example = guide.split("```python\n")[1].split("```")[0]
    row = eval(example.strip(), {"ProviderRow": type(CATALOG[0])})
    assert row.id == "example"
