"""A model in a file as a provider like any other."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import aclosing
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, TextDelta, ToolCallDelta
from understudy.local_model import failures
from understudy.local_model.free_memory import free_memory
from understudy.local_model.memory import PROMPT_CACHE, fit
from understudy.local_model.model_file import LOOK_AGAIN, look_at
from understudy.local_model.process import child_command
from understudy.local_model.reports import Order
from understudy.local_model.server import IDLE_AFTER, ModelServer, Preparation
from understudy.model_facts import ModelFacts
from understudy.phrases import Phrase
from understudy.providers.base import Availability, ProviderRow
from understudy.providers.embedding import same_model
from understudy.providers.http import HttpProvider
from understudy.providers.trial import TestReport, try_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from understudy.events import ProviderEvent
    from understudy.local_model.model_file import ModelFile
    from understudy.local_model.server import Endpoint, Run
    from understudy.requests import ChatRequest
    from understudy.transport.http import HttpTransport
    from understudy.wire.format import Vectors

_LOAD_AT_LEAST: Final = 60.0
_BYTES_A_SECOND: Final = 50e6  # a slow disk reads twice as much
_WORD_WITHIN: Final = 90.0
"""Seconds that a test waits for a word of a model that is loaded."""
_TEST_WITHIN: Final = 600.0
_GONE_WITHIN: Final = 2.0
_BROKEN: Final = frozenset({ErrorKind.NETWORK, ErrorKind.INTERRUPTED})
_CONTENT: Final = frozenset({TextDelta, ReasoningDelta, ToolCallDelta})


@cache
def is_installed() -> bool:
    """Tell whether the extra ``local`` is there; looked up once."""
    return find_spec("xllamacpp") is not None


class LocalModelProvider:
    """Implements ``ChatProvider`` and ``EmbeddingProvider`` for one file, whose stem is its model.

    The model is loaded with the first question and kept until nobody has asked for ``idle_after``
    seconds. It may take ``load_within`` seconds to load, by default as long as its size suggests.
    ``context`` is how many tokens it shall read at most. Close with ``aclose``.
    """

    local = True

    def __init__(
        self,
        id: str,  # noqa: A002 - the protocol's name
        name: str,
        path: Path,
        transport: HttpTransport,
        *,
        enabled: bool = True,
        context: int | None = None,
        idle_after: float = IDLE_AFTER,
        load_within: float | None = None,
        command: Sequence[str] | None = None,
        memory: Callable[[], int | None] = free_memory,
    ) -> None:
        self.id = id
        self.name = name
        self.path = path
        self.enabled = enabled
        self.default_model = path.stem
        self.file: ModelFile | None = None
        self.context_window: int | None = None
        self._transport = transport
        self._context = context
        self._given_load_within = load_within
        self._memory = memory
        command = child_command() if command is None else command
        self.server = ModelServer(name, self._prepare, transport, command, idle_after=idle_after)

    def availability(self) -> Availability:
        """Answer from memory, at once: whether the file is there shows when it is asked."""
        if not self.enabled:
            return Availability("disabled", Phrase("{name} is switched off.", name=self.name))
        if not is_installed():
            return Availability("not-configured", failures.not_installed(self.name))
        return Availability("available")

    def facts(self, model: str) -> ModelFacts:
        """Tell what is known of the model, more after the first look at its file."""
        if model not in {"", self.default_model}:
            return ModelFacts()
        if self.file is None:
            return ModelFacts(input_price=0.0, output_price=0.0)
        shape = self.file.shape
        embeds = shape.purpose == "embedding"
        return ModelFacts(
            context_window=self.context_window,
            input_price=0.0,
            output_price=0.0,
            vision=False,
            files=False,
            embedding=embeds,
            dimensions=shape.width or None if embeds else None,
        )

    @property
    def load_within(self) -> float:
        """Seconds that loading may take; more after the first look at a large file."""
        size = 0 if self.file is None else self.file.size
        return self._given_load_within or _LOAD_AT_LEAST + size / _BYTES_A_SECOND

    async def look(self) -> ModelFile:
        """Look at the file, in a thread: what it is and whether it is whole.

        Raises ``ProviderError`` with a sentence about what is wrong with it.
        """
        file = await asyncio.to_thread(look_at, self.path)
        if self.file is None:  # until it is loaded; the memory may leave room for less
            self.context_window = fit(file.shape, file.size, None, self._context).context
        self.file = file
        return file

    async def list_models(self) -> tuple[str, ...]:
        """Give the one model that there is. Raises ``ProviderError`` where its file is not good."""
        await self.look()
        return (self.default_model,)

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Load the model if need be, ask it, and yield its events; see ``ChatProvider.stream``."""
        self._check(model)
        async with self.server.in_use() as run:
            async with aclosing(run.stages()) as stages:
                async for stage in stages:
                    yield (stage,)
            if self._embeds():
                said = Phrase(
                    "{name} makes vectors of texts and does not converse.", name=self.name
                )
                raise ProviderError(
                    ErrorKind.MODEL_GONE, said, code="embeds", retry_after=LOOK_AGAIN
                )
            async with aclosing(self._answer(run, request)) as batches:
                async for batch in batches:
                    yield batch

    def embedding_model(self, model: str) -> str | None:
        """Give the model's id where it is the one that is meant, and not known to converse."""
        if not same_model(self.default_model, model) or (self.file and not self._embeds()):
            return None
        return self.default_model

    async def embed(
        self, texts: Sequence[str], model: str, dimensions: int | None = None
    ) -> Vectors:
        """Turn texts into vectors. Raises ``ProviderError``."""
        self._check(model)
        async with self.server.in_use() as run:
            await self._loaded(run)
            if not self._embeds():
                said = Phrase("{name} converses and makes no vectors of texts.", name=self.name)
                raise ProviderError(
                    ErrorKind.MODEL_GONE, said, code="converses", retry_after=LOOK_AGAIN
                )
            try:
                return await self._asked(run).embed(texts, self.default_model, dimensions)
            except ProviderError as error:
                raise await self._explained(run, error, spoke=False) from None

    async def test(self, model: str = "", within: float | None = None) -> TestReport:
        """Load the model, ask it for a word and measure that; nothing is raised.

        ``within`` seconds are given to all of it together.
        """
        try:
            async with asyncio.timeout(within or _TEST_WITHIN), self.server.in_use() as run:
                await self._loaded(run)
                if self._embeds():
                    return await self._try_embedding()
                return await try_out(self, model or self.default_model, _WORD_WITHIN)
        except TimeoutError:
            error = failures.too_slow(self.name, within or _TEST_WITHIN)
        except ProviderError as failure:
            error = failure
        return TestReport(error=error, model=model or self.default_model)

    async def aclose(self) -> None:
        """Unload the model and wait until its process is gone."""
        await self.server.aclose()

    async def _prepare(self) -> Preparation:
        """Look at file and memory, and choose how long a context there shall be."""
        file = await self.look()
        free = await asyncio.to_thread(self._memory)
        fitted = fit(file.shape, file.size, free, self._context)
        self.context_window = fitted.context
        order = Order(
            model=str(self.path.absolute()),
            context=fitted.context,
            batch=fitted.batch,
            embedding=file.shape.purpose == "embedding",
            key=secrets.token_urlsafe(32),
            prompt_cache=PROMPT_CACHE,
            lacking=fitted.lacking,
            within=self.load_within,
        )
        return Preparation(order, self.path.name, fitted)

    async def _try_embedding(self) -> TestReport:
        began = time.perf_counter()
        await self.embed(("ready",), self.default_model)
        return TestReport((time.perf_counter() - began) * 1000, model=self.default_model)

    async def _loaded(self, run: Run) -> None:
        async with aclosing(run.stages()) as stages:
            async for _ in stages:
                pass

    async def _answer(
        self, run: Run, request: ChatRequest
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Ask the loaded model. One whose answer does not come to its end is looked into."""
        seen: set[type] = set()
        refused = False
        try:
            stream = self._asked(run).stream(request, self.default_model)
            async with aclosing(stream) as batches:
                async for batch in batches:
                    seen.update(map(type, batch))
                    yield batch
            if Stop not in seen:
                said = Phrase("{name} broke off.", name=self.name)
                raise ProviderError(ErrorKind.INTERRUPTED, said)
        except ProviderError as error:
            refused = error.kind not in _BROKEN  # and so it lives
            spoke = not _CONTENT.isdisjoint(seen)
            raise await self._explained(run, error, spoke=spoke) from None
        finally:
            if Stop not in seen and not refused:
                self.server.doubt()

    def _asked(self, run: Run) -> HttpProvider:
        """Give the provider that asks this run's server, with its key."""
        endpoint: Endpoint | None = run.endpoint
        assert endpoint is not None
        row = ProviderRow(
            self.id,
            self.name,
            "openai-chat",
            f"{endpoint.url}/v1",
            models=(self.default_model,),
            local=True,
        )
        key = endpoint.key
        return HttpProvider(row, self._transport, lambda: key, facts=self._known)

    def _known(self, *_: object) -> ModelFacts:
        return self.facts(self.default_model)

    async def _explained(self, run: Run, error: ProviderError, *, spoke: bool) -> Exception:
        """Find out whether a broken connection means that the process is gone, and why."""
        if error.kind not in _BROKEN:
            return error
        why = await run.broke(_GONE_WITHIN)
        if isinstance(why, ProviderError) and spoke:
            return ProviderError(
                ErrorKind.INTERRUPTED, why.happened, code=why.code, detail=why.detail
            )
        return why or error

    def _embeds(self) -> bool:
        return self.file is not None and self.file.shape.purpose == "embedding"

    def _check(self, model: str) -> None:
        if model not in {"", self.default_model}:
            said = Phrase("{name} has no model {model}.", name=self.name, model=model)
            raise ProviderError(ErrorKind.MODEL_GONE, said, code="no_model")
