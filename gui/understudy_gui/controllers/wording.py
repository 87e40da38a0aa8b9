"""The sentences about failures, composed from what the router recorded, and the names of routes.

Each says what happened, what Understudy did and what one can do; it names the provider, keeps the
code in brackets and blames nobody. Raw words of a provider stand in the trace alone. Everything is
computed from the stored attempts when it is shown, so a change of language changes old answers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.effective import EVERYDAY
from understudy.errors import ErrorKind
from understudy_gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from understudy.routing.trace import Attempt

NBSP = "\u00a0"
THIN_SPACE = "\u2009"
OVERLOADED = {503, 529}


def number(value: int) -> str:
    """Write a count with a thin space between thousands: 1 204."""
    return f"{value:,}".replace(",", THIN_SPACE)


def seconds(value: float) -> str:
    """Write seconds shortly: 0.6, 8, 42."""
    return f"{value:.0f}" if value >= 10 else f"{round(value, 1):g}"


def span(value: float) -> str:
    """Write a duration in words: 42 s, 3 min, 2 h."""
    if value < 90:
        return tr("{count}\u00a0s", count=seconds(value))
    if value < 5400:
        return tr("{count}\u00a0min", count=round(value / 60))
    return tr("{count}\u00a0h", count=round(value / 3600))


def bracket(attempt: Attempt, *, word: bool = False) -> str:
    """Return the status in brackets, with its meaning where the sentence does not say it."""
    if attempt.status is None:
        return ""
    if word and _overloaded(attempt):
        return tr(" ({status} overloaded)", status=attempt.status)
    return f" ({attempt.status})"


def happened(attempt: Attempt, local: Collection[str] = ()) -> str:
    """Say in one sentence why ``attempt`` failed. ``local`` are the ids of this computer's own."""
    name, code = attempt.provider_name, bracket(attempt)
    match attempt.kind:
        case ErrorKind.RATE_LIMIT:
            return tr("{name} was rate limited{code}.", name=name, code=code)
        case ErrorKind.QUOTA:
            return tr("{name} has no credit left{code}.", name=name, code=code)
        case ErrorKind.AUTH:
            return tr("{name} rejected the key{code}.", name=name, code=code)
        case ErrorKind.TRANSIENT if _overloaded(attempt):
            return tr("{name} is overloaded{code}.", name=name, code=code)
        case ErrorKind.TRANSIENT:
            return tr("{name} had a fault{code}.", name=name, code=code)
        case ErrorKind.NETWORK:
            return _not_reached(attempt, name, local)
        case ErrorKind.OFFLINE:
            return tr("This computer is offline.")
        case ErrorKind.FIRST_TOKEN_TIMEOUT:
            return tr("{name} sent nothing for {time}.", name=name, time=span(attempt.duration))
        case _:
            return _happened_seldom(attempt, name, code)


def _not_reached(attempt: Attempt, name: str, local: Collection[str]) -> str:
    """Say why there was no way to ask, as far as the network told."""
    match attempt.code:
        case "certificate":
            return tr("The certificate of {name} is not trusted.", name=name)
        case "tls":
            return tr("{name} made no secure connection: is it https at that port?", name=name)
        case "unknown_host":
            return tr("{name} was not found: check its address.", name=name)
        case "moved":
            code = bracket(attempt)
            return tr(
                "{name} has moved{code}: its address has to be changed.", name=name, code=code
            )
        case "no_api":
            return tr("{name} did not answer as a model does: check its address.", name=name)
        case "proxy" | "ProxyError":
            return tr("The proxy did not connect to {name}.", name=name)
        case _ if attempt.status == 407:
            return tr("{name} was not reached: the proxy wants a login.", name=name)
        case _ if attempt.provider in local and attempt.status is None:
            return tr("{name} is not running.", name=name)
        case _:
            return tr("{name} could not be reached.", name=name)


def _happened_seldom(attempt: Attempt, name: str, code: str) -> str:
    match attempt.kind:
        case ErrorKind.MODEL_GONE:
            model = attempt.model or tr("the model")
            return tr("{name} does not have {model}{code}.", name=name, model=model, code=code)
        case ErrorKind.REGION:
            return tr("{name} is not available in this country{code}.", name=name, code=code)
        case ErrorKind.CONTEXT:
            return tr("This conversation is too long for {model}.", model=attempt.model or name)
        case ErrorKind.CONTENT_POLICY:
            return tr("{name} declined to answer.", name=name)
        case ErrorKind.BAD_REQUEST:
            return tr("{name} did not accept the request{code}.", name=name, code=code)
        case ErrorKind.IDLE_TIMEOUT:
            return tr("{name} fell silent in mid-answer.", name=name)
        case ErrorKind.MALFORMED_CHUNK:
            return tr("{name} sent something unreadable.", name=name)
        case ErrorKind.CANCELLED:
            return tr("Stopped by you.")
        case _:
            return tr("{name} broke off{code}.", name=name, code=code)


def _overloaded(attempt: Attempt) -> bool:
    return attempt.status in OVERLOADED or "overload" in attempt.code.lower()


def consequence(attempt: Attempt) -> str:
    """Say what Understudy does about the provider from now on; empty where it does nothing."""
    name = attempt.provider_name
    if attempt.kind is ErrorKind.AUTH:
        return tr("{name} is skipped until the key is replaced.", name=name)
    if attempt.kind is ErrorKind.QUOTA:
        return tr("{name} is skipped until there is credit again.", name=name)
    if attempt.kind is ErrorKind.RATE_LIMIT and attempt.retry_after:
        return tr("{name} rests for {time}.", name=name, time=span(attempt.retry_after))
    return ""


def stood_in(failed: Sequence[Attempt], name: str, local: Collection[str] = ()) -> str:
    """Write the line above an answer whose first providers never spoke."""
    reasons = [happened(attempt, local) for attempt in last_of_each(failed)]
    ends = [end for end in map(consequence, last_of_each(failed)) if end]
    return " ".join([*reasons, tr("{name} stood in.", name=name), *ends])


def seam_words(attempt: Attempt, name: str, pause: float) -> tuple[str, str, str, str]:
    """Write the seam: who broke off, the code, who carries on, and how long it took."""
    if attempt.kind is ErrorKind.IDLE_TIMEOUT:
        title = tr("{name} fell silent", name=attempt.provider_name)
    else:
        title = tr("{name} broke off", name=attempt.provider_name)
    return (
        title,
        bracket(attempt, word=True).strip(),
        tr("{name} carries on", name=name),
        tr("{time} pause, no words lost", time=span(round(pause, 1))),
    )


def waiting(name: str, elapsed: float, deadline: float | None) -> str:
    """Write the line that is shown while nothing has come yet."""
    if deadline is None:
        return tr("Waiting for {name}, {elapsed}\u00a0s", name=name, elapsed=f"{elapsed:.1f}")
    return tr(
        "Waiting for {name}, {elapsed} of {deadline}\u00a0s",
        name=name,
        elapsed=f"{elapsed:.1f}",
        deadline=seconds(deadline),
    )


def last_of_each(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Keep the last attempt of each provider and model, in the order in which they came."""
    kept: dict[tuple[str, str], Attempt] = {}
    for attempt in attempts:
        kept.pop((attempt.provider, attempt.model), None)
        kept[attempt.provider, attempt.model] = attempt
    return list(kept.values())


def first_token(value: float) -> str:
    """Say how long the first word took."""
    return tr("{seconds}\u00a0s to first token", seconds=f"{value:.1f}")


def speed(value: float) -> str:
    """Say how fast the words came."""
    return tr("{count}\u00a0tok/s", count=round(value))


def tokens(count: int) -> str:
    """Say how many tokens an answer has."""
    return tr("{count} tokens", count=number(count))


def route_name(name: str) -> str:
    """Name a route for people; the one that Understudy makes itself is named in their language."""
    return tr("Everyday") if name == EVERYDAY else name
