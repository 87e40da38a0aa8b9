"""The way of one stream to its client, and how it is known that the client is gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from understudy.serve.answers_out import comment

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    from starlette.types import Message, Receive, Send

T = TypeVar("T")

WAITING_EVERY: Final = 10.0
"""Seconds of silence after which a client is told that it is not forgotten."""
TAKEN_WITHIN: Final = 60.0
"""Seconds that a client may leave what it was sent in the line; then it is hung up on."""


class ClientGone(Exception):  # noqa: N818 - no error: clients come and go
    """Nobody reads this answer any more."""


async def while_there(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do ``work``, and stop it at once when the client hangs up. Raises ``ClientGone`` then."""
    working = asyncio.create_task(work)
    hanging_up = asyncio.create_task(_hung_up(receive))
    try:
        await asyncio.wait((working, hanging_up), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGone
    finally:
        working.cancel()
        hanging_up.cancel()
        await asyncio.wait((working, hanging_up))


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Outlet:
    """Sends frames, each at once. The answer begins with the first: until then it can be an error.

    ``headers`` is asked for the headers as it begins. ``hang_up`` cuts off a client that has
    stopped reading. Comments wait for the beginning; a wait of ``waiting_every`` seconds is one.
    """

    def __init__(
        self,
        send: Send,
        headers: Callable[[], Mapping[str, str]],
        hang_up: Callable[[], None],
        *,
        waiting_every: float = WAITING_EVERY,
        taken_within: float = TAKEN_WITHIN,
    ) -> None:
        self.begun = False
        self._asgi_send = send
        self._headers = headers
        self._hang_up = hang_up
        self._waiting_every = waiting_every
        self._taken_within = taken_within
        self._comments: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()

    async def write(self, frame: bytes) -> None:
        """Send a frame. Raises ``ClientGone`` where it is not taken."""
        if not frame:
            return
        if not self.begun:
            if frame.startswith(b":"):
                self._comments.append(frame)
                return
            await self._begin()
        await self._send({"type": "http.response.body", "body": frame, "more_body": True})

    async def close(self) -> None:
        """End the answer."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def keep_alive(self) -> None:
        """Send a comment whenever nothing was sent for long; runs until it is cancelled."""
        with suppress(ClientGone):
            while True:
                wait = self._last + self._waiting_every - self._loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                    continue
                if not self.begun:
                    await self._begin()
                await self.write(comment("waiting"))

    async def _begin(self) -> None:
        self.begun = True
        headers = [(name.encode(), value.encode()) for name, value in self._headers().items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        for frame in self._comments:
            await self._send({"type": "http.response.body", "body": frame, "more_body": True})

    async def _send(self, message: Message) -> None:
        self._last = self._loop.time()
        try:
            async with asyncio.timeout(self._taken_within):
                await self._asgi_send(message)
        except TimeoutError:
            self._hang_up()
            raise ClientGone from None
        self._last = self._loop.time()
