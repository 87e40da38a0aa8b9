"""How frames go out: the beginning, comments, keep-alives, and a client that takes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from helpers.serving import until
from understudy.serve.outlet import ClientGone, Outlet, while_there

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.anyio


class Line:
    """A client: what it was sent, and whether it was cut off. A ``stuck`` one takes nothing."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.cut_off = False
        self._stuck = stuck

    async def send(self, message: Mapping[str, Any]) -> None:
        if self._stuck:
            await asyncio.get_running_loop().create_future()
        self.sent.append(message)

    def hang_up(self) -> None:
        self.cut_off = True

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    def outlet(self, waiting_every: float = 60.0) -> Outlet:
        headers = {"content-type": "text/event-stream"}
        return Outlet(
            self.send,
            lambda: headers,
            self.hang_up,
            waiting_every=waiting_every,
            taken_within=0.05,
        )


async def test_that_nothing_and_comments_alone_begin_no_answer() -> None:
    line = Line()
    outlet = line.outlet()
    await outlet.write(b"")
    await outlet.write(b": A could not answer. B stands in.\n\n")
    assert (outlet.begun, line.sent) == (False, [])


async def test_that_the_first_word_begins_it_and_brings_the_comments_along() -> None:
    line = Line()
    outlet = line.outlet()
    await outlet.write(b": first\n\n")
    await outlet.write(b"data: 1\n\n")
    await outlet.write(b": later\n\n")
    await outlet.close()
    assert line.sent[0] == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/event-stream")],
    }
    assert line.text == ": first\n\ndata: 1\n\n: later\n\n"
    assert [message.get("more_body") for message in line.sent] == [None, True, True, True, False]


async def test_that_a_long_silence_is_broken_and_a_short_one_is_not() -> None:
    line = Line()
    outlet = line.outlet(waiting_every=0.02)
    alive = asyncio.create_task(outlet.keep_alive())
    await until(lambda: line.text.count(": waiting\n\n") == 2)
    alive.cancel()
    assert outlet.begun
    quiet = Line()
    alive = asyncio.create_task(quiet.outlet().keep_alive())
    await asyncio.sleep(0.05)
    alive.cancel()
    assert quiet.sent == []


async def test_that_one_who_takes_nothing_is_cut_off() -> None:
    line = Line(stuck=True)
    with pytest.raises(ClientGone):
        await line.outlet().write(b"data: 1\n\n")
    assert line.cut_off


async def test_that_keeping_somebody_alive_who_takes_nothing_ends_quietly() -> None:
    line = Line(stuck=True)
    await line.outlet(waiting_every=0.0).keep_alive()
    assert line.cut_off


async def test_that_work_is_stopped_at_once_when_nobody_waits_for_it() -> None:
    stopped: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            stopped.append(True)

    messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    with pytest.raises(ClientGone):
        await while_there(receive, work())
    assert stopped == [True]


async def test_that_work_ends_with_what_it_gives_or_raises() -> None:
    async def receive() -> Any:
        return await asyncio.get_running_loop().create_future()

    async def gives() -> int:
        return 3

    async def raises() -> int:
        raise LookupError

    assert await while_there(receive, gives()) == 3
    with pytest.raises(LookupError):
        await while_there(receive, raises())


async def test_that_ending_the_server_stops_the_work_too() -> None:
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            stopped.set()

    async def receive() -> Any:
        return await asyncio.get_running_loop().create_future()

    waiting = asyncio.create_task(while_there(receive, work()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert stopped.is_set()
