"""The owner of a model's process: starts it when it is wanted, ends it when it is not."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from understudy.errors import ProviderError
from understudy.events import ModelLoading
from understudy.local_model import failures
from understudy.local_model.process import ModelProcess
from understudy.local_model.reports import Failed, Loading, Ready, ran_out_of_memory

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from understudy.local_model.memory import Fit
    from understudy.local_model.reports import Order
    from understudy.transport.http import HttpTransport

IDLE_AFTER: Final = 600.0
"""Seconds after the last answer for which a model is kept in memory."""

PROBE_WITHIN: Final = 5.0
ENGINE_WITHIN: Final = 180.0
"""Seconds for the engine: it answers between two batches, of which one may take a minute."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is known before the process is started: what it is to do, and what it was made of."""

    order: Order
    file: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model answers, to whoever has the key."""

    url: str
    key: str

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"


class Run:
    """One life of the model: from the look at its file to the end of its process.

    ``endpoint`` is there as soon as it answers, ``failure`` when it does not or no longer does,
    and ``over`` is set when the process is gone.
    """

    def __init__(
        self,
        name: str,
        prepare: Callable[[], Awaitable[Preparation]],
        command: Sequence[str],
        after: Run | None,
    ) -> None:
        self.endpoint: Endpoint | None = None
        self.failure: Exception | None = None
        self.over = asyncio.Event()
        self._name = name
        self._prepare = prepare
        self._command = command
        self._after = after
        self._stage = ModelLoading("checking")
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._live(), name=f"the model {name}")
        self._task.add_done_callback(self._is_gone)  # also where it is cancelled before it begins

    async def stages(self) -> AsyncGenerator[ModelLoading, None]:
        """Yield how it gets ready until it is; nothing where it was already.

        Raises ``ProviderError`` where it does not get ready.
        """
        if self.endpoint is not None and self.failure is None:
            return
        told: ModelLoading | None = None
        while True:
            changed = self._changed
            if self._stage is not told:
                told = self._stage
                yield told
                continue
            if self.failure is not None:
                raise self.failure
            if self.endpoint is not None:
                return
            await changed.wait()

    async def broke(self, within: float) -> Exception | None:
        """Tell why it ended, if it does within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.over.wait()
        return self.failure

    def end(self, why: ProviderError) -> None:
        """Have the process ended; ``over`` tells when it is gone."""
        self.failure = self.failure or why
        self._task.cancel()

    async def _live(self) -> None:
        try:
            if self._after is not None:  # its memory is free when it is gone
                await self._after.over.wait()
                self._after = None
            prepared = await self._prepare()
            self._tell(ModelLoading("starting", within=prepared.order.within))
            async with ModelProcess.started(self._command, prepared.order) as process:
                await self._load(process, prepared)
                self._tell(ModelLoading("ready"))
                code = await process.exit_code()
                self.failure = failures.died(self._name, code)
        except OSError as error:
            self.failure = failures.not_started(self._name, error)
        except Exception as error:  # noqa: BLE001 - whoever waits for the model gets it
            self.failure = error

    async def _load(self, process: ModelProcess, prepared: Preparation) -> None:
        """Hear the reports until the model answers. Raises ``ProviderError``."""
        order = prepared.order
        try:
            async with asyncio.timeout(order.within), aclosing(process.reports()) as reports:
                async for report in reports:
                    match report:
                        case Loading(fraction):
                            self._tell(ModelLoading("loading", fraction))
                        case Ready(url):
                            self.endpoint = Endpoint(url, order.key)
                            return
                        case Failed(code):
                            await process.exit_code()
                            raise failures.not_loaded(
                                prepared.file, code, process.log, prepared.fit
                            )
                code = await process.exit_code()
        except TimeoutError:
            raise failures.too_slow(self._name, order.within) from None
        if ran_out_of_memory(process.log):
            raise failures.too_large(prepared.file, prepared.fit)
        raise failures.died(self._name, code)

    def _is_gone(self, _task: asyncio.Task[None]) -> None:
        self.failure = self.failure or failures.ended(self._name)
        self.over.set()
        self._tell(self._stage)

    def _tell(self, stage: ModelLoading) -> None:
        self._stage = stage
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class ModelServer:
    """Starts the model with its first user, once for all who come meanwhile, and ends it later.

    It belongs to one event loop. ``prepare`` looks at the file and the memory and is awaited before
    every start. The process ends ``idle_after`` seconds after its last user.
    """

    def __init__(
        self,
        name: str,
        prepare: Callable[[], Awaitable[Preparation]],
        transport: HttpTransport,
        command: Sequence[str],
        *,
        idle_after: float = IDLE_AFTER,
        probe_within: float = PROBE_WITHIN,
        engine_within: float = ENGINE_WITHIN,
    ) -> None:
        self._name = name
        self._prepare = prepare
        self._transport = transport
        self._command = command
        self._idle_after = idle_after
        self._probe_within = probe_within
        self._run: Run | None = None
        self._users = 0
        self._engine_within = engine_within
        self._doubting: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the model answers at once."""
        run = self._run
        return run is not None and run.endpoint is not None and run.failure is None

    @asynccontextmanager
    async def in_use(self) -> AsyncGenerator[Run, None]:
        """Have the model running, or on its way; it is not unloaded within the block."""
        self._users += 1
        self._stop_waiting()
        try:
            yield await self._running()
        finally:
            self._users -= 1
            if not self._users:
                loop = asyncio.get_running_loop()
                self._idle = loop.call_later(self._idle_after, self.unload)

    def doubt(self) -> None:
        """Have it looked into whether the model still works: an answer was not brought to its end.

        Whoever asks meanwhile does not wait for that.
        """
        if self._doubting is None or self._doubting.done():
            self._doubting = asyncio.create_task(self._look_into(self._run), name="doubt")

    def unload(self) -> None:
        """Have the process ended; the next user starts another."""
        self._stop_waiting()
        if self._run is not None:
            self._run.end(failures.ended(self._name))

    async def aclose(self) -> None:
        """End the process and wait until it is gone."""
        self.unload()
        if self._doubting is not None:
            self._doubting.cancel()
            await asyncio.wait({self._doubting})
        if self._run is not None:
            await self._run.over.wait()

    async def _running(self) -> Run:
        run = self._run
        if run is not None and not await self._answers(run, "health", self._probe_within):
            run.end(failures.hung(self._name))
        if self._run is None or self._run.failure is not None:
            self._run = Run(self._name, self._prepare, self._command, after=self._run)
        return self._run

    async def _look_into(self, run: Run | None) -> None:
        """Ask its engine, behind whose door the answer has its turn after the batch in work."""
        if run is not None and not await self._answers(run, "slots", self._engine_within):
            run.end(failures.hung(self._name))

    async def _answers(self, run: Run, path: str, within: float) -> bool:
        """Tell whether it answers, as it should when it is loaded.

        ``health`` is its front door, ``slots`` asks the engine itself:
        https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
        """
        if run.endpoint is None or run.failure is not None:
            return True
        try:
            answer = await self._transport.fetch(
                f"{run.endpoint.url}/{path}",
                headers={"authorization": f"Bearer {run.endpoint.key}"},
                name=self._name,
                timeout=within,
            )
        except ProviderError:
            return False
        return answer.status == 200

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
