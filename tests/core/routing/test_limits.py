"""How much runs at once, and in which order the rest waits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.providers import fails, listen, provider, router_of, says
from helpers.virtual_time import run_virtually, wall_clock
from understudy.errors import ErrorKind, UsageError
from understudy.messages import Message
from understudy.requests import ChatRequest
from understudy.routing.limits import PASSED_OVER, Gate, Limits
from understudy.routing.router import Router

pytestmark = pytest.mark.anyio

SLOW = (1.0, *says("done"))


async def test_that_requests_beyond_the_limit_wait_in_the_order_of_their_coming() -> None:
    first = provider("a", SLOW)
    router = router_of(first, max_concurrency=2)

    heard = await asyncio.gather(*(listen(router) for _ in range(5)))

    assert [each.text for each in heard] == ["done"] * 5
    assert [asked.at for asked in first.asked] == [0.0, 0.0, 1.0, 1.0, 2.0]


async def test_that_who_waits_for_a_busy_provider_keeps_no_slot_from_others() -> None:
    router = Router(2, clock=wall_clock)
    busy, free = provider("busy", SLOW), provider("free", SLOW)
    router.register_chat_provider(busy, max_concurrency=1)
    waiting = [asyncio.create_task(listen(router)) for _ in range(3)]
    await asyncio.sleep(0)
    router.unregister_provider("busy")
    router.register_chat_provider(free)

    assert (await listen(router)).text == "done"

    assert free.asked[0].at == 0.0
    await asyncio.gather(*waiting)


async def test_that_a_slot_is_free_for_others_during_the_wait_before_a_retry() -> None:
    limited = provider("a", fails(ErrorKind.RATE_LIMIT, retry_after=2), says("back"))
    router = router_of(limited, provider("b", says("meanwhile")), max_concurrency=1)

    waiting = asyncio.create_task(listen(router))
    await asyncio.sleep(0.5)
    meanwhile = await listen(router)

    assert meanwhile.text == "meanwhile"
    assert asyncio.get_running_loop().time() == 0.5
    assert (await waiting).text == "back"


async def test_that_one_who_came_to_rest_while_a_request_queued_is_passed_by() -> None:
    failing = (1.0, *fails(ErrorKind.AUTH, status=401))
    router = Router(clock=wall_clock)
    first = provider("a", failing)
    router.register_chat_provider(first, max_concurrency=1)
    router.register_chat_provider(provider("b"))

    heard = await asyncio.gather(*(listen(router) for _ in range(4)))

    assert len(first.asked) == 1
    assert [each.asked for each in heard] == [["a", "b"], ["b"], ["b"], ["b"]]


async def test_that_giving_up_in_the_queue_lets_the_next_one_through() -> None:
    router = router_of(provider("a", SLOW), max_concurrency=1)
    running, impatient, patient = (asyncio.create_task(listen(router)) for _ in range(3))
    await asyncio.sleep(0.5)
    impatient.cancel()

    assert (await patient).text == "done"
    assert asyncio.get_running_loop().time() == 2.0
    await running


@pytest.mark.parametrize("size", [0, -1])
def test_that_a_limit_that_lets_nothing_through_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match="Set it to 1 or more"):
        Limits(size, wall_clock)


async def test_that_a_person_is_served_before_what_runs_in_the_background() -> None:
    only = provider("a", SLOW)
    router = router_of(only, max_concurrency=1)
    title = ChatRequest((Message.user("A title, please."),), background=True)

    running = asyncio.create_task(listen(router))
    await asyncio.sleep(0)
    in_background = [asyncio.create_task(listen(router, title)) for _ in range(2)]
    await asyncio.sleep(0)
    in_front = [asyncio.create_task(listen(router)) for _ in range(2)]
    await asyncio.gather(running, *in_background, *in_front)

    assert [asked.request.background for asked in only.asked] == [False, False, False, True, True]


async def test_that_the_background_is_not_kept_waiting_for_ever() -> None:
    gate = Gate(1)
    served: list[str] = []

    async def pass_through(name: str, *, background: bool) -> None:
        await gate.enter(background=background)
        served.append(name)
        await asyncio.sleep(0)
        gate.leave()

    await gate.enter(background=False)
    waiting = [asyncio.create_task(pass_through("title", background=True))]
    waiting += [asyncio.create_task(pass_through("chat", background=False)) for _ in range(20)]
    await asyncio.sleep(0)
    gate.leave()
    await asyncio.gather(*waiting)

    assert served.index("title") == PASSED_OVER


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30), st.integers(1, 4))
def test_that_nobody_is_lost_and_no_slot_either(
    visitors: list[tuple[bool, bool]], size: int
) -> None:
    async def visit() -> None:
        gate = Gate(size)
        inside = most = 0

        async def pass_through(*, background: bool) -> None:
            nonlocal inside, most
            await gate.enter(background=background)
            inside += 1
            most = max(most, inside)
            try:
                await asyncio.sleep(0.01)
            finally:
                inside -= 1
                gate.leave()

        tasks = [
            asyncio.create_task(pass_through(background=background)) for background, _ in visitors
        ]
        await asyncio.sleep(0.005)
        for task, (_, gives_up) in zip(tasks, visitors, strict=True):
            if gives_up and not task.done():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert most <= size

    run_virtually(visit())
