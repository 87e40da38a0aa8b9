"""Tasks with an owner: whoever starts one says when it ends and hears when it fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class TaskScope:
    """The tasks of one owner, ended together.

    An exception is never swallowed: it goes to ``on_error(name, error)`` at once. Being cancelled
    is a normal ending. After ``aclose`` nothing new can be started.
    """

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Start ``work``; synchronous slots call this too, as long as the loop runs."""
        if self._closed:
            work.close()
            raise RuntimeError(f"The scope is closed: {name} cannot start.")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel_all(self) -> None:
        """Ask every task to end; they end on their own time."""
        for task in tuple(self._tasks):
            task.cancel()

    async def aclose(self) -> None:
        """End every task and wait until the last has finished its clearing up."""
        self._closed = True
        self.cancel_all()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_error(task.get_name(), error)
