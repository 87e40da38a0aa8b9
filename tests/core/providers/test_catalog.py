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
from understudy.events import (
    CitationFound,
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    UsageReported,
)
from understudy.messages import Message
from understudy.providers import catalog
from understudy.providers.address import check_base_url
from understudy.providers.catalog import CATALOG
from understudy.providers.http import HttpProvider
from understudy.providers.wires import wire_format
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport
from understudy.wire.format import Dialect

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow

every_row = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)

PATHS = {
    "openai-chat": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic": "/v1/messages",
    "gemini": "/models/{model}:streamGenerateContent?alt=sse",
    "ollama": "/api/chat",
}
LIMITS = {
    "openai-responses": ["max_output_tokens"],
    "anthropic": ["max_tokens"],
    "gemini": ["generationConfig", "maxOutputTokens"],
    "ollama": ["options", "num_predict"],
}
RECORDED = sorted(path for kind in ("sse", "ndjson") for path in RECORDINGS.glob(f"*.{kind}"))


def recording(row: ProviderRow) -> tuple[bytes, dict[str, Any]]:
    told = json.loads((RECORDINGS / f"{row.id}.json").read_text())
    (stream,) = (path for path in RECORDED if path.stem == row.id)
    return stream.read_bytes(), told


def at(body: Any, path: list[str]) -> Any:
    for key in path:
        body = body[key]
    return body


async def answer(row: ProviderRow, server: Loopback) -> list[ProviderEvent]:
    transport = HttpTransport()
    provider = HttpProvider(row, transport, lambda: "a-key", base_url=server.url)
    request = ChatRequest((Message.user("Hello"),), max_tokens=50)
    events = [event async for batch in provider.stream(request, "a-model") for event in batch]
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
    assert asked.path == PATHS[row.wire].format(model="a-model")
    header = row.auth or wire_format(row.wire).auth
    key = asked.headers["authorization" if header == "bearer" else header]
    assert key == ("Bearer a-key" if header == "bearer" else "a-key")
    body = asked.json()
    assert row.wire == "gemini" or body["model"] == "a-model"
    assert at(body, LIMITS.get(row.wire, [row.dialect.max_tokens_name])) == 50
    assert row.wire != "openai-chat" or row.dialect.usage_on_request is ("stream_options" in body)
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == told["text"]
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == told["reasoning"]
    found = [[e.url, e.title] for e in events if isinstance(e, CitationFound)]
    assert found == told.get("citations", [])
    usages = [list(astuple(e.usage)) for e in events if isinstance(e, UsageReported)]
    assert usages[-1:] == [told["usage"]]
    assert events[-1] == Stop(told["finish"])


@every_row
def test_that_a_recording_names_the_page_it_is_from(row: ProviderRow) -> None:
    assert recording(row)[1]["source"].startswith("https://")


def test_that_no_recording_is_without_its_row() -> None:
    assert [path.stem for path in RECORDED] == sorted(row.id for row in CATALOG)


@every_row
def test_that_a_row_is_whole(row: ProviderRow) -> None:
    assert row.id == row.id.lower()
    assert row.id.isalnum()
    assert row.name
    if not row.needs_address:
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


SEED = {
    "openai": "OPENAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "groq": "GROQ_API_KEY",
    "glm4": "GLM4_API_KEY",
    "siliconflow": "SILICONFLOW_API_KEY",
    "cerebras": "CEREBRAS_API_KEY",
    "modelscope": "MODELSCOPE_API_KEY",
}


def test_that_the_first_nine_keep_their_variables() -> None:
    for provider, variable in SEED.items():
        row = catalog.row(provider)
        assert row is not None
        assert variable in row.key_env
    ports = {row.id: urlsplit(row.base_url).port for row in CATALOG if row.local}
    assert ports == {"ollama": 11434, "lmstudio": 1234, "llamacpp": 8080, "vllm": 8000}


def test_that_there_are_thirty_providers() -> None:
    assert len(CATALOG) >= 30


def test_that_the_guide_shows_a_row_as_rows_are() -> None:
    guide = (Path(catalog.__file__).parent / "README.md").read_text()
    example = guide.split("```python\n")[1].split("```")[0]
    row = eval(example.strip(), {"ProviderRow": type(CATALOG[0]), "Dialect": Dialect})
    assert row.id == "example"
