"""Trying a provider out: one short question, measured."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, TextDelta, ToolCallDelta, UsageReported
from understudy.messages import Message
from understudy.requests import ChatRequest, Usage

if TYPE_CHECKING:
    from understudy.providers.base import ChatProvider

_WITHIN = 30.0
_WITHIN_LOCAL = 90.0  # a model may have to be loaded from disk first
_TOKENS = 16  # the least that OpenAI takes
_CONTENT = (TextDelta, ReasoningDelta, ToolCallDelta)


@dataclass(frozen=True, slots=True)
class TestReport:
    """What a test of a provider measured.

    ``chat_ms`` is the whole answer, ``first_token_ms`` the wait for its first word or thought,
    both in milliseconds; ``tokens`` what the provider counted for the answer. With an ``error``
    there was no answer. ``model`` is the one that was asked.
    """

    __test__: ClassVar[bool] = False  # pytest: this is no test

    chat_ms: float | None = None
    first_token_ms: float | None = None
    tokens: int | None = None
    error: ProviderError | None = None
    model: str = ""


async def try_out(provider: ChatProvider, model: str, within: float | None = None) -> TestReport:
    """Ask ``model`` for a word and measure it, for ``within`` seconds at most.

    Failures are in the report; nothing is raised.
    """
    within = within or (_WITHIN_LOCAL if provider.local else _WITHIN)
    try:
        async with asyncio.timeout(within):
            return await _measure(provider, model)
    except TimeoutError:
        message = f"{provider.name} sent no answer within {within:g} s."
        error = ProviderError(ErrorKind.FIRST_TOKEN_TIMEOUT, message)
    except ProviderError as failure:
        error = failure
    return TestReport(error=error, model=model)


async def _measure(provider: ChatProvider, model: str) -> TestReport:
    request = ChatRequest((Message.user("Say: ready"),), max_tokens=_TOKENS)
    began = time.perf_counter()
    first: float | None = None
    usage = Usage()
    finished = False
    async with aclosing(provider.stream(request, model)) as batches:
        async for events in batches:
            for event in events:
                if first is None and isinstance(event, _CONTENT):
                    first = time.perf_counter() - began
                if isinstance(event, UsageReported):
                    usage = event.usage
                finished = finished or isinstance(event, Stop)
    if not finished:
        raise ProviderError(ErrorKind.INTERRUPTED, f"{provider.name} broke off.")
    took = (time.perf_counter() - began) * 1000
    first_ms = None if first is None else first * 1000
    return TestReport(took, first_ms, usage.output_tokens, model=model)
