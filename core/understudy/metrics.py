"""What a service can measure of its router: a recorder, and ``observe``, which keeps it informed.

    from understudy.metrics import observe
    from understudy.metrics_prometheus import PrometheusRecorder, exposition

    recorder = PrometheusRecorder()
    observe(router, recorder)
    page = exposition(recorder.registry)

A recorder is handed numbers and words of closed sets: the ids of registered providers, and the
literals of ``trace``, ``errors`` and this module. No sentence, model id or key is among them, so
that none can become a label, however a recorder is written. ``Router.on_attempt`` tells the rest.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, ParamSpec, Protocol, TypeAlias, TypeVar

from understudy.errors import AnswerInterrupted, NobodyAnswered
from understudy.events import Finished, HandedOver
from understudy.requests import Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from understudy.errors import ErrorKind
    from understudy.events import StreamEvent
    from understudy.routing.router import Router
    from understudy.routing.trace import Attempt, Decision, Outcome

AnswerOutcome: TypeAlias = Literal["whole", "interrupted", "nobody", "cancelled", "bug"]
"""``interrupted``: what was shown is a part. ``bug``: an exception that no router should raise."""
Stage: TypeAlias = Literal["before_first_word", "mid_answer", "anew"]

ABSURD: Final = 1e15
"""Tokens or USD that no attempt comes to: servers send any number, and a counter never forgets."""

_Arguments = ParamSpec("_Arguments")
_Amount = TypeVar("_Amount", int, float)

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttemptFigures:
    """One provider asked once. Times are seconds, ``cost`` USD; ``None`` where it is not known.

    ``cached_tokens`` are part of ``input_tokens``.
    """

    provider: str
    outcome: Outcome
    decision: Decision
    kind: ErrorKind | None
    duration: float
    first_token: float | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    cost: float | None


class MetricsRecorder(Protocol):
    """Counts what happens. It is called in the router's loop and should return at once.

    ``provider`` is always the id of a registered provider.
    """

    def attempt_ended(self, attempt: AttemptFigures) -> None:
        """Take a provider's answer, failure, or the caller's stop; vectors are attempts too."""
        ...

    def waited(self, provider: str, seconds: float) -> None:
        """Take the time that an attempt stood in line; mostly none."""
        ...

    def answer_began(self) -> None:
        """Count an answer that is under way from now on."""
        ...

    def answer_ended(self, outcome: AnswerOutcome, seconds: float) -> None:
        """Take the end of an answer, and all its time."""
        ...

    def handed_over(self, failed: str, provider: str, stage: Stage) -> None:
        """Take that ``provider`` speaks in place of ``failed``."""
        ...

    def rest_began(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Take that a provider rests ``until`` (seconds since the epoch; ``None``: a new key)."""
        ...

    def rest_prolonged(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Take another end, or another reason, of a rest."""
        ...

    def rest_ended(self, provider: str) -> None:
        """Take the end of a rest; where the clock ended it, that may be told late."""
        ...


class NoMetrics:
    """Records nothing: what a recorder derives from that wants only some of it."""

    def attempt_ended(self, attempt: AttemptFigures) -> None:
        """Leave it."""

    def waited(self, provider: str, seconds: float) -> None:
        """Leave it."""

    def answer_began(self) -> None:
        """Leave it."""

    def answer_ended(self, outcome: AnswerOutcome, seconds: float) -> None:
        """Leave it."""

    def handed_over(self, failed: str, provider: str, stage: Stage) -> None:
        """Leave it."""

    def rest_began(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Leave it."""

    def rest_prolonged(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Leave it."""

    def rest_ended(self, provider: str) -> None:
        """Leave it."""


def observe(
    router: Router, recorder: MetricsRecorder, *, clock: Callable[[], float] = time.time
) -> Callable[[], None]:
    """Tell ``recorder`` what happens in ``router`` from now on; the function returned ends that.

    What a recorder raises is logged once, without its text, and reaches no answer. ``clock`` is the
    router's. Answers under way are told to their end, also where observing ends before.
    """
    observer = _Observer(router, recorder, clock)
    observer.start()
    return observer.stop


class _Observer:
    """Turns what the router tells into a recorder's words."""

    def __init__(
        self, router: Router, recorder: MetricsRecorder, clock: Callable[[], float]
    ) -> None:
        self._router = router
        self._recorder = recorder
        self._clock = clock
        self._rests: dict[str, tuple[ErrorKind, float | None]] = {}
        self._complained = False

    def start(self) -> None:
        self._router.on_attempt.append(self._attempt_ended)
        self._router.on_wait.append(self._waited)
        self._router.around_stream.append(self._answer)
        self._router.on_health_change.append(self._health_changed)
        self._health_changed()

    def stop(self) -> None:
        self._router.on_attempt.remove(self._attempt_ended)
        self._router.on_wait.remove(self._waited)
        self._router.around_stream.remove(self._answer)
        self._router.on_health_change.remove(self._health_changed)

    def _attempt_ended(self, attempt: Attempt) -> None:
        usage = attempt.usage or Usage()
        figures = AttemptFigures(
            attempt.provider,
            attempt.outcome,
            attempt.decision,
            attempt.kind,
            attempt.duration,
            attempt.first_token,
            _sane(usage.input_tokens),
            _sane(usage.output_tokens),
            _sane(usage.cached_tokens),
            _sane(attempt.cost),
        )
        self._tell(self._recorder.attempt_ended, figures)

    def _waited(self, provider: str, seconds: float) -> None:
        self._tell(self._recorder.waited, provider, seconds)

    async def _answer(
        self, events: AsyncGenerator[StreamEvent, None]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Let an answer's events through, and tell of its beginning, hand-overs and end."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome: AnswerOutcome = "bug"
        self._tell(self._recorder.answer_began)
        try:
            async with aclosing(events):
                async for event in events:
                    if type(event) is HandedOver:
                        self._handed_over(event)
                    elif type(event) is Finished:
                        outcome = "whole"
                    yield event
        except BaseException as error:
            outcome = outcome if outcome == "whole" else _outcome_of(error)
            raise
        finally:
            self._tell(self._recorder.answer_ended, outcome, loop.time() - began)

    def _handed_over(self, event: HandedOver) -> None:
        stage: Stage = "mid_answer" if event.mid_answer else "before_first_word"
        stage = "anew" if event.anew else stage
        self._tell(self._recorder.handed_over, event.failed.provider, event.provider, stage)

    def _health_changed(self) -> None:
        before, self._rests = self._rests, {}
        for status in self._router.statuses():
            if status.kind is not None:
                self._rests[status.provider] = status.kind, status.until
        for provider in before.keys() - self._rests.keys():
            self._tell(self._recorder.rest_ended, provider)
        for provider, rest in self._rests.items():
            if rest != before.get(provider):
                self._rests_now(provider, rest, before.get(provider))

    def _rests_now(
        self,
        provider: str,
        rest: tuple[ErrorKind, float | None],
        before: tuple[ErrorKind, float | None] | None,
    ) -> None:
        """Tell of a rest that is not as it was: one that the clock has ended was another."""
        if before is not None and (before[1] is None or before[1] > self._clock()):
            self._tell(self._recorder.rest_prolonged, provider, *rest)
            return
        if before is not None:
            self._tell(self._recorder.rest_ended, provider)
        self._tell(self._recorder.rest_began, provider, *rest)

    def _tell(
        self, tell: Callable[_Arguments, None], *args: _Arguments.args, **named: _Arguments.kwargs
    ) -> None:
        try:
            tell(*args, **named)
        except Exception as error:  # noqa: BLE001 - figures are worth less than an answer
            if not self._complained:
                self._complained = True
                name, raised = type(self._recorder).__name__, type(error).__name__
                _log.error("%s raised %s: its figures are not whole", name, raised)


def _sane(amount: _Amount | None) -> _Amount | None:
    """Take what cannot be an amount, such as less than nothing or NaN, for not known."""
    return amount if amount is not None and 0 <= amount < ABSURD else None


def _outcome_of(error: BaseException) -> AnswerOutcome:
    match error:
        case AnswerInterrupted():
            return "interrupted"
        case NobodyAnswered():
            return "nobody"
        case asyncio.CancelledError() | GeneratorExit():
            return "cancelled"
        case _:
            return "bug"
