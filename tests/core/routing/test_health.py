"""What is remembered of failures between requests."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from helpers.providers import (
    QUESTION,
    fails,
    listen,
    provider,
    router_of,
    says,
)
from helpers.virtual_time import EPOCH
from understudy.errors import ErrorKind, NobodyAnswered, ProviderError
from understudy.routing.health import COUNTED_CAP, LONG, RESET_CAP, Health
from understudy.routing.route import Route, RouteEntry
from understudy.routing.rules import RULES

pytestmark = pytest.mark.anyio

COUNTED = [kind for kind, rule in RULES.items() if rule.cooldown == "counted"]


class Patient:
    """A health with a clock set by hand and a count of its announcements."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.announced = 0
        self.health = Health(lambda: self.now, self._changed)

    def _changed(self) -> None:
        self.announced += 1

    def fail(self, kind: ErrorKind, *, model: str = "m", local: bool = False, **more: Any) -> None:
        error = ProviderError(kind, "It failed.", **more)
        self.health.failed("a", model, error, local=local)

    def rests_for(self, model: str = "m") -> float | None:
        """Seconds of rest left; infinite until the key."""
        rest = self.health.rest_of("a", model)
        if rest is None:
            return None
        return float("inf") if rest.until is None else rest.until - self.now


@pytest.mark.parametrize("kind", COUNTED)
def test_that_only_failures_in_a_row_make_one_rest_and_longer_each_time(kind: ErrorKind) -> None:
    patient = Patient()
    patient.fail(kind)
    assert patient.rests_for() is None
    assert patient.announced == 0
    for expected in (5.0, 10.0, 20.0, 40.0, 80.0, COUNTED_CAP, COUNTED_CAP):
        patient.fail(kind)
        assert patient.rests_for() == expected
        patient.now += expected
    assert patient.rests_for() is None


def test_that_failures_far_apart_are_not_in_a_row() -> None:
    patient = Patient()
    for _ in range(5):
        patient.fail(ErrorKind.TRANSIENT)
        assert patient.rests_for() is None
        patient.now += 601


def test_that_an_answer_ends_the_row() -> None:
    patient = Patient()
    for _ in range(5):
        patient.fail(ErrorKind.TRANSIENT)
        patient.now += 1
        patient.health.succeeded("a", "m", patient.now)
    assert patient.rests_for() is None


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        (ErrorKind.RATE_LIMIT, 20.0),
        (ErrorKind.QUOTA, LONG),
        (ErrorKind.REGION, LONG),
        (ErrorKind.MODEL_GONE, LONG),
        (ErrorKind.AUTH, float("inf")),
    ],
)
def test_that_some_failures_make_one_rest_at_once(kind: ErrorKind, seconds: float) -> None:
    patient = Patient()
    patient.fail(kind)
    assert patient.rests_for() == seconds


@pytest.mark.parametrize("kind", [ErrorKind.RATE_LIMIT, ErrorKind.QUOTA, ErrorKind.TRANSIENT])
def test_that_a_rest_ends_at_the_providers_own_reset_time(kind: ErrorKind) -> None:
    patient = Patient()
    patient.fail(kind, retry_after=7_200.0)
    assert patient.rests_for() == 7_200.0
    patient.now += 7_199.9
    assert patient.rests_for() is not None
    patient.now += 0.1
    assert patient.rests_for() is None


def test_that_a_rest_is_never_shortened() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=3_600.0, status=429)
    patient.fail(ErrorKind.TRANSIENT, retry_after=1.0, status=503)
    rest = patient.health.rest_of("a", "m")
    assert rest is not None
    assert rest.until == EPOCH + 3_600.0
    assert (rest.kind, rest.status) == (ErrorKind.RATE_LIMIT, 429)
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=7_200.0)
    assert patient.rests_for() == 7_200.0


def test_that_a_reset_time_beyond_all_reason_has_a_cap() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=1e12)
    assert patient.rests_for() == RESET_CAP
    patient.fail(ErrorKind.RATE_LIMIT, model="other", retry_after=-5.0)
    assert patient.rests_for("other") is None


@pytest.mark.parametrize("kind", [kind for kind in RULES if RULES[kind].cooldown == "none"])
def test_that_what_is_no_providers_fault_is_not_charged(kind: ErrorKind) -> None:
    patient = Patient()
    for _ in range(5):
        patient.fail(kind, retry_after=60.0)
    assert patient.rests_for() is None


def test_that_a_program_on_this_computer_that_is_not_running_does_not_rest() -> None:
    patient = Patient()
    for _ in range(5):
        patient.fail(ErrorKind.NETWORK, local=True)
    assert patient.rests_for() is None
    for _ in range(2):
        patient.fail(ErrorKind.TRANSIENT, local=True)
    assert patient.rests_for() is not None


def test_that_a_models_failure_leaves_the_providers_other_models_alone() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT)
    assert patient.rests_for("m") is not None
    assert patient.rests_for("other") is None


def test_that_a_rejected_key_rests_all_models_unless_it_concerns_one() -> None:
    patient = Patient()
    patient.fail(ErrorKind.AUTH, model_only=True)
    assert patient.rests_for("other") is None
    patient.fail(ErrorKind.AUTH)
    assert patient.rests_for("other") == float("inf")


def test_that_an_answer_that_began_before_the_failure_does_not_end_the_rest() -> None:
    patient = Patient()
    began = patient.now
    patient.now += 10
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=60.0)
    patient.now += 10
    patient.health.succeeded("a", "m", began)
    assert patient.rests_for() == 50.0


def test_that_one_probe_is_let_through_and_its_failure_rests_longer() -> None:
    patient = Patient()
    patient.fail(ErrorKind.TRANSIENT)
    patient.fail(ErrorKind.TRANSIENT)
    patient.now += 5
    assert patient.rests_for() is None
    probes = patient.health.begin("a", "m")
    assert patient.health.rest_of("a", "m") is not None
    assert patient.health.begin("a", "m") == ()
    patient.fail(ErrorKind.TRANSIENT)
    patient.health.release(probes)
    assert patient.rests_for() == 10.0


def test_that_a_cancelled_probe_lets_the_next_one_probe() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=5.0)
    patient.now += 5
    patient.health.release(patient.health.begin("a", "m"))
    assert patient.rests_for() is None


def test_that_releasing_a_probe_that_was_forgotten_is_harmless() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=5.0)
    patient.now += 5
    probes = patient.health.begin("a", "m")
    patient.health.lift("a")
    patient.health.release(probes)
    assert patient.rests_for() is None


def test_that_changes_are_announced_and_nothing_else() -> None:
    patient = Patient()
    patient.health.lift("a")
    patient.fail(ErrorKind.TRANSIENT)
    patient.health.succeeded("a", "m", patient.now)
    assert patient.announced == 0
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=5.0)
    assert patient.announced == 1
    patient.now += 5
    patient.health.succeeded("a", "m", patient.now)
    assert patient.announced == 2


def test_that_rests_survive_a_restart() -> None:
    before = Patient()
    before.fail(ErrorKind.RATE_LIMIT, retry_after=3_600.0, status=429)
    before.fail(ErrorKind.TRANSIENT, model="once")
    before.fail(ErrorKind.QUOTA)
    after = Patient()
    after.now += 60
    after.health.restore(json.loads(json.dumps(before.health.snapshot())))
    assert after.announced == 1
    assert after.health.snapshot() == before.health.snapshot()
    after.now += LONG - 120
    assert after.rests_for() == 60.0
    after.now += 60
    assert after.rests_for() is None
    assert after.rests_for("once") is None


def test_that_a_rejected_key_does_not_outlive_the_process() -> None:
    patient = Patient()
    patient.fail(ErrorKind.AUTH)
    assert patient.health.snapshot() == []


def test_that_restoring_never_shortens_a_rest_that_is_known() -> None:
    patient = Patient()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=10.0)
    rows = patient.health.snapshot()
    patient.fail(ErrorKind.RATE_LIMIT, retry_after=60.0)
    patient.health.restore(rows)
    assert patient.rests_for() == 60.0


GOOD_ROW = {
    "provider": "a",
    "model": "m",
    "kind": "rate_limit",
    "since": EPOCH,
    "until": EPOCH + 9,
    "failures": 1,
    "status": None,
}


@pytest.mark.parametrize(
    "row",
    [
        None,
        7,
        "text",
        [],
        {},
        {**GOOD_ROW, "kind": "unheard_of"},
        {**GOOD_ROW, "until": None},
        {**GOOD_ROW, "until": float("inf")},
        {**GOOD_ROW, "until": "soon"},
        {**GOOD_ROW, "failures": float("inf")},
        {**GOOD_ROW, "status": []},
    ],
)
def test_that_a_kept_row_that_makes_no_sense_is_left_out(row: object) -> None:
    patient = Patient()
    patient.health.restore([row, {**GOOD_ROW, "model": "good"}])
    assert patient.rests_for() is None
    assert patient.rests_for("good") == 9.0


async def test_that_a_rate_limited_provider_is_skipped_until_its_reset_time() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42)
    first = provider("a", limited, says("Back"))
    router = router_of(first, provider("b"))

    assert (await listen(router)).asked == ["a", "b"]
    status = router.statuses()[0]
    assert (status.state, status.kind, status.until) == ("cooling", "rate_limit", EPOCH + 42)
    assert status.why == "A was rate limited (429) and rests."
    await asyncio.sleep(41.9)
    assert (await listen(router)).asked == ["b"]
    await asyncio.sleep(0.1)
    assert (await listen(router)).text == "Back"
    assert router.statuses()[0].state == "available"


async def test_that_a_failed_fallback_rests_like_the_first() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)
    second = provider("b", limited)
    router = router_of(provider("a", fails(ErrorKind.MODEL_GONE)), second, provider("c"))

    await listen(router)
    await listen(router)

    assert len(second.asked) == 1


async def test_that_an_outage_costs_the_first_provider_two_requests_and_its_probes() -> None:
    first = provider("a", fails(ErrorKind.TRANSIENT, status=503))
    router = router_of(first, provider("b"))

    for _ in range(20):
        assert (await listen(router)).text == "I am b"
        await asyncio.sleep(1)

    assert [asked.at for asked in first.asked] == [0.0, 1.0, 6.0, 16.0]


async def test_that_only_one_of_many_requests_probes() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=10)
    first = provider("a", limited, (5.0, *says("Back")))
    router = router_of(first, provider("b"))
    await listen(router)
    await asyncio.sleep(10)

    heard = await asyncio.gather(*(listen(router) for _ in range(8)))

    assert sorted(each.text for each in heard) == ["Back"] + ["I am b"] * 7
    assert len(first.asked) == 2


async def test_that_a_rejected_key_stays_out_until_it_is_replaced() -> None:
    first = provider("a", fails(ErrorKind.AUTH, status=401), says("Thank you"))
    router = router_of(first, provider("b"))
    await listen(router)
    await asyncio.sleep(40 * 86_400)

    assert (await listen(router)).asked == ["b"]
    assert router.statuses()[0].until is None
    router.key_changed("a")
    assert (await listen(router)).text == "Thank you"


async def test_that_a_new_key_does_not_end_a_rate_limit() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)
    router = router_of(provider("a", limited), provider("b"))
    await listen(router)
    router.key_changed("a")
    assert router.statuses()[0].state == "cooling"
    router.try_now("a")
    assert router.statuses()[0].state == "available"


async def test_that_a_model_that_is_gone_is_asked_again_when_the_list_is_new() -> None:
    router = router_of(provider("a", fails(ErrorKind.MODEL_GONE, status=404)), provider("b"))
    await listen(router)
    assert router.statuses()[0].kind is ErrorKind.MODEL_GONE
    router.models_refreshed("a")
    assert router.statuses()[0].state == "available"


async def test_that_a_provider_is_available_while_one_of_its_models_is() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)
    router = router_of(provider("a", limited, says("small")))
    router.set_route(Route("r", (RouteEntry("a", "large"), RouteEntry("a", "small"))))

    assert (await listen(router)).text == "small"
    assert router.statuses()[0].state == "available"


async def test_that_the_statuses_tell_of_providers_that_cannot_be_asked_at_all() -> None:
    from understudy.providers.base import Availability

    bare = provider("a")
    bare.available = Availability("not-configured", "A has no key.")
    local = provider("b", local=True)
    router = router_of(bare, local)

    told = [(each.provider, each.name, each.state, each.why) for each in router.statuses()]

    assert told == [("a", "A", "not-configured", "A has no key."), ("b", "B", "available", "")]
    assert [each.local for each in router.statuses()] == [False, True]
    assert (await listen(router)).asked == ["b"]


async def test_that_everyone_at_rest_is_told_with_the_reasons_and_nobody_is_asked() -> None:
    first = provider("a", fails(ErrorKind.QUOTA, status=402))
    router = router_of(first)
    await listen(router)

    heard = await listen(router)

    assert len(first.asked) == 1
    assert isinstance(heard.error, NobodyAnswered)
    assert heard.error.first is None
    assert heard.error.reasons == (
        "A has no credit left (402) and rests. It can be asked again in 24 h.",
    )


async def test_that_health_is_announced_at_once_and_kept_over_a_restart() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)
    router = router_of(provider("a", limited), provider("b"))
    kept: list[list[dict[str, Any]]] = []
    router.on_health_change.append(lambda: kept.append(router.health_snapshot()))

    await listen(router)
    restarted = router_of(provider("a"), provider("b"))
    restarted.restore_health(kept[-1])

    assert (await listen(restarted)).asked == ["b"]


async def test_that_a_provider_set_up_anew_is_asked_again() -> None:
    router = router_of(provider("a", fails(ErrorKind.QUOTA)), provider("b"))
    await listen(router)
    router.register_chat_provider(provider("a"))
    assert (await router.chat(QUESTION)).provider == "a"
