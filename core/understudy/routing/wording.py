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
    from understudy.events import HandedOver
    from understudy.routing.trace import Attempt, Trace

_HAPPENED: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.OFFLINE: "This computer is offline: {name} could not be reached",
    ErrorKind.NETWORK: "{name} could not be reached",
    ErrorKind.TRANSIENT: "{name} was out of order",
    ErrorKind.RATE_LIMIT: "{name} was rate limited",
    ErrorKind.QUOTA: "{name} has no credit left",
    ErrorKind.AUTH: "{name} rejected the key",
    ErrorKind.MODEL_GONE: "{name} no longer has the model {model}",
    ErrorKind.REGION: "{name} does not answer from this region",
    ErrorKind.CONTEXT: "This conversation is too long for {model}",
    ErrorKind.CONTENT_POLICY: "{name} declined to answer",
    ErrorKind.BAD_REQUEST: "{name} could not use the request",
    ErrorKind.FIRST_TOKEN_TIMEOUT: "{name} sent nothing for {seconds:.0f} s",
    ErrorKind.IDLE_TIMEOUT: "{name} fell silent",
    ErrorKind.INTERRUPTED: "{name} broke off",
    ErrorKind.MALFORMED_CHUNK: "{name} sent what cannot be read",
    ErrorKind.CANCELLED: "{name} was stopped",
}

_RESTING: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.NETWORK: "{name} could not be reached",
    ErrorKind.TRANSIENT: "{name} was out of order",
    ErrorKind.RATE_LIMIT: "{name} was rate limited",
    ErrorKind.QUOTA: "{name} has no credit left",
    ErrorKind.AUTH: "{name} rejected the key",
    ErrorKind.MODEL_GONE: "{name} no longer has this model",
    ErrorKind.REGION: "{name} does not answer from this region",
    ErrorKind.FIRST_TOKEN_TIMEOUT: "{name} sent nothing in time",
    ErrorKind.IDLE_TIMEOUT: "{name} fell silent",
    ErrorKind.INTERRUPTED: "{name} broke off",
    ErrorKind.MALFORMED_CHUNK: "{name} sent what cannot be read",
}


def what_happened(
    kind: ErrorKind,
    name: str,
    model: str,
    *,
    status: int | None = None,
    seconds: float = 0.0,
    shown: bool = False,
) -> str:
    """One sentence for one failed attempt. ``shown``: it had begun to answer."""
    if shown and kind not in {ErrorKind.CONTENT_POLICY, ErrorKind.CANCELLED}:
        return f"{name} broke off{mark(status, kind)}."
    said = _HAPPENED[kind].format(name=name, model=model, seconds=seconds)
    return f"{said}{mark(status)}."


def mark(status: int | None, kind: ErrorKind | None = None) -> str:
    """Put the status in brackets, with a word for it where the sentence has none."""
    word = "overloaded" if status in {503, 529} else ""
    if kind is ErrorKind.IDLE_TIMEOUT:
        word = "silent"
    parts = [part for part in ("" if status is None else str(status), word if kind else "") if part]
    return f" ({' '.join(parts)})" if parts else ""


def why_resting(name: str, kind: ErrorKind, status: int | None, *, probing: bool) -> str:
    """Why a provider is passed by, as a sentence; until when is told by ``resting_for``."""
    said = _RESTING.get(kind, "{name} failed").format(name=name) + mark(status)
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


def handed_over(event: HandedOver) -> str:
    """Compose the line that people see where one takes over from another."""
    if event.mid_answer:
        happened = event.failed.happened.rstrip(".")
        return f"{happened} — {event.provider_name} carries on."
    return f"{event.failed.happened} {event.provider_name} stood in."


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
