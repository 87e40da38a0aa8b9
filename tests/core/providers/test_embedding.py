"""Vectors over HTTP: batches, order, lengths, and whatever else a server may send instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helpers.loopback import Loopback, RecordedRequest
from helpers.replies import Reply, html_page, json_reply, rate_limited, wrong_key
from understudy.errors import ErrorKind, ProviderError
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import Usage
from understudy.transport.http import HttpTransport
from understudy.wire.format import Dialect
from understudy.wire.openai_lists import read_vectors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(connect_timeout=2.0)
    yield transport
    await transport.aclose()


def provider_at(server: Loopback, transport: HttpTransport, **row: Any) -> HttpProvider:
    fields: dict[str, Any] = {"models": ("m",), "embedding_models": ("emb-1",), **row}
    made = ProviderRow("example", "Example", "openai-chat", server.base_url, **fields)
    return HttpProvider(made, transport, lambda: "a-key")


def vectors_for(texts: list[str]) -> dict[str, Any]:
    rows = [
        {"object": "embedding", "index": place, "embedding": [float(len(text)), 0.5]}
        for place, text in enumerate(texts)
    ]
    used = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "data": rows, "model": "emb-1", "usage": used}


def embed(request: RecordedRequest) -> Reply:
    return json_reply(vectors_for(request.json()["input"]))


async def test_that_many_texts_are_sent_in_batches_and_come_back_in_order(
    transport: HttpTransport,
) -> None:
    texts = ["a" * length for length in range(1, 8)]
    async with Loopback(embed) as server:
        provider = provider_at(server, transport, dialect=Dialect(embedding_batch=3))
        answer = await provider.embed(texts, "emb-1")
        assert [request.path for request in server.requests] == ["/v1/embeddings"] * 3
        first = server.requests[0]
        assert first.headers["authorization"] == "Bearer a-key"
        assert first.json() == {
            "model": "emb-1",
            "input": ["a", "aa", "aaa"],
            "encoding_format": "float",
        }
    assert [vector[0] for vector in answer.vectors] == [1, 2, 3, 4, 5, 6, 7]
    assert answer.usage == Usage(input_tokens=7)


async def test_that_no_texts_ask_nobody(transport: HttpTransport) -> None:
    async with Loopback(embed) as server:
        answer = await provider_at(server, transport).embed((), "emb-1")
        assert (answer.vectors, server.requests) == ((), [])


async def test_that_vectors_are_put_in_order_by_their_index(transport: HttpTransport) -> None:
    body = vectors_for(["a", "bb"])
    body["data"].reverse()
    async with Loopback(json_reply(body)) as server:
        answer = await provider_at(server, transport).embed(("a", "bb"), "emb-1", 2)
        assert server.requests[0].json()["dimensions"] == 2
    assert [vector[0] for vector in answer.vectors] == [1, 2]


def of_lengths(*lengths: int) -> dict[str, Any]:
    rows = [{"index": place, "embedding": [1.0] * size} for place, size in enumerate(lengths)]
    return {"data": rows}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({}, "no vectors, or some are missing"),
        ({"data": "many"}, "no vectors, or some are missing"),
        (of_lengths(2), "1 vectors for 2 texts"),
        (of_lengths(2, 2, 2), "3 vectors for 2 texts"),
        (of_lengths(2, 3), "vectors of several lengths"),
        (of_lengths(0, 2), "no vector"),
        ({"data": [{"index": 0, "embedding": ["x"]}, {"index": 1}]}, "something else than numbers"),
        ({"data": [{"index": 0, "embedding": [1]}, {"index": 5, "embedding": [1]}]}, "missing"),
        ({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}, "missing"),
        ({"data": [{"embedding": [1e999]}, {"embedding": [1.0]}]}, "a vector with no number"),
    ],
)
async def test_that_what_is_no_vector_a_text_is_told(
    transport: HttpTransport, body: dict[str, Any], what: str
) -> None:
    async with Loopback(json_reply(body)) as server:
        with pytest.raises(ProviderError) as caught:
            await provider_at(server, transport).embed(("a", "b"), "emb-1")
    assert caught.value.kind is ErrorKind.MALFORMED_CHUNK
    assert "Example sent vectors that cannot be used" in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (wrong_key(), ErrorKind.AUTH),
        (rate_limited(), ErrorKind.RATE_LIMIT),
        (html_page(), ErrorKind.MALFORMED_CHUNK),
    ],
)
async def test_that_a_refusal_is_classified_as_everywhere(
    transport: HttpTransport, reply: Reply, kind: ErrorKind
) -> None:
    async with Loopback(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await provider_at(server, transport).embed(("a",), "emb-1")
    assert caught.value.kind is kind


async def test_that_a_format_without_vectors_has_no_such_model(transport: HttpTransport) -> None:
    async with Loopback() as server:
        row = ProviderRow("example", "Example", "anthropic", server.url)
        provider = HttpProvider(row, transport, lambda: "a-key")
        assert provider.embedding_model("emb-1") is None
        with pytest.raises(ProviderError, match="makes no vectors") as caught:
            await provider.embed(("a",), "emb-1")
        assert (caught.value.kind, server.requests) == (ErrorKind.MODEL_GONE, [])


async def test_that_counts_are_added_and_one_that_is_missing_stays_missing(
    transport: HttpTransport,
) -> None:
    def without_count(request: RecordedRequest) -> Reply:
        body = vectors_for(request.json()["input"])
        del body["usage"]
        return json_reply(body)

    async with Loopback(embed, without_count) as server:
        provider = provider_at(server, transport, dialect=Dialect(embedding_batch=1))
        answer = await provider.embed(("a", "b"), "emb-1")
    assert answer.usage == Usage()


async def test_that_a_provider_tells_under_which_id_it_has_a_model(
    transport: HttpTransport,
) -> None:
    async with Loopback(embed) as server:
        provider = provider_at(server, transport, embedding_models=("BAAI/bge-m3",))
        assert provider.embedding_model("bge-m3") == "BAAI/bge-m3"
        assert provider.embedding_model("emb-2") is None
        unknown = provider_at(server, transport, embedding_models=())
        assert unknown.embedding_model("emb-2") == "emb-2"


def test_that_vectors_without_places_keep_their_order() -> None:
    body = json.dumps({"data": [{"embedding": [1]}, {"embedding": [2]}]}).encode()
    assert read_vectors(body).vectors == ((1.0,), (2.0,))
