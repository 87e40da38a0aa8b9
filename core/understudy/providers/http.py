"""A provider behind HTTP: a row, a key, a transport, and the wire format that the row names."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError
from understudy.model_facts import ModelFacts
from understudy.providers.adapting import Learned, refuses_seals
from understudy.providers.answers import read_answer
from understudy.providers.base import Availability
from understudy.providers.embedding import embed_in_batches, same_model
from understudy.providers.model_table import with_listed
from understudy.providers.trial import TestReport, try_out
from understudy.providers.wires import wire_format
from understudy.wire.allowance import read_allowance
from understudy.wire.failures import error_from_response
from understudy.wire.format import Target

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from understudy.events import ProviderEvent
    from understudy.providers.base import ProviderRow
    from understudy.requests import ChatRequest
    from understudy.transport.http import Fetched, HttpResponse, HttpTransport
    from understudy.wire.format import Call, Vectors

_ERROR_BODY = 64 * 1024
_ERROR_BODY_WITHIN = 1.0  # the status has said the most: whoever stands in should not wait
_LIST_WITHIN = 10.0
_EMBED_WITHIN = 60.0
_ACCEPT = "text/event-stream, application/x-ndjson, application/json"


class HttpProvider:
    """Implements ``ChatProvider`` and ``EmbeddingProvider``.

    ``key`` is called for every request and answers from memory; ``base_url`` replaces the row's.
    The key goes into one header and nowhere else: no error holds any part of it. ``facts`` is asked
    with the provider, a model and what the provider's own list tells of it.
    """

    def __init__(
        self,
        row: ProviderRow,
        transport: HttpTransport,
        key: Callable[[], str | None],
        base_url: str | None = None,
        enabled: bool = True,
        facts: Callable[[str, str, ModelFacts], ModelFacts] = with_listed,
    ) -> None:
        self.row = row
        self.enabled = enabled
        self.base_url = (base_url or row.base_url).rstrip("/")
        self.listed: dict[str, ModelFacts] = {}
        self._transport = transport
        self._key = key
        self._facts = facts
        self._learned = Learned()

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
        return self.row.models[0] if self.row.models else self._first_listed()

    def availability(self) -> Availability:
        """Answer from memory, at once."""
        if not self.enabled:
            return Availability("disabled", f"{self.name} is switched off.")
        if self.row.needs_key and not self._usable_key():
            return Availability("not-configured", self._key_problem())
        return Availability("available")

    def facts(self, model: str) -> ModelFacts:
        """Tell what is known of ``model``."""
        return self._facts(self.id, model, self.listed.get(model, ModelFacts()))

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Ask ``model``, or the default one where it is empty; see ``ChatProvider.stream``."""
        wire = wire_format(self.row.wire)
        target = self._target(model or self.default_model or await self._find_model())
        secrets = self._secrets()
        while True:
            call = wire.chat(request, target)
            body = self._learned.applied(target.model, call.body)
            async with self._transport.stream(
                "POST",
                f"{self.base_url}{call.path}",
                headers=self._headers(),
                json=body,
                name=self.name,
            ) as response:
                if response.status >= 400:
                    error = await self._refusal(response, target.model)
                    if target.provider and refuses_seals(error, request):
                        target = replace(target, provider="")  # from here on nobody's seals fit
                    elif not self._learned.learn(target.model, body, error):
                        raise error
                    continue
                allowance = read_allowance(response.headers.items(), time.time())
                if allowance is not None:
                    yield (allowance,)
                answer = read_answer(
                    response, wire, name=self.name, model=target.model, secrets=secrets
                )
                async with aclosing(answer) as batches:
                    async for events in batches:
                        yield events
                return

    async def list_models(self) -> tuple[str, ...]:
        """Ask the server which models it has. Raises ``ProviderError``."""
        wire = wire_format(self.row.wire)
        answer = await self._transport.fetch(
            f"{self.base_url}{wire.models_path}",
            headers=self._headers(),
            name=self.name,
            timeout=_LIST_WITHIN,
        )
        self._check(answer, "")
        models = wire.models(answer.body)
        if not models and answer.body.lstrip()[:1] not in {b"{", b"["}:
            message = f"{self.name} listed no models: at its address is no API."
            raise ProviderError(ErrorKind.NETWORK, message, status=answer.status)
        self.listed = {model.id: model.facts for model in models}
        return tuple(self.listed)

    def embedding_model(self, model: str) -> str | None:
        """Give the id under which it has ``model``; ``None`` where it has not."""
        listed = [name for name, facts in self.listed.items() if facts.embedding]
        known = dict.fromkeys((*self.row.embedding_models, *listed))
        same = (name for name in known if same_model(name, model))
        return next(same, None if known or wire_format(self.row.wire).embed is None else model)

    async def embed(
        self, texts: Sequence[str], model: str, dimensions: int | None = None
    ) -> Vectors:
        """Turn ``texts`` into vectors by ``model``, an id of its own. Raises ``ProviderError``."""
        wire = wire_format(self.row.wire)
        target = self._target(model)

        async def send(call: Call) -> bytes:
            answer = await self._transport.fetch(
                f"{self.base_url}{call.path}",
                method="POST",
                json=call.body,
                headers=self._headers(),
                name=self.name,
                timeout=_EMBED_WITHIN,
            )
            self._check(answer, model)
            return answer.body

        return await embed_in_batches(wire, target, texts, dimensions, send, self.name)

    async def test(self, model: str = "", within: float | None = None) -> TestReport:
        """Ask for a word and measure it, for ``within`` seconds at most; nothing is raised."""
        try:
            model = model or self.default_model or await self._find_model()
        except ProviderError as error:
            return TestReport(error=error, model=model)
        return await try_out(self, model, within)

    def _target(self, model: str) -> Target:
        facts = self.facts(model)
        return Target(
            self.id,
            model,
            self.row.dialect,
            sees_images=facts.vision is not False,
            reads_files=facts.files is not False,
            max_output=facts.max_output,
            prefill=bool(facts.prefill),
        )

    def _headers(self) -> dict[str, str]:
        wire = wire_format(self.row.wire)
        headers = {"accept": _ACCEPT, **dict(wire.headers), **dict(self.row.extra_headers)}
        key = self._usable_key()
        if key:
            header = self.row.auth or wire.auth
            bearer = header == "bearer"
            headers["authorization" if bearer else header] = f"Bearer {key}" if bearer else key
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

    def _first_listed(self) -> str:
        """Give the first model of the server's list that chats."""
        chat = (
            name
            for name, facts in self.listed.items()
            if not facts.embedding and "embed" not in name.lower()
        )
        return next(chat, "")

    async def _find_model(self) -> str:
        await self.list_models()
        if not self._first_listed():
            raise ProviderError(ErrorKind.MODEL_GONE, f"{self.name} has no model to ask.")
        return self._first_listed()

    async def _refusal(self, response: HttpResponse, model: str) -> ProviderError:
        """Make the error of an answer with an error status, without waiting long for its body."""
        body = b""
        try:
            async with asyncio.timeout(_ERROR_BODY_WITHIN):
                body = await response.body(_ERROR_BODY)
        except (TimeoutError, ProviderError):
            body = b""  # the status says enough
        return self._error(response.status, dict(response.headers), body, model)

    def _check(self, answer: Fetched, model: str) -> None:
        if answer.status >= 400:
            raise self._error(answer.status, dict(answer.headers), answer.body, model)

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
