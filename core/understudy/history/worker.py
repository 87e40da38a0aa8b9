"""One thread that does everything with the database, in the order in which it was asked.

sqlite3 blocks, and one writer needs no locks. The thread sleeps while there is nothing to do.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from understudy.history.errors import HistoryClosed

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
log = logging.getLogger(__name__)


class Worker:
    """A named thread with a queue, and one chore that it does when it is due.

    ``chore`` runs on the thread after ``chore_within`` was called, once for any number of calls.
    """

    def __init__(self, name: str, chore: Callable[[], None]) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._chore = chore
        self._due: float | None = None
        self.is_open = True
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def call(self, job: Callable[[], T]) -> T:
        """Run ``job`` on the thread. Cancelling gives up the wait, never the job."""
        if not self.is_open:
            raise HistoryClosed("The conversations' file is closed.", "Nothing was done.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(lambda: _answer(loop, future, job))
        return await future

    def post(self, job: Callable[[], None]) -> None:
        """Have ``job`` run on the thread; callable from any thread, costs about a microsecond."""
        self._jobs.put(job)

    def chore_within(self, seconds: float) -> None:
        """Have the chore run at the latest in ``seconds``. To be called on the thread."""
        due = monotonic() + seconds
        self._due = due if self._due is None else min(self._due, due)

    async def close(self) -> None:
        """End the thread after what was asked before."""
        if self.is_open:
            await self.call(_nothing)
            self.is_open = False
            self._jobs.put(None)
            self._thread.join()

    def _run(self) -> None:
        while True:
            job = self._next()
            if job is None:
                return
            try:
                job()
            except Exception:
                # A fault in one job must not leave everyone after it waiting for ever.
                log.exception("A job of the thread %r failed.", self._thread.name)

    def _next(self) -> Callable[[], None] | None:
        if self._due is None:
            return self._jobs.get()
        try:
            wait = self._due - monotonic()
            if wait > 0:
                return self._jobs.get(timeout=wait)
        except Empty:
            pass
        self._due = None
        return self._chore


def _nothing() -> None:
    """Do nothing, after everything that was asked before."""


def _answer(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], job: Callable[[], Any]
) -> None:
    try:
        result, error = job(), None
    except Exception as raised:  # noqa: BLE001 - it belongs to whoever asked
        result, error = None, raised
    with suppress(RuntimeError):  # the loop has ended, and nobody waits
        loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
