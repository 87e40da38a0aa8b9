"""The loop of a rehearsal: its time jumps, but not ahead of bytes that are on their way."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from understudy.rehearsal import clock
from understudy.rehearsal.clock import EPOCH, VirtualLoop, wall_clock

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def test_that_a_day_passes_at_once() -> None:
    async def sleep() -> tuple[float, float]:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time(), wall_clock()

    began = time.monotonic()
    assert run(sleep()) == (86_400.0, EPOCH + 86_400.0)
    assert time.monotonic() - began < 60


def test_that_timers_ring_in_their_order() -> None:
    async def sleep() -> list[int]:
        rang: list[int] = []

        async def after(seconds: int) -> None:
            await asyncio.sleep(seconds)
            rang.append(seconds)

        await asyncio.gather(*(after(seconds) for seconds in (300, 1, 3_600, 20)))
        return rang

    assert run(sleep()) == [1, 20, 300, 3_600]


def test_that_a_wait_without_an_end_is_an_error_and_no_hang() -> None:
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="hang for ever"):
        run(hang())


def test_that_an_open_socket_on_which_nothing_comes_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader, writer

    async def hang() -> None:
        async with await asyncio.start_server(connected, "127.0.0.1", 0):
            await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(clock, "HUNG", 0.01)
    with pytest.raises(RuntimeError, match="hang for ever"):
        run(hang())


def test_that_bytes_on_their_way_arrive_before_a_timer_rings() -> None:
    async def echoed() -> list[bytes]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(100):
                await asyncio.sleep(3_600)
                writer.write(data)
            writer.close()

        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            heard: list[bytes] = []
            for word in (b"one", b"two", b"three"):
                writer.write(word)
                async with asyncio.timeout(3_601):
                    heard.append(await reader.read(100))
            writer.close()
            await writer.wait_closed()
            return heard

    assert run(echoed()) == [b"one", b"two", b"three"]
