"""A provider behind HTTP that speaks OpenAI's Chat Completions: a row, a key and a transport."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, TextDelta, ToolCallDelta, UsageReported
from understudy.messages import Message
from understudy.providers.answers import read_answer
from understudy.providers.base import Availability
from understudy.requests import ChatRequest, Usage
from understudy.wire.openai_chat import build, error_from_response, model_ids

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from understudy.events import ProviderEvent
    from understudy.providers.base import ProviderRow
    from understudy.transport.http import HttpResponse, HttpTransport

_ERROR_BODY = 64 * 1024
_ERROR_BODY_WITHIN = 1.0  # the status has said the most: whoever stands in should not wait
_LIST_WITHIN = 10.0
_TEST_WITHIN = 30.0
_TEST_WITHIN_LOCAL = 90.0  # a model may have to be loaded from disk first
_TEST_TOKENS = 16  # the least that OpenAI takes
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


class HttpChatProvider:
    """Implements ``ChatProvider``.

    ``key`` is called for every request and answers from memory; ``base_url`` replaces the row's.
    The key goes into the Authorization header and nowhere else: no error holds any part of it.
    """

    def __init__(
        self,
        row: ProviderRow,
        transport: HttpTransport,
        key: Callable[[], str | None],
        base_url: str | None = None,
        enabled: bool = True,
    ) -> None:
        self.row = row
        self.enabled = enabled
        self.base_url = (base_url or row.base_url).rstrip("/")
        self._transport = transport
        self._key = key
        self._asks_usage = row.sends_usage_on_request
        self._found_model = ""

    @property
    def id(self) -> str:
        """The name that routes use."""
        return self.row.id

    @property
    def name(self) -> str:
        """The name that people read."""
        return self.row.name

    @property
    def local(self) -> bool:
        """Whether it runs on this computer."""
        return self.row.local

    @property
    def default_model(self) -> str:
        """The row's first model, else the first that the server listed; may be empty."""
        return self.row.models[0] if self.row.models else self._found_model

    def availability(self) -> Availability:
        """Answer from memory, at once."""
        if not self.enabled:
            return Availability("disabled", f"{self.name} is switched off.")
        if self.row.needs_key and not self._usable_key():
            return Availability("not-configured", self._key_problem())
        return Availability("available")

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Ask ``model``, or the default one where it is empty; see ``ChatProvider.stream``."""
        model = model or self.default_model or await self._find_model()
        secrets = self._secrets()
        while True:
            body = self._body(request, model)
            async with self._transport.stream(
                "POST",
                f"{self.base_url}/chat/completions",
                headers=self._headers(),
                json=body,
                name=self.name,
            ) as response:
                if response.status >= 400:
                    error = await self._refusal(response, model)
                    if not self._learn(error, body):
                        raise error
                    continue
                answer = read_answer(response, name=self.name, model=model, secrets=secrets)
                async with aclosing(answer) as batches:
                    async for events in batches:
                        yield events
                return

    async def list_models(self) -> tuple[str, ...]:
        """Ask the server which models it has. Raises ``ProviderError``."""
        answer = await self._transport.fetch(
            f"{self.base_url}/models",
            headers=self._headers(),
            name=self.name,
            timeout=_LIST_WITHIN,
        )
        if answer.status >= 400:
            raise self._error(answer.status, dict(answer.headers), answer.body, "")
        ids = model_ids(answer.body)
        if not ids and answer.body.lstrip()[:1] not in {b"{", b"["}:
            message = f"{self.name} listed no models: at its address is no API."
            raise ProviderError(ErrorKind.NETWORK, message, status=answer.status)
        self._found_model = next((each for each in ids if "embed" not in each.lower()), "")
        return ids

    async def test(self, model: str = "", within: float | None = None) -> TestReport:
        """Ask for a word and measure it, for ``within`` seconds at most.

        Failures are in the report; nothing is raised.
        """
        request = ChatRequest((Message.user("Say: ready"),), max_tokens=_TEST_TOKENS)
        within = within or (_TEST_WITHIN_LOCAL if self.local else _TEST_WITHIN)
        try:
            async with asyncio.timeout(within):
                model = model or self.default_model or await self._find_model()
                return await self._measure(request, model)
        except TimeoutError:
            message = f"{self.name} sent no answer within {within:g} s."
            error = ProviderError(ErrorKind.FIRST_TOKEN_TIMEOUT, message)
        except ProviderError as failure:
            error = failure
        return TestReport(error=error, model=model)

    async def _measure(self, request: ChatRequest, model: str) -> TestReport:
        began = time.perf_counter()
        first: float | None = None
        usage = Usage()
        finished = False
        async with aclosing(self.stream(request, model)) as batches:
            async for events in batches:
                for event in events:
                    if first is None and isinstance(event, _CONTENT):
                        first = time.perf_counter() - began
                    if isinstance(event, UsageReported):
                        usage = event.usage
                    finished = finished or isinstance(event, Stop)
        if not finished:
            raise ProviderError(ErrorKind.INTERRUPTED, f"{self.name} broke off.")
        took = (time.perf_counter() - began) * 1000
        first_ms = None if first is None else first * 1000
        return TestReport(took, first_ms, usage.output_tokens, model=model)

    def _body(self, request: ChatRequest, model: str) -> dict[str, Any]:
        return build(
            request, model, usage=self._asks_usage, max_tokens_name=self.row.max_tokens_name
        )

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "text/event-stream, application/json", **dict(self.row.extra_headers)}
        key = self._usable_key()
        if key:
            headers["authorization"] = f"Bearer {key}"
        elif self.row.needs_key:
            raise ProviderError(ErrorKind.AUTH, self._key_problem())
        return headers

    def _usable_key(self) -> str:
        """Return the key, if it can stand in a header; a variable may hold anything."""
        key = (self._key() or "").strip()
        return key if key.isascii() and key.isprintable() and " " not in key else ""

    def _key_problem(self) -> str:
        if (self._key() or "").strip():
            return f"The key of {self.name} has a space, a line break or a letter that no key has."
        variables = " or ".join(self.row.key_env)
        where = f": add one, or set {variables}" if variables else ""
        return f"{self.name} has no key{where}."

    def _secrets(self) -> tuple[str, ...]:
        key = self._usable_key()
        return (key,) if key else ()

    async def _find_model(self) -> str:
        await self.list_models()
        if not self._found_model:
            raise ProviderError(ErrorKind.MODEL_GONE, f"{self.name} has no model to ask.")
        return self._found_model

    async def _refusal(self, response: HttpResponse, model: str) -> ProviderError:
        """Make the error of an answer with an error status, without waiting long for its body."""
        body = b""
        try:
            async with asyncio.timeout(_ERROR_BODY_WITHIN):
                body = await response.body(_ERROR_BODY)
        except (TimeoutError, ProviderError):
            body = b""  # the status says enough
        return self._error(response.status, dict(response.headers), body, model)

    def _error(
        self, status: int, headers: dict[str, str], body: bytes, model: str
    ) -> ProviderError:
        return error_from_response(
            status,
            headers,
            body,
            name=self.name,
            model=model,
            secrets=self._secrets(),
            now=time.time(),
        )

    def _learn(self, error: ProviderError, body: dict[str, Any]) -> bool:
        """Leave out from now on what the server does not know; whether that changes anything."""
        names_it = "stream_options" in error.detail or "include_usage" in error.detail
        if error.status in {400, 422} and names_it and "stream_options" in body:
            self._asks_usage = False
            return True
        return False
