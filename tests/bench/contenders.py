"""Other people's ways to ask, each as its own documentation has it, with its own defaults.

Each is a function from an address to one that asks a model there, and gives the seconds to the
first word; and one that has a backup. They are loaded by name: only the environment of
``dev.py bench --peers`` has them.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from bench.import_bench import HTTPX, UNDERSTUDY
from bench.router_bench import QUESTION, ask_bare, ask_router, make_router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

Ask: TypeAlias = "Callable[[], Awaitable[float]]"
Place: TypeAlias = tuple[str, str]
"""An address and a model."""

KEY = "a-key"
MESSAGES = [{"role": "user", "content": QUESTION}]


@dataclass(frozen=True, slots=True)
class Contender:
    """What is compared: its import, how it asks, and how with a backup for whom it asks first."""

    imports: str
    alone: Callable[[Place], Ask]
    with_backup: Callable[[Place, Place], Ask]


async def _first_word(chunks: AsyncIterator[Any], word: Callable[[Any], object]) -> float:
    """Read to the end; the moment of the first word."""
    first = 0.0
    async for chunk in chunks:
        if not first and word(chunk):
            first = time.perf_counter()
    return first


# httpx


def bare(place: Place) -> Ask:
    """The floor."""
    client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=100))
    return lambda: ask_bare(client, *place)


def bare_with_backup(first: Place, backup: Place) -> Ask:
    """One after the other, none twice, and nothing remembered."""
    asks = [bare(first), bare(backup)]

    async def ask() -> float:
        began = time.perf_counter()
        with suppress(httpx.HTTPError):
            if await asks[0]():
                return time.perf_counter() - began
        waited = time.perf_counter() - began
        return waited + await asks[1]()

    return ask


# Understudy


def routed(place: Place) -> Ask:
    """A router with one entry."""
    router, request = make_router(*place)
    return lambda: ask_router(router, request)


def routed_with_backup(first: Place, backup: Place) -> Ask:
    """A route with two entries."""
    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.routing.route import Route, RouteEntry
    from understudy.transport.http import HttpTransport

    router, request = make_router(*backup)
    row = ProviderRow("first", "First", "openai-chat", first[0], needs_key=False, local=True)
    router.register_chat_provider(HttpProvider(row, HttpTransport(), lambda: None))
    router.set_route(
        Route("Bench", (RouteEntry("first", first[1]), RouteEntry("bench", backup[1])))
    )
    return lambda: ask_router(router, request)


# openai


def openai(place: Place) -> Ask:
    """The vendor's library."""
    client: Any = import_module("openai").AsyncOpenAI(base_url=place[0], api_key=KEY)

    async def ask() -> float:
        began = time.perf_counter()
        stream = await client.chat.completions.create(
            model=place[1],
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        first = await _first_word(stream, lambda c: c.choices and c.choices[0].delta.content)
        return first - began

    return ask


def openai_with_backup(first: Place, backup: Place) -> Ask:
    """Two clients, as one writes it by hand."""
    failed: Any = import_module("openai").OpenAIError
    asks = [openai(first), openai(backup)]

    async def ask() -> float:
        began = time.perf_counter()
        with suppress(failed):
            return await asks[0]()
        waited = time.perf_counter() - began
        return waited + await asks[1]()

    return ask


# LiteLLM


def litellm(place: Place) -> Ask:
    """Its router with one deployment."""
    return _litellm([_deployment("main", place)])


def litellm_with_backup(first: Place, backup: Place) -> Ask:
    """Its router with a fallback."""
    models = [_deployment("main", first), _deployment("backup", backup)]
    return _litellm(models, fallbacks=[{"main": ["backup"]}])


def _deployment(name: str, place: Place) -> dict[str, Any]:
    given = {"model": f"openai/{place[1]}", "api_base": place[0], "api_key": KEY}
    return {"model_name": name, "litellm_params": given}


def _litellm(models: list[dict[str, Any]], **more: Any) -> Ask:
    router: Any = import_module("litellm").Router(model_list=models, **more)

    async def ask() -> float:
        began = time.perf_counter()
        stream = await router.acompletion(
            model="main",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        first = await _first_word(stream, lambda c: c.choices and c.choices[0].delta.content)
        return first - began

    return ask


# pydantic-ai


def pydantic_ai(place: Place) -> Ask:
    """Its model that falls back, with nobody to fall back on but itself."""
    return _pydantic_ai(place)


def pydantic_ai_with_backup(first: Place, backup: Place) -> Ask:
    """Its model that falls back."""
    return _pydantic_ai(first, backup)


def _pydantic_ai(*places: Place) -> Ask:
    openai_models: Any = import_module("pydantic_ai.models.openai")
    providers: Any = import_module("pydantic_ai.providers.openai")
    messages: Any = import_module("pydantic_ai.messages")
    request: Any = import_module("pydantic_ai.direct").model_request_stream
    models = [
        openai_models.OpenAIChatModel(
            model, provider=providers.OpenAIProvider(base_url=url, api_key=KEY)
        )
        for url, model in places
    ]
    fallback: Any = import_module("pydantic_ai.models.fallback").FallbackModel(*models)
    question = [messages.ModelRequest.user_text_prompt(QUESTION)]

    def word(event: Any) -> object:
        part = getattr(event, "delta", None) or getattr(event, "part", None)
        return getattr(part, "content_delta", "") or getattr(part, "content", "")

    async def ask() -> float:
        began = time.perf_counter()
        async with request(fallback, question) as stream:
            return await _first_word(stream, word) - began

    return ask


CONTENDERS = {
    "httpx": Contender(HTTPX, bare, bare_with_backup),
    "understudy": Contender(UNDERSTUDY, routed, routed_with_backup),
    "openai": Contender("from openai import AsyncOpenAI", openai, openai_with_backup),
    "litellm": Contender("from litellm import Router", litellm, litellm_with_backup),
    "pydantic-ai": Contender(
        "from pydantic_ai.direct import model_request_stream\n"
        "from pydantic_ai.models.fallback import FallbackModel\n"
        "from pydantic_ai.models.openai import OpenAIChatModel",
        pydantic_ai,
        pydantic_ai_with_backup,
    ),
}
