"""English sentences about what happened, for the command line, logs and errors.

What happened, what Understudy did, what one can do; the provider by its name, the status in
brackets. A window composes its own sentences from the same fields, in its own language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, NobodyAnswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.errors import ProviderError
    from understudy.routing.trace import Attempt, Trace

_HAPPENED: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.OFFLINE: "This computer is offline: {name} could not be reached",
    ErrorKind.NETWORK: "{name} could not be reached",
    ErrorKind.TRANSIENT: "{name} could not answer",
    ErrorKind.RATE_LIMIT: "{name} was rate limited",
    ErrorKind.QUOTA: "{name} has no credit left",
    ErrorKind.AUTH: "{name} rejected the key",
    ErrorKind.MODEL_GONE: "{name} does not have {model}",
    ErrorKind.REGION: "{name} does not answer from this region",
    ErrorKind.CONTEXT: "This conversation is too long for {model} at {name}",
    ErrorKind.CONTENT_POLICY: "{name} declined to answer",
    ErrorKind.BAD_REQUEST: "{name} could not use the request",
    ErrorKind.FIRST_TOKEN_TIMEOUT: "{name} sent nothing for {seconds:.3g} s",
    ErrorKind.IDLE_TIMEOUT: "{name} fell silent in mid-answer",
    ErrorKind.INTERRUPTED: "{name} broke off",
    ErrorKind.MALFORMED_CHUNK: "{name} sent what cannot be read",
    ErrorKind.CANCELLED: "{name} was stopped",
}

_SAID_AS_IT_IS: Final = frozenset(
    {ErrorKind.CONTENT_POLICY, ErrorKind.CANCELLED, ErrorKind.IDLE_TIMEOUT}
)
OVERLOADED: Final = frozenset({503, 529})

_RESTING: Final[Mapping[ErrorKind, str]] = {
    **_HAPPENED,
    ErrorKind.FIRST_TOKEN_TIMEOUT: "{name} sent nothing in time",
}


def what_happened(
    kind: ErrorKind, name: str, model: str = "", *, status: int | None = None, seconds: float = 0.0
) -> str:
    """One sentence for one failure; ``seconds`` is how long a clock waited."""
    said = _HAPPENED[kind].format(name=name, model=model or "the model", seconds=seconds)
    return f"{said}{mark(status)}."


def broke_off(kind: ErrorKind, name: str, *, status: int | None) -> str:
    """One sentence for a failure after the first words."""
    if kind in _SAID_AS_IT_IS:
        return what_happened(kind, name, status=status)
    word = " overloaded" if status in OVERLOADED else ""
    return f"{name} broke off{mark(status, word)}."


def mark(status: int | None, word: str = "") -> str:
    """Put the status in brackets, with a word for it where the sentence has none."""
    return "" if status is None else f" ({status}{word})"


def why_resting(name: str, kind: ErrorKind, status: int | None, *, probing: bool) -> str:
    """Why a provider is passed by, as a sentence; until when is told apart from it."""
    said = _RESTING[kind].format(name=name, model="this model") + mark(status)
    if probing:
        return f"{said}; one request is trying it again just now."
    if kind is ErrorKind.AUTH:
        return f"{said}; it is skipped until the key is replaced."
    return f"{said} and rests."


def resting_for(seconds: float) -> str:
    """Words for a stretch of time: ``42 s``, ``7 min``, ``3 h``."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 5_400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3_600)} h"


def not_asked(why: str, until: float | None, now: float) -> str:
    """Why one was not asked, and when it can be again."""
    if until is None or until <= now:
        return why
    return f"{why} It can be asked again in {resting_for(until - now)}."


def reasons(
    attempts: tuple[Attempt, ...], not_asked: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """One sentence a provider: its last failure, or why it was not asked (provider, why)."""
    told: dict[str, str] = {}
    for attempt in attempts:
        if attempt.outcome == "failed":
            told[attempt.provider] = attempt.happened
    for provider, why in not_asked:
        told.setdefault(provider, why)
    return tuple(told.values())


def nobody_answered(
    first: ProviderError | None, trace: Trace, told: tuple[str, ...]
) -> NobodyAnswered:
    """Compose the error for a question that nobody answered, in the words that fit the case."""
    last = trace.attempts[-1] if trace.attempts else None
    if last is not None and last.kind in {ErrorKind.CONTENT_POLICY, ErrorKind.BAD_REQUEST}:
        return NobodyAnswered(
            first,
            trace,
            told,
            happened=last.happened,
            did="Understudy did not ask anyone else.",
            can_do="Change the question, or ask another model.",
        )
    if not told:
        return NobodyAnswered(
            first,
            trace,
            told,
            happened="Nobody is in the line-up.",
            can_do="Add a provider to the route.",
        )
    return NobodyAnswered(first, trace, told)
