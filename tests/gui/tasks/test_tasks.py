"""A scope starts tasks, hears their errors and ends them."""

from __future__ import annotations

import asyncio

import pytest

from understudy_gui.tasks import TaskScope


@pytest.mark.anyio
async def test_that_an_error_in_a_task_reaches_the_owner_with_the_tasks_name() -> None:
    errors: list[tuple[str, str]] = []
    scope = TaskScope(lambda name, error: errors.append((name, str(error))))

    async def fail() -> None:
        raise ValueError("as expected")

    scope.spawn(fail(), "failing")
    await asyncio.sleep(0.01)
    assert errors == [("failing", "as expected")]
    assert len(scope) == 0
    await scope.aclose()


@pytest.mark.anyio
async def test_that_closing_waits_until_every_task_has_cleared_up() -> None:
    events: list[str] = []
    scope = TaskScope(lambda name, _error: events.append(f"error in {name}"))

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            events.append(name)

    scope.spawn(work("one"), "one")
    scope.spawn(work("two"), "two")
    await asyncio.sleep(0)
    await scope.aclose()
    assert sorted(events) == ["one", "two"]


@pytest.mark.anyio
async def test_that_cancelling_is_a_normal_ending() -> None:
    errors: list[str] = []
    scope = TaskScope(lambda name, _error: errors.append(name))
    task = scope.spawn(asyncio.sleep(60), "sleeping")
    await asyncio.sleep(0)
    scope.cancel_all()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert errors == []
    await scope.aclose()


@pytest.mark.anyio
async def test_that_a_closed_scope_starts_nothing() -> None:
    scope = TaskScope(lambda _name, _error: None)
    await scope.aclose()
    work = asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="late"):
        scope.spawn(work, "late")
