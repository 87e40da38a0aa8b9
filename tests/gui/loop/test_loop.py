"""What asyncio promises, kept on Qt's event loop."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from understudy_gui.loop import Loop, on_request_to_end, runner

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator


@pytest.fixture
def qt(qapp: QApplication) -> Iterator[asyncio.Runner]:
    """Runs a coroutine to its end in Qt's loop."""
    with runner(qapp) as started:
        yield started


def test_that_callbacks_run_in_the_order_in_which_they_were_scheduled(qt: asyncio.Runner) -> None:
    seen: list[int] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        for number in range(200):
            if number % 3:
                loop.call_soon(seen.append, number)
            else:
                loop.call_soon_threadsafe(seen.append, number)
        await asyncio.sleep(0.02)

    qt.run(work())
    assert seen == list(range(200))


def test_that_callbacks_from_another_thread_run_in_their_order_and_in_the_loops_thread(
    qt: asyncio.Runner,
) -> None:
    seen: list[tuple[int, bool]] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()

        def note(number: int) -> None:
            seen.append((number, asyncio.get_running_loop() is loop))

        def from_elsewhere() -> None:
            for number in range(100):
                loop.call_soon_threadsafe(note, number)

        await asyncio.to_thread(from_elsewhere)
        await asyncio.sleep(0)

    qt.run(work())
    assert seen == [(number, True) for number in range(100)]


def test_that_a_timer_is_never_early_and_hardly_late(
    qt: asyncio.Runner,
) -> None:
    async def work() -> list[float]:
        errors: list[float] = []
        for _ in range(20):
            start = time.monotonic()
            await asyncio.sleep(0.016)
            errors.append(time.monotonic() - start - 0.016)
        start = time.monotonic()
        await asyncio.sleep(0.5)
        errors.append(time.monotonic() - start - 0.5)
        return errors

    errors = qt.run(work())
    assert min(errors) >= 0
    assert sorted(errors)[len(errors) // 2] < 0.005


def test_that_timers_ring_in_the_order_of_their_times(qt: asyncio.Runner) -> None:
    seen: list[str] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        loop.call_at(now + 0.03, seen.append, "third")
        loop.call_at(now + 0.01, seen.append, "first")
        loop.call_at(now + 0.01, seen.append, "second")
        loop.call_at(now - 1, seen.append, "at once")
        await asyncio.sleep(0.06)

    qt.run(work())
    assert seen == ["at once", "first", "second", "third"]


def test_that_a_timer_tells_when_it_rings(qt: asyncio.Runner) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        handle = loop.call_at(loop.time() + 5, print)
        assert isinstance(handle, asyncio.TimerHandle)
        assert 4.9 < handle.when() - loop.time() <= 5
        handle.cancel()

    qt.run(work())


def test_that_a_cancelled_timer_does_not_ring_and_the_others_do(qt: asyncio.Runner) -> None:
    seen: list[int] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        handles = [loop.call_later(0.01, seen.append, number) for number in range(10)]
        for handle in handles[::2]:
            handle.cancel()
        await asyncio.sleep(0.03)

    qt.run(work())
    assert seen == [1, 3, 5, 7, 9]


def test_that_cancelled_timers_do_not_pile_up(qt: asyncio.Runner) -> None:
    """A stream sets and cancels a deadline for every chunk; an hour of that must not grow."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        for _ in range(5_000):
            loop.call_later(60, print).cancel()
        assert loop.pending_timers < 200

    qt.run(work())


def test_that_cancelling_one_timer_costs_the_same_among_ten_thousand(qt: asyncio.Runner) -> None:
    async def cost_among(others: int) -> float:
        loop = asyncio.get_running_loop()
        kept = [loop.call_later(60, print) for _ in range(others)]
        gc.disable()  # ten thousand more objects to look through are not the loop's
        start = time.process_time()
        for _ in range(2_000):
            loop.call_later(30, print).cancel()
        spent = time.process_time() - start
        gc.enable()
        for handle in kept:
            handle.cancel()
        return spent

    few, many = qt.run(cost_among(10)), qt.run(cost_among(10_000))
    assert many < few * 6


def test_that_a_callback_from_a_thread_keeps_its_context(qt: asyncio.Runner) -> None:
    name = contextvars.ContextVar("name", default="none")

    async def work() -> str:
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        context.run(name.set, "kept")
        result: asyncio.Future[str] = loop.create_future()
        loop.call_soon_threadsafe(lambda: result.set_result(name.get()), context=context)
        return await result

    assert qt.run(work()) == "kept"


def test_that_a_generator_left_open_is_closed_with_the_loop(qapp: QApplication) -> None:
    closed: list[bool] = []

    async def words() -> AsyncGenerator[str]:
        try:
            yield "one"
            yield "two"
        finally:
            closed.append(True)

    async def work() -> AsyncGenerator[str]:
        generator = words()
        assert await anext(generator) == "one"
        return generator

    before = sys.get_asyncgen_hooks()
    with runner(qapp) as started:
        left_open = started.run(work())
    assert closed == [True], left_open
    assert sys.get_asyncgen_hooks() == before


def test_that_sockets_timeouts_and_groups_work(qt: asyncio.Runner) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def work() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello\n")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await asyncio.sleep(5)
            async with asyncio.TaskGroup() as group:
                answer = group.create_task(reader.readline())
            writer.close()
            await writer.wait_closed()
        return answer.result()

    assert qt.run(work()) == b"hello\n"


def test_that_names_are_looked_up_in_a_worker_thread(qt: asyncio.Runner) -> None:
    async def work() -> list[object]:
        loop = asyncio.get_running_loop()
        return list(await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM))

    assert qt.run(work())


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself SIGTERM there")
def test_that_the_systems_wish_to_end_arrives_in_the_loop(qt: asyncio.Runner) -> None:
    async def work() -> None:
        asked = asyncio.Event()
        on_request_to_end(asyncio.get_running_loop(), asked.set)
        for number in (signal.SIGTERM, signal.SIGINT):
            asked.clear()
            os.kill(os.getpid(), number)
            await asyncio.wait_for(asked.wait(), 2)

    qt.run(work())


def test_that_qts_timers_go_on_beside_a_busy_task(qt: asyncio.Runner) -> None:
    async def work() -> int:
        ticks = 0

        def tick() -> None:
            nonlocal ticks
            ticks += 1

        timer = QTimer()
        timer.timeout.connect(tick)
        timer.start(10)
        end = time.monotonic() + 0.3
        while time.monotonic() < end:  # noqa: ASYNC110 - being busy is the point
            await asyncio.sleep(0)
        timer.stop()
        return ticks

    ticks = qt.run(work())
    assert ticks >= 10


def test_that_tasks_go_on_while_a_native_menu_or_drag_runs_qts_loop(qt: asyncio.Runner) -> None:
    async def work() -> bool:
        loop = asyncio.get_running_loop()
        ran_inside: list[bool] = []
        nested = QEventLoop()

        def like_a_menu() -> None:
            loop.call_later(0.02, nested.quit)
            nested.exec()
            done.set_result(bool(ran_inside))

        done: asyncio.Future[bool] = loop.create_future()
        loop.call_soon(like_a_menu)
        loop.call_soon(ran_inside.append, True)
        return await done

    assert qt.run(work())


def test_that_a_closed_loop_refuses_work(qapp: QApplication) -> None:
    loop = Loop(qapp)
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(print)
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_later(1, print)
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(print)


def test_that_an_error_in_a_callback_reaches_the_handler(qt: asyncio.Runner) -> None:
    async def work() -> list[object]:
        seen: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: seen.append(context["exception"]))

        def fail() -> None:
            raise ValueError("as expected")

        loop.call_soon(fail)
        await asyncio.sleep(0.01)
        loop.set_exception_handler(None)
        return seen

    errors = qt.run(work())
    assert [str(error) for error in errors] == ["as expected"]
