"""What a service can measure of its router, by a recorder of its own or in Prometheus."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from helpers.canary import holds
from helpers.providers import (
    QUESTION,
    ScriptedProvider,
    breaks_off,
    fails,
    listen,
    provider,
    router_of,
    says,
)
from helpers.virtual_time import EPOCH, VirtualLoop, run_virtually, wall_clock
from understudy.errors import ErrorKind, NobodyAnswered, ProviderError
from understudy.events import Finished, Stop, TextDelta, UsageReported
from understudy.messages import Message
from understudy.metrics import AnswerOutcome, NoMetrics, Stage, observe
from understudy.metrics_prometheus import NO_FAILURE, PrometheusRecorder, exposition
from understudy.requests import ChatRequest, Usage
from understudy.routing.route import Route, RouteEntry
from understudy.routing.trace import Decision, Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from helpers.providers import Script
    from understudy.events import StreamEvent
    from understudy.metrics import AttemptFigures, MetricsRecorder
    from understudy.routing.route import Rescue
    from understudy.routing.router import Router

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-4711"
FULL = Usage(input_tokens=900, output_tokens=30, cached_tokens=600, cost=0.25)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}


class Kept:
    """A recorder that keeps all that it is told."""

    def __init__(self) -> None:
        self.attempts: list[AttemptFigures] = []
        self.waits: list[tuple[str, float]] = []
        self.answers: list[tuple[AnswerOutcome, float]] = []
        self.under_way = 0
        self.hand_overs: list[tuple[str, str, Stage]] = []
        self.rests: list[tuple[object, ...]] = []

    def attempt_ended(self, attempt: AttemptFigures) -> None:
        self.attempts.append(attempt)

    def waited(self, provider: str, seconds: float) -> None:
        self.waits.append((provider, seconds))

    def answer_began(self) -> None:
        self.under_way += 1

    def answer_ended(self, outcome: AnswerOutcome, seconds: float) -> None:
        self.under_way -= 1
        self.answers.append((outcome, seconds))

    def handed_over(self, failed: str, provider: str, stage: Stage) -> None:
        self.hand_overs.append((failed, provider, stage))

    def rest_began(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        self.rests.append(("began", provider, kind, until))

    def rest_prolonged(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        self.rests.append(("prolonged", provider, kind, until))

    def rest_ended(self, provider: str) -> None:
        self.rests.append(("ended", provider))


class Faulty(NoMetrics):
    """A recorder that fails at everything that happens in an answer."""

    def attempt_ended(self, attempt: AttemptFigures) -> None:
        raise ValueError(CANARY)

    def answer_ended(self, outcome: AnswerOutcome, seconds: float) -> None:
        raise ValueError(CANARY)


def counted(usage: Usage, *words: str) -> Script:
    """A whole answer whose tokens are counted."""
    return (*words, (UsageReported(usage), Stop("stop")))


def watched(*providers: ScriptedProvider, **limits: int) -> tuple[Router, Kept]:
    router, kept = router_of(*providers, **limits), Kept()
    observe(router, kept, clock=wall_clock)
    return router, kept


class Page:
    """What Prometheus reads."""

    def __init__(self, recorder: PrometheusRecorder) -> None:
        page = exposition(recorder.registry).decode()
        self._values = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float | None:
        return self._values.get((f"understudy_{name}", *sorted(labels.items())))


async def test_that_an_answer_is_told_with_all_its_attempts() -> None:
    busy = provider("a", (2.0, *fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)))
    router, kept = watched(busy, provider("b", (1.0, *counted(FULL, "Hello"))))

    await listen(router)

    first, second = kept.attempts
    assert (first.provider, first.outcome, first.decision) == ("a", "failed", "next")
    assert (first.kind, first.duration, first.first_token) == (ErrorKind.RATE_LIMIT, 2.0, None)
    assert (first.input_tokens, first.cost) == (None, None)
    assert (second.provider, second.outcome, second.decision) == ("b", "answered", "done")
    assert (second.kind, second.duration, second.first_token) == (None, 1.0, 1.0)
    assert (second.input_tokens, second.output_tokens, second.cached_tokens) == (900, 30, 600)
    assert second.cost == 0.25
    assert kept.hand_overs == [("a", "b", "before_first_word")]
    assert kept.answers == [("whole", 3.0)]
    assert kept.under_way == 0


@pytest.mark.parametrize(("rescue", "stage"), [("carry-on", "mid_answer"), ("restart", "anew")])
async def test_that_a_hand_over_in_mid_answer_is_told_as_such(rescue: Rescue, stage: Stage) -> None:
    router, kept = watched(provider("a", breaks_off("Once upon ")), provider("b", says("a time")))
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), rescue=rescue))

    await listen(router)

    assert kept.hand_overs == [("a", "b", stage)]
    assert kept.answers == [("whole", 0.0)]


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (fails(ErrorKind.AUTH, status=401), "nobody"),
        (breaks_off("Once upon "), "interrupted"),
        (says("Hello"), "whole"),
    ],
)
async def test_that_the_end_of_every_answer_is_told(script: Script, outcome: AnswerOutcome) -> None:
    router, kept = watched(provider("a", script))
    await listen(router)
    assert kept.answers == [(outcome, 0.0)]


async def test_that_an_answer_under_way_counts_until_the_caller_stops_it() -> None:
    router, kept = watched(provider("a", ("one", 60.0, *says("two"))))

    async with aclosing(router.stream(QUESTION)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
        assert kept.under_way == 1

    assert kept.under_way == 0
    assert kept.answers == [("cancelled", 0.0)]
    assert kept.attempts[0].outcome == "cancelled"


async def test_that_an_answer_is_whole_for_those_who_leave_at_its_last_event() -> None:
    router, kept = watched(provider("a"))
    async with aclosing(router.stream(QUESTION)) as events:
        async for event in events:
            if isinstance(event, Finished):
                break
    assert kept.answers == [("whole", 0.0)]


async def test_that_a_stream_that_nobody_reads_is_no_answer() -> None:
    router, kept = watched(provider("a"))
    await router.stream(QUESTION).aclose()
    assert (kept.under_way, kept.answers) == (0, [])


async def test_that_a_bug_in_the_router_is_told_apart() -> None:
    router = router_of(provider("a"))

    async def broken(
        events: AsyncGenerator[StreamEvent, None],
    ) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(events):
            yield await anext(events)
            raise LookupError

    router.around_stream.append(broken)
    kept = Kept()
    observe(router, kept, clock=wall_clock)
    with pytest.raises(LookupError):
        await listen(router)
    assert kept.answers == [("bug", 0.0)]


async def test_that_the_time_in_line_is_told() -> None:
    router, kept = watched(provider("a", (5.0, *says("done"))), max_concurrency=1)
    await asyncio.gather(listen(router), listen(router), listen(router))
    assert kept.waits == [("a", 0.0), ("a", 5.0), ("a", 10.0)]


async def test_that_a_rest_is_told_as_it_begins_and_as_a_person_ends_it() -> None:
    limited = provider("a", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60))
    router, kept = watched(limited, provider("b"))

    await listen(router)
    assert kept.rests == [("began", "a", ErrorKind.RATE_LIMIT, EPOCH + 60)]

    router.try_now("a")
    assert kept.rests[1:] == [("ended", "a")]


async def test_that_a_longer_rest_is_the_same_rest_until_it_has_ended() -> None:
    limits = (fails(ErrorKind.RATE_LIMIT, retry_after=after) for after in (60, 90, 300))
    limited = provider("a", *((1.0, *limit) for limit in limits))
    router, kept = watched(limited, provider("b"))

    await asyncio.gather(listen(router), listen(router))
    assert kept.rests == [
        ("began", "a", ErrorKind.RATE_LIMIT, EPOCH + 61),
        ("prolonged", "a", ErrorKind.RATE_LIMIT, EPOCH + 91),
    ]

    await asyncio.sleep(99)
    await listen(router)
    assert kept.rests[2:] == [
        ("ended", "a"),
        ("began", "a", ErrorKind.RATE_LIMIT, EPOCH + 401),
    ]


async def test_that_rests_from_before_are_told_at_the_beginning() -> None:
    router = router_of(provider("a", fails(ErrorKind.AUTH, status=401)), provider("b"))
    await listen(router)
    kept = Kept()
    observe(router, kept, clock=wall_clock)
    assert kept.rests == [("began", "a", ErrorKind.AUTH, None)]
    router.unregister_provider("a")
    assert kept.rests[1:] == [("ended", "a")]


async def test_that_a_recorder_that_fails_costs_no_answer_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    router = router_of(provider("a"))
    observe(router, Faulty(), clock=wall_clock)

    assert (await listen(router)).text == "I am a"
    assert (await listen(router)).text == "I am a"

    (line,) = caplog.messages
    assert line == "Faulty raised ValueError: its figures are not whole"
    assert CANARY not in caplog.text


async def test_that_one_can_cease_to_observe() -> None:
    router, kept = router_of(provider("a"), provider("b")), Kept()
    stop = observe(router, kept, clock=wall_clock)
    stop()
    await listen(router)
    router.unregister_provider("a")
    assert vars(kept) == vars(Kept())


async def test_that_a_recorder_need_not_take_everything() -> None:
    nothing: MetricsRecorder = NoMetrics()
    broken = provider("a", breaks_off("I "), fails(ErrorKind.RATE_LIMIT, retry_after=60))
    router = router_of(broken, provider("b", says("am")), max_concurrency=1)
    observe(router, nothing, clock=wall_clock)
    heard = await asyncio.gather(listen(router), listen(router))
    router.register_chat_provider(broken)
    assert [each.text for each in heard] == ["I am", "am"]


async def test_that_numbers_that_cannot_be_are_not_known() -> None:
    nonsense = Usage(-5, 10**400, cached_tokens=-1, cost=float("nan"))
    router, kept = watched(provider("a", counted(nonsense)))
    recorder = PrometheusRecorder()
    observe(router, recorder)

    await listen(router)

    (attempt,) = kept.attempts
    assert (attempt.input_tokens, attempt.output_tokens) == (None, None)
    assert (attempt.cached_tokens, attempt.cost) == (None, None)
    assert Page(recorder)("cost_usd_total", provider="a") == 0.0


async def test_that_prometheus_reads_what_happened() -> None:
    router = router_of(
        provider("a", (2.0, *fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60))),
        provider("b", (0.2, *counted(FULL, "Hello"))),
    )
    recorder = PrometheusRecorder(clock=wall_clock)
    observe(router, recorder, clock=wall_clock)

    await listen(router)
    await listen(router)

    page = Page(recorder)
    limited = {"provider": "a", "outcome": "failed", "kind": "rate_limit", "decision": "next"}
    answered = {"provider": "b", "outcome": "answered", "kind": NO_FAILURE, "decision": "done"}
    assert page("attempts_total", **limited) == 1
    assert page("attempts_total", **answered) == 2
    assert page("attempt_duration_seconds_sum", provider="a", outcome="failed") == 2.0
    assert page("first_token_seconds_count", provider="b") == 2
    assert page("first_token_seconds_bucket", provider="b", le="0.1") == 0
    assert page("first_token_seconds_bucket", provider="b", le="0.25") == 2
    assert page("first_token_seconds_count", provider="a") is None
    assert page("tokens_total", provider="b", direction="input") == 1800
    assert page("tokens_total", provider="b", direction="output") == 60
    assert page("cached_tokens_total", provider="b") == 1200
    assert page("cost_usd_total", provider="b") == 0.5
    assert page("queue_wait_seconds_count", provider="a") == 1
    assert page("answers_total", outcome="whole") == 2
    assert page("answer_duration_seconds_count", outcome="whole") == 2
    assert page("answers_under_way") == 0
    assert page("handovers_total", failed="a", provider="b", stage="before_first_word") == 1
    assert page("rests_total", provider="a", kind="rate_limit") == 1
    assert page("resting", provider="a") == 1


async def test_that_prometheus_sees_a_rest_end_though_nobody_tells() -> None:
    limits = (fails(ErrorKind.RATE_LIMIT, retry_after=after) for after in (60, 90))
    router = router_of(provider("a", *((1.0, *limit) for limit in limits)), provider("b"))
    recorder = PrometheusRecorder(clock=wall_clock)
    observe(router, recorder, clock=wall_clock)
    await asyncio.gather(listen(router), listen(router))

    await asyncio.sleep(89)
    assert Page(recorder)("resting", provider="a") == 1
    await asyncio.sleep(2)
    assert Page(recorder)("resting", provider="a") == 0
    assert Page(recorder)("rests_total", provider="a", kind="rate_limit") == 1


async def test_that_prometheus_sees_a_rest_that_somebody_ended() -> None:
    router = router_of(provider("a", fails(ErrorKind.AUTH, status=401)), provider("b"))
    recorder = PrometheusRecorder(clock=wall_clock)
    observe(router, recorder, clock=wall_clock)
    await listen(router)
    assert Page(recorder)("resting", provider="a") == 1
    router.key_changed("a")
    assert Page(recorder)("resting", provider="a") == 0


async def test_that_several_routers_can_share_a_registry_with_others() -> None:
    registry = CollectorRegistry()
    others = Counter("theirs", "Of the service itself.", registry=registry)
    recorder = PrometheusRecorder(registry)
    for router in (router_of(provider("a")), router_of(provider("b"))):
        observe(router, recorder)
        await listen(router)
    others.inc()
    assert Page(recorder)("answers_total", outcome="whole") == 2
    assert b"theirs_total 1.0" in exposition(registry)


def test_that_measuring_needs_no_library_where_nobody_exports() -> None:
    code = "import sys; sys.modules['prometheus_client'] = None; import understudy.metrics"
    subprocess.run([sys.executable, "-c", code], check=True)


LABELS: dict[str, frozenset[str]] = {
    "provider": frozenset("abc"),
    "failed": frozenset("abc"),
    "outcome": frozenset((*get_args(Outcome), *get_args(AnswerOutcome))),
    "kind": frozenset((*ErrorKind, NO_FAILURE)),
    "decision": frozenset(get_args(Decision)),
    "stage": frozenset(get_args(Stage)),
    "direction": frozenset(("input", "output")),
}


@dataclass(frozen=True)
class Evening:
    """What three providers play at some questions, and which of these are stopped at once.

    Every word that is said is a secret.
    """

    rescue: Rescue
    questions: list[tuple[Script, Script, Script, bool]]


failures = st.builds(
    ProviderError,
    st.sampled_from(ErrorKind),
    st.just(f"It said {CANARY}."),
    status=st.none() | st.integers(100, 599),
    code=st.just(CANARY),
    detail=st.just(CANARY),
    parameter=st.just(CANARY),
    retry_after=st.none() | st.floats(0, 1e6),
)
usages = st.builds(
    Usage,
    *[st.none() | st.integers(-1, 10**20)] * 3,
    cost=st.none() | st.floats(),
)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    words = (f"{CANARY} ",) * draw(st.integers(0, 2))
    match draw(st.sampled_from(("fails", "breaks off", "has a bug", "answers"))):
        case "fails":
            return (*words, draw(failures))
        case "breaks off":
            return words
        case "has a bug":
            return (*words, ValueError(CANARY))
        case _:
            return counted(draw(usages), *words)


questions = st.tuples(scripts(), scripts(), scripts(), st.booleans())
evenings = st.builds(
    Evening,
    st.sampled_from(("carry-on", "keep", "restart")),
    st.lists(questions, min_size=1, max_size=5),
)


async def page_of(evening: Evening) -> bytes:
    providers = [replace(provider(name), default_model=CANARY) for name in "abc"]
    router, recorder = router_of(*providers), PrometheusRecorder(clock=wall_clock)
    router.set_route(Route(CANARY, tuple(RouteEntry(n) for n in "abc"), rescue=evening.rescue))
    observe(router, recorder, clock=wall_clock)
    question = ChatRequest((Message.user(CANARY),))
    for *played, stopped in evening.questions:
        for each, script in zip(providers, played, strict=True):
            each.scripts = [script]
        with suppress(NobodyAnswered):
            async with aclosing(router.stream(question)) as events:
                async for _ in events:
                    if stopped:
                        break
    return exposition(recorder.registry)


@settings(max_examples=150, deadline=None)
@given(evenings)
def test_that_labels_are_of_closed_sets_whatever_is_said(evening: Evening) -> None:
    page = run_virtually(page_of(evening))
    assert not holds(page, CANARY)
    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert (float(value) > 0) if label == "le" else (value in LABELS[label])
