"""How much runs at once, and in which order the rest waits."""

from __future__ import annotations

import asyncio

import pytest

from helpers.providers import fails, listen, provider, router_of, says
from helpers.virtual_time import wall_clock
from understudy.errors import ErrorKind, UsageError
from understudy.routing.limits import Limits
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
