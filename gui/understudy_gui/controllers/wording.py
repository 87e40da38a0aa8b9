"""The sentences about failures, composed from what the router recorded, and the names of routes.

Each says what happened, what Understudy did and what one can do; it names the provider, keeps the
code in brackets and blames nobody. Raw words of a provider stand in the trace alone. Everything is
computed from the stored attempts when it is shown, so a change of language changes old answers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.effective import EVERYDAY
from understudy.errors import ErrorKind
from understudy_gui.controllers import causes
from understudy_gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from understudy.routing.policy import SkipReason
    from understudy.routing.trace import Attempt

NBSP = "\u00a0"
THIN_SPACE = "\u2009"
OVERLOADED = {503, 529}
LEAST_SHOWN = 0.0001
"""USD below which it is only said that it was less."""

LOST_RACE = "lost_race"
"""The code of an attempt that was hung up on because another was faster."""


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


def _ending(attempt: Attempt) -> str:
    """Say in brackets how one broke off: the status or, of a model's process, what became of it."""
    match attempt.code:
        case "crashed" if attempt.status is None:
            return tr("(crashed)")
        case "killed" if attempt.status is None:
            return tr("(ended by the system)")
        case "hung" if attempt.status is None:
            return tr("(no longer answered)")
        case _:
            return bracket(attempt, word=True).strip()


def happened(attempt: Attempt, local: Collection[str] = ()) -> str:
    """Say in one sentence why ``attempt`` failed. ``local`` are the ids of this computer's own."""
    name, code = attempt.provider_name, bracket(attempt)
    said = causes.told(attempt, code, local)
    if said:
        return said
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
        case ErrorKind.OFFLINE:
            return tr("This computer is offline.")
        case ErrorKind.FIRST_TOKEN_TIMEOUT:
            return tr("{name} sent nothing for {time}.", name=name, time=span(attempt.duration))
        case _:
            return _happened_seldom(attempt, name, code)


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
        case ErrorKind.CANCELLED if attempt.code == LOST_RACE:
            return tr("{name} was slower.", name=name)
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
    if attempt.kind is ErrorKind.MODEL_GONE and attempt.retry_after:
        time = span(attempt.retry_after)
        return tr("{name} is looked at again in {time}.", name=name, time=time)
    return ""


def stood_in(failed: Sequence[Attempt], name: str, local: Collection[str] = ()) -> str:
    """Write the line above an answer whose first providers never spoke."""
    reasons = [happened(attempt, local) for attempt in last_of_each(failed)]
    ends = [end for end in map(consequence, last_of_each(failed)) if end]
    return " ".join([*reasons, tr("{name} stood in.", name=name), *ends])


def seam_words(
    attempt: Attempt, name: str, pause: float, *, anew: bool = False
) -> tuple[str, str, str, str]:
    """Write the seam: who broke off, the code, who carries on, and how long it took.

    ``anew``: who takes over begins the answer again, and the part above is kept.
    """
    if attempt.kind is ErrorKind.IDLE_TIMEOUT:
        title = tr("{name} fell silent", name=attempt.provider_name)
    else:
        title = tr("{name} broke off", name=attempt.provider_name)
    time = span(round(pause, 1))
    if anew:
        end = tr("{name} starts again", name=name)
        return title, _ending(attempt), end, tr("{time} pause, the part above is kept", time=time)
    end = tr("{name} carries on", name=name)
    return title, _ending(attempt), end, tr("{time} pause, no words lost", time=time)


def not_asked(reason: SkipReason, name: str, model: str, rests: float | None = None) -> str:
    """Say why somebody in the route was not asked; ``rests`` for so many seconds, if known.

    Empty for a reason of a newer version.
    """
    match reason:
        case "not-registered" | "not-configured":
            return tr("{name} is not set up.", name=name)
        case "disabled":
            return tr("{name} is switched off.", name=name)
        case "cooling" if rests:
            return tr("{name} rests for {time}.", name=name, time=span(rests))
        case "cooling":
            return tr("{name} rests.", name=name)
        case "probing":
            return tr("{name} is being tried again just now.", name=name)
        case "outside":
            return tr("{name} is not on this computer, and this route is private.", name=name)
        case "too-small":
            return tr("This conversation is too long for {model}.", model=model or name)
        case "no-tools":
            return tr("{model} cannot call tools.", model=model or name)
        case "over-budget":
            return tr("{name} reached what it may cost this month.", name=name)
        case "own-limit":
            return tr("{name} was asked as often as you let it in a minute.", name=name)
        case _:
            return ""


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


def loading(model: str, fraction: float | None) -> str:
    """Write the line that is shown while a model is made ready; ``fraction`` of it is done."""
    if fraction is None:
        return tr("Loading {model} …", model=model)
    return tr("Loading {model} … {percent}\u00a0%", model=model, percent=int(fraction * 100))


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


def cost(usd: float, *, estimated: bool = False) -> str:
    """Say what an answer cost: $0.0061, $1.24, or about that where nobody counted."""
    if usd < LEAST_SHOWN:
        return f"<${LEAST_SHOWN:.4f}"
    said = f"${usd:.2f}" if usd >= 1 else f"${usd:.4f}"
    return f"≈{NBSP}{said}" if estimated else said


def route_name(name: str) -> str:
    """Name a route for people; the one that Understudy makes itself is named in their language."""
    return tr("Everyday") if name == EVERYDAY else name
