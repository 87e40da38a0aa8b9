"""A router served over a real socket, in the running loop, with a client that knows the token.

async with serving(router_of_any_providers) as api:
    answer = await api.client.post("/v1/chat/completions", json=ask())
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from understudy.routing.router import Router
from understudy.serve.app import application
from understudy.serve.desk import Bounds
from understudy.serve.offer import Offer
from understudy.serve.server import Server, listen, port_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from understudy.providers.base import ChatProvider
    from understudy.routing.route import Route
    from understudy.serve.desk import Noted

TOKEN = "understudy-for-tests"
QUESTION = "What is a fallback?"


@dataclass(slots=True)
class Serving:
    """What runs: its address, a client, what was noted of each request, and the server itself."""

    url: str
    client: httpx.AsyncClient
    server: Server
    noted: list[Noted]
    stopping: list[int] = field(default_factory=list[int])

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])


def router_with(*providers: ChatProvider, routes: Iterable[Route] = ()) -> Router:
    """Make a router; without a route, all are asked in this order."""
    router = Router()
    for provider in providers:
        router.register_chat_provider(provider)
    for route in routes:
        router.set_route(route)
    return router


@asynccontextmanager
async def serving(
    offered: Router | Offer, *, bounds: Bounds | None = None, grace: int = 5, ipv6: bool = False
) -> AsyncGenerator[Serving]:
    """Serve as the command does, at a port that is free."""
    offer = Offer(offered) if isinstance(offered, Router) else offered
    noted: list[Noted] = []
    stopping: list[int] = []
    app = application(offer, TOKEN, noted.append, bounds)
    server = Server(app, lambda: None, stopping.append, grace=grace)
    sockets = listen(0, ipv6=ipv6)
    url = f"http://127.0.0.1:{port_of(sockets)}"
    running = asyncio.create_task(server.serve(sockets))
    headers = {"authorization": f"Bearer {TOKEN}"}
    try:
        async with httpx.AsyncClient(
            base_url=url, headers=headers, trust_env=False, timeout=20
        ) as client:
            yield Serving(url, client, server, noted, stopping)
    finally:
        server.should_exit = True
        await running


def ask(text: str = QUESTION, **more: Any) -> dict[str, Any]:
    """Make the body of a request."""
    return {"messages": [{"role": "user", "content": text}], **more}


def streamed(body: str) -> tuple[list[dict[str, Any]], list[str], bool]:
    """Take a stream apart: its chunks, its comments, and whether it said that it was done."""
    lines = [line for line in body.split("\n") if line]
    events = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    comments = [line.removeprefix(": ") for line in lines if line.startswith(":")]
    assert len(events) + len(comments) == len(lines)
    done = events[-1:] == ["[DONE]"]
    return [json.loads(event) for event in events if event != "[DONE]"], comments, done


def words_of(chunks: Iterable[dict[str, Any]], name: str = "content") -> str:
    """Join what the deltas say under ``name``."""
    deltas = [choice["delta"] for chunk in chunks for choice in chunk.get("choices", ())]
    return "".join(delta.get(name) or "" for delta in deltas)


async def until(true: Any, within: float = 10.0) -> None:
    """Wait until something is so; ``within`` only bounds a failure."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - it is set by servers and clients of all kinds
            await asyncio.sleep(0.002)


def raw_request(body: dict[str, Any], *, path: str = "/v1/chat/completions") -> bytes:
    """Write a request as it goes over the wire."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
