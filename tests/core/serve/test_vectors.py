"""Vectors over a real socket: by whom, in which form, and what is refused."""

from __future__ import annotations

import struct
from base64 import b64decode
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from helpers.loopback import Loopback, RecordedRequest
from helpers.replies import Reply, json_reply, unavailable
from helpers.serving import router_with, serving
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.routing.route import Route, RouteEntry
from understudy.serve.offer import Offer
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from helpers.serving import Serving

pytestmark = pytest.mark.anyio

EMBEDDINGS = "/v1/embeddings"
VECTOR = [0.25, -1.5, 3.0]
MODEL = "bge-m3"


def vectors(request: RecordedRequest) -> Reply:
    """Answer with one vector a text."""
    rows = [
        {"object": "embedding", "index": index, "embedding": VECTOR}
        for index, _ in enumerate(request.json()["input"])
    ]
    return json_reply({"object": "list", "data": rows, "usage": {"prompt_tokens": 4}})


@asynccontextmanager
async def makers(
    *replies: Reply | Callable[[RecordedRequest], Reply], default: str = ""
) -> AsyncGenerator[tuple[Serving, list[Loopback]]]:
    """Serve makers of vectors named a, b and so on, all with one model; route One is the first."""
    upstreams = [Loopback(reply) for reply in replies]
    transport = HttpTransport(trust_env=False)
    router = router_with()
    for name, upstream in zip("abc", upstreams, strict=False):
        await upstream.start()
        row = ProviderRow(
            name,
            name.upper(),
            "openai-chat",
            upstream.base_url,
            embedding_models=(MODEL,),
            needs_key=False,
        )
        maker = HttpProvider(row, transport, lambda: None)
        router.register_chat_provider(maker)
        router.register_embedding_provider(maker)
    if default:
        router.set_route(Route(default, (RouteEntry("a"),)))
    try:
        async with serving(Offer(router, default=default)) as api:
            yield api, upstreams
    finally:
        for upstream in upstreams:
            await upstream.stop()
        await transport.aclose()


def asked(**more: Any) -> dict[str, Any]:
    return {"model": MODEL, "input": ["하나", "two"], **more}


async def test_that_each_text_gets_its_vector_and_the_model_names_who_made_it() -> None:
    async with makers(vectors) as (api, [upstream]):
        answer = await api.client.post(EMBEDDINGS, json=asked(dimensions=3, user="me"))
    body = answer.json()
    assert body["object"] == "list"
    assert [row["index"] for row in body["data"]] == [0, 1]
    assert body["data"][0]["embedding"] == VECTOR
    assert body["model"] == answer.headers["x-understudy-model"] == f"a/{MODEL}"
    assert body["usage"] == {"prompt_tokens": 4, "total_tokens": 4}
    assert body["understudy"]["trace"]["attempts"][0]["outcome"] == "answered"
    assert upstream.chats[0].json()["input"] == ["하나", "two"]
    assert upstream.chats[0].json()["dimensions"] == 3
    assert api.noted[-1].model == f"a/{MODEL}"


async def test_that_they_come_as_bytes_where_that_is_asked_for() -> None:
    async with makers(vectors) as (api, _):
        answer = await api.client.post(
            EMBEDDINGS, json=asked(input="one", encoding_format="base64")
        )
    [row] = answer.json()["data"]
    assert list(struct.unpack("<3f", b64decode(row["embedding"]))) == VECTOR


async def test_that_the_same_model_at_the_next_makes_them_where_the_first_cannot() -> None:
    async with makers(unavailable(), vectors) as (api, _):
        answer = await api.client.post(EMBEDDINGS, json=asked())
    assert answer.json()["model"] == f"b/{MODEL}"


async def test_that_a_provider_that_is_named_is_asked_alone() -> None:
    async with makers(unavailable(), vectors) as (api, [_, second]):
        alone = await api.client.post(EMBEDDINGS, json=asked(model=f"a/{MODEL}"))
        other = await api.client.post(EMBEDDINGS, json=asked(model=f"b/{MODEL}"))
    assert alone.status_code == 503
    assert other.json()["model"] == f"b/{MODEL}"
    assert len(second.chats) == 1


async def test_that_a_bare_model_is_asked_of_nobody_outside_the_route_in_use() -> None:
    async with makers(unavailable(), vectors, default="One") as (api, [_, second]):
        answer = await api.client.post(EMBEDDINGS, json=asked())
    assert answer.status_code == 503
    assert second.chats == []


@pytest.mark.parametrize("model", ["One", "understudy"])
async def test_that_a_route_names_no_model_for_vectors(model: str) -> None:
    async with makers(vectors, default="One") as (api, [upstream]):
        answer = await api.client.post(EMBEDDINGS, json=asked(model=model))
    assert answer.status_code == 404
    assert answer.json()["error"]["param"] == "model"
    assert upstream.chats == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "a"}, "model"),
        (asked(model=""), "model"),
        ({"model": MODEL}, "input"),
        (asked(input=[]), "input"),
        (asked(input=5), "input[0]"),
        (asked(input=[1, 2, 3]), "input"),
        (asked(input=[[1, 2], [3]]), "input"),
        (asked(input=["a", None]), "input[1]"),
        (asked(dimensions=0), "dimensions"),
        (asked(encoding_format="int8"), "encoding_format"),
    ],
)
async def test_that_what_cannot_be_meant_is_refused(body: dict[str, Any], param: str) -> None:
    async with makers(vectors) as (api, [upstream]):
        answer = await api.client.post(EMBEDDINGS, json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert upstream.chats == []
