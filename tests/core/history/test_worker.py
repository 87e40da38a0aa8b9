"""The thread: in order, never stuck."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from understudy.history import HistoryClosed
from understudy.history.worker import Worker

pytestmark = pytest.mark.anyio


def faulty() -> None:
    raise KeyError("a fault")


def nothing() -> None:
    pass


async def test_that_jobs_run_in_the_order_in_which_they_were_asked() -> None:
    worker = Worker("test", nothing)
    done: list[int] = []
    await asyncio.gather(*(worker.call(lambda n=n: done.append(n)) for n in range(100)))
    assert done == list(range(100))
    await worker.close()


async def test_that_an_error_belongs_to_whoever_asked() -> None:
    worker = Worker("test", nothing)
    with pytest.raises(ZeroDivisionError):
        await worker.call(lambda: 1 // 0)
    assert await worker.call(lambda: 7) == 7
    await worker.close()


async def test_that_a_cancelled_wait_leaves_the_job_and_the_thread_alone() -> None:
    worker = Worker("test", nothing)
    gate, done = threading.Event(), threading.Event()

    def job() -> None:
        gate.wait()
        done.set()

    task = asyncio.create_task(worker.call(job))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await worker.close()
    assert done.is_set()


async def test_that_a_fault_in_a_posted_job_is_told_and_the_next_job_runs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Worker("test", nothing)
    worker.post(faulty)
    assert await worker.call(lambda: 7) == 7
    await worker.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_that_the_chore_runs_once_for_many_calls_and_only_when_it_is_due() -> None:
    runs: list[int] = []
    worker = Worker("test", lambda: runs.append(1))
    await worker.call(lambda: [worker.chore_within(0.05) for _ in range(10)])
    await asyncio.sleep(0.01)
    assert runs == []
    await asyncio.sleep(0.15)
    assert runs == [1]
    await worker.close()


async def test_that_a_busy_queue_does_not_put_off_the_chore() -> None:
    runs: list[int] = []
    worker = Worker("test", lambda: runs.append(1))
    await worker.call(lambda: worker.chore_within(0.02))
    for _ in range(40):
        await worker.call(nothing)
        await asyncio.sleep(0.001)
    assert runs == [1]
    await worker.close()


async def test_that_a_closed_worker_says_so() -> None:
    worker = Worker("test", nothing)
    await worker.close()
    await worker.close()
    with pytest.raises(HistoryClosed):
        await worker.call(nothing)
