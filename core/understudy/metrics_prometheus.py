"""A router's figures for Prometheus; needs the extra ``metrics``.

Names and labels follow https://prometheus.io/docs/practices/naming: base units, ``_total`` for what
only grows, and a sum over any metric's labels means something (so cached tokens, which are part of
those read, have a metric of their own).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics import Counter, Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.errors import ErrorKind
    from understudy.metrics import AnswerOutcome, AttemptFigures, Stage

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
"""What a page that ``exposition`` made is served as."""

NO_FAILURE: Final = "none"
"""The ``kind`` of an attempt that did not fail; to Prometheus an empty label is a missing one."""

# After https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics, so that programs compare,
# and beyond its ends: models on one's own computer load, and some think for minutes.
FIRST_TOKEN_BUCKETS: Final = (
    *(0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
    *(30.0, 60.0, 120.0),
)
DURATION_BUCKETS: Final = tuple(0.01 * 2**power for power in range(17))
WAIT_BUCKETS: Final = (0.001, 0.01, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class PrometheusRecorder:
    """Implements ``MetricsRecorder``; its metrics are in ``registry``, by default one of its own.

    ``clock`` is the router's: whether a provider rests is told by it when somebody asks.
    """

    def __init__(
        self,
        registry: CollectorRegistry | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        self._clock = clock
        self._count_attempts()
        self._count_answers()
        self._count_rests()

    def _count_attempts(self) -> None:
        self._attempts = self._counter(
            "attempts", "Providers asked once.", "provider", "outcome", "kind", "decision"
        )
        self._first_token = self._histogram(
            "first_token", "Time to the first word.", FIRST_TOKEN_BUCKETS, "provider"
        )
        self._durations = self._histogram(
            "attempt_duration", "Time of an attempt.", DURATION_BUCKETS, "provider", "outcome"
        )
        self._waits = self._histogram(
            "queue_wait", "Time that attempts stood in line.", WAIT_BUCKETS, "provider"
        )
        self._tokens = self._counter(
            "tokens", "Tokens that providers counted.", "provider", "direction"
        )
        self._cached = self._counter(
            "cached_tokens", "Tokens read from a provider's cache, part of the input.", "provider"
        )
        self._cost = self._counter("cost_usd", "USD, as far as prices are known.", "provider")

    def _count_answers(self) -> None:
        self._under_way = Gauge(
            "understudy_answers_under_way", "Answers under way.", registry=self.registry
        )
        self._answers = self._counter("answers", "Answers that ended.", "outcome")
        self._answer_durations = self._histogram(
            "answer_duration", "Time of an answer.", DURATION_BUCKETS, "outcome"
        )
        self._hand_overs = self._counter(
            "handovers", "Providers that spoke in place of others.", "failed", "provider", "stage"
        )

    def _count_rests(self) -> None:
        self._resting = Gauge(
            "understudy_resting", "Whether a provider rests.", ["provider"], registry=self.registry
        )
        self._rests = self._counter("rests", "Rests that began.", "provider", "kind")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"understudy_{name}_total", what, labels, registry=self.registry)

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        name = f"understudy_{name}_seconds"
        return Histogram(name, what, labels, buckets=buckets, registry=self.registry)

    def attempt_ended(self, attempt: AttemptFigures) -> None:
        """Count it, its times, its tokens and its cost."""
        provider, outcome = attempt.provider, attempt.outcome
        kind = NO_FAILURE if attempt.kind is None else attempt.kind.value
        self._attempts.labels(provider, outcome, kind, attempt.decision).inc()
        self._durations.labels(provider, outcome).observe(attempt.duration)
        if attempt.first_token is not None:
            self._first_token.labels(provider).observe(attempt.first_token)
        self._tokens.labels(provider, "input").inc(attempt.input_tokens or 0)
        self._tokens.labels(provider, "output").inc(attempt.output_tokens or 0)
        self._cached.labels(provider).inc(attempt.cached_tokens or 0)
        self._cost.labels(provider).inc(attempt.cost or 0.0)

    def waited(self, provider: str, seconds: float) -> None:
        """Count how long an attempt stood in line."""
        self._waits.labels(provider).observe(seconds)

    def answer_began(self) -> None:
        """Count one more under way."""
        self._under_way.inc()

    def answer_ended(self, outcome: AnswerOutcome, seconds: float) -> None:
        """Count it as ended, and its time."""
        self._under_way.dec()
        self._answers.labels(outcome).inc()
        self._answer_durations.labels(outcome).observe(seconds)

    def handed_over(self, failed: str, provider: str, stage: Stage) -> None:
        """Count it, from whom to whom."""
        self._hand_overs.labels(failed, provider, stage).inc()

    def rest_began(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Count it; the provider rests until then."""
        self._rests.labels(provider, kind.value).inc()
        self._rests_until(provider, until)

    def rest_prolonged(self, provider: str, kind: ErrorKind, until: float | None) -> None:
        """Let it rest until then; it is the same rest."""
        self._rests_until(provider, until)

    def rest_ended(self, provider: str) -> None:
        """Let it rest no longer."""
        self._rests_until(provider, 0.0)

    def _rests_until(self, provider: str, until: float | None) -> None:
        """Have the gauge asked when somebody looks: nobody tells when the clock ends a rest."""
        clock = self._clock
        self._resting.labels(provider).set_function(lambda: float(until is None or clock() < until))


def exposition(registry: CollectorRegistry) -> bytes:
    """Give the page that Prometheus reads, to be served as ``CONTENT_TYPE``."""
    return generate_latest(registry)
