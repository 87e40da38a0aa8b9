"""The server: sockets of this computer alone, and an end that lets answers finish."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import HANDLED_SIGNALS

from understudy.errors import UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from starlette.types import ASGIApp
    from uvicorn.config import Config
    from uvicorn.server import ServerState

GRACE: Final = 10
"""Seconds that answers under way are given at the end."""
HEAD_WITHIN: Final = 10.0
"""Seconds for the head of a request; a client that says nothing is not waited for longer."""
IDLE_WITHIN: Final = 60
"""Seconds that a connection is kept for a next request."""
LOOPBACK: Final = "127.0.0.1"
LOOPBACK_6: Final = "::1"


def listen(port: int, *, ipv6: bool = False) -> list[socket.socket]:
    """Open the port on this computer's own addresses; 0 takes one that is free.

    Raises ``UnderstudyError`` where it cannot be had.
    """
    opened = [_opened(LOOPBACK, port)]
    if ipv6:
        try:
            opened.append(_opened(LOOPBACK_6, port_of(opened)))
        except UnderstudyError:
            opened[0].close()
            raise
    return opened


def port_of(sockets: list[socket.socket]) -> int:
    """Tell which port it became."""
    return int(sockets[0].getsockname()[1])


def _opened(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        happened = f"Port {port} of {address} cannot be used ({error.strerror})."
        if error.errno == errno.EADDRINUSE:
            happened = f"Port {port} of {address} is in use by another program."
        can_do = "Choose another with --port, or any that is free with --port 0."
        raise UnderstudyError(happened, "Nothing was started.", can_do) from None


class Connection(H11Protocol):
    """A client's connection, with an end to the patience for its next request.

    The application finds in ``scope["state"]["hang_up"]`` how to cut it off.
    """

    head_within: ClassVar[float] = HEAD_WITHIN

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "hang_up": self.hang_up}, _loop)
        self._patience: asyncio.TimerHandle | None = None

    def hang_up(self) -> None:
        """Cut the client off, whatever it was still to be sent."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Read on; half a head is waited for as long as none."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._patience is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(self.head_within, self.hang_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Server(uvicorn.Server):
    """Serves until a signal, or ``should_exit``, tells it to end.

    ``started`` is called when it answers and takes signals. At the end no new request is taken, and
    answers under way have ``grace`` seconds, of which ``stopping`` is told with their number. A
    second signal ends at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        started: Callable[[], None],
        stopping: Callable[[int], None],
        *,
        grace: int = GRACE,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,  # its lines go where the program's go
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=IDLE_WITHIN,
                timeout_graceful_shutdown=grace,
            )
        )
        self._started = started
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and tell so."""
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, wait for what is under way, and hang up on the rest."""
        self._stopping(len(self.server_state.tasks))
        await super().shutdown(sockets)
        self._hang_up_on_all()
        await asyncio.sleep(0)  # in which they are closed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: uvicorn's own way waits for connections that nobody closes.

        So it is from Python 3.12 on (https://github.com/Kludex/uvicorn/issues/1972).
        """
        if self.should_exit:
            self.force_exit = True
            asyncio.get_running_loop().call_soon_threadsafe(self._hang_up_on_all)
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take signals while this lasts. uvicorn sends them once more at its end; we end well."""
        if current_thread() is not main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _hang_up_on_all(self) -> None:
        for connection in tuple(self.server_state.connections):
            cast("Connection", connection).hang_up()
