"""How the line-up is doing: places for the strip, and the sentence below it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind
from understudy_gui.i18n import tr
from understudy_gui.models.lineup import Place
from understudy_gui.widgets.health import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.routing.policy import Plan, Skipped
    from understudy.routing.route import Route
    from understudy.routing.router import ProviderStatus
    from understudy_gui.models.lineup import Health

_RESTS: dict[ErrorKind, Health] = {
    ErrorKind.AUTH: "rejected",
    ErrorKind.QUOTA: "no-credit",
    ErrorKind.RATE_LIMIT: "cooling",
}
_OUT = {"off", "no-key", "not-set-up"}


def places(
    route: Route,
    plan: Plan,
    statuses: Iterable[ProviderStatus],
    writing: str | None,
    began: Mapping[str, float],
) -> list[Place]:
    """Set out the route's places. ``writing`` is the provider that answers just now, if one does.

    The plan knows which model rests, the statuses why; ``began`` tells since when each provider
    rests (seconds since the epoch). Places that are switched off in the route are left out.
    """
    known = {status.provider: status for status in statuses}
    ready = {(candidate.provider, candidate.model) for candidate in plan.candidates}
    skipped = {skip.provider: skip for skip in plan.skipped}
    found: list[Place] = []
    for entry in route.entries:
        status = known.get(entry.provider)
        if entry.enabled and status is not None:
            model = entry.model or next((m for p, m in ready if p == entry.provider), "")
            place = Place(entry.provider, status.name, model)
            if (entry.provider, model) in ready:
                found.append(replace(place, health="ready"))
            else:
                skip = skipped.get(entry.provider)
                found.append(_out(place, status, skip, began.get(entry.provider)))
    return _with_mark(found, writing)


def _out(place: Place, status: ProviderStatus, skip: Skipped | None, began: float | None) -> Place:
    health = health_of(status)
    reason = "" if skip is None else skip.reason
    if reason == "outside":
        return replace(place, health="off", why=skip.why if skip is not None else "")
    if reason in {"over-budget", "own-limit"}:
        place = replace(place, limit=reason)
        health = "cooling"
    elif skip is None or health == "ready":
        health = "resting"  # one model of the provider rests, not the provider
    if health not in {"cooling", "resting"}:
        return replace(place, health=health, why=status.why)
    until = skip.until if skip is not None else status.until
    why = skip.why if skip is not None else status.why
    return replace(place, health=health, until=until, since=began, why=why)


def _with_mark(found: list[Place], writing: str | None) -> list[Place]:
    """Mark the one that writes, else the first that is ready."""
    ready = next((place for place in found if place.health == "ready"), None)
    on = next((place for place in found if place.provider == writing), ready)
    return [replace(place, on=place is on) for place in found]


def health_of(status: ProviderStatus) -> Health:
    """Translate the router's status into what the dot shows."""
    match status.state:
        case "available":
            return "ready"
        case "not-configured":
            return "not-set-up" if status.local else "no-key"
        case "disabled":
            return "off"
        case "cooling":
            return _RESTS.get(status.kind, "resting") if status.kind else "resting"


def sentences(found: Sequence[Place]) -> list[str]:
    """Say in one or two sentences how the line-up is doing; the last says who is on."""
    if not found:
        return [tr("Nobody is in the line-up.")]
    if all(place.health == "unknown" for place in found):
        return []
    on = next((place for place in found if place.on), None)
    if on is None:
        return [tr("Nobody can answer just now.")]
    last = tr("{name} is on.", name=on.name)
    trouble = next((place for place in found if place.health not in {"ready", *_OUT}), None)
    if trouble is not None:
        return [_trouble(trouble), last]
    ready = sum(place.health == "ready" for place in found)
    if ready == len(found) > 1:
        return [_all_ready(ready), last]
    if len(found) == 1:
        return [last]
    return [tr("{ready} of {count} ready.", ready=ready, count=len(found)), last]


def _trouble(place: Place) -> str:
    if place.health == "rejected":
        return tr("{name} rejected the key.", name=place.name)
    if place.health == "no-credit":
        return tr("{name} has no credit left.", name=place.name)
    if place.limit:
        from understudy_gui.controllers import (
            wording,
        )  # brings the catalogue: not before the first paint

        return wording.not_asked(place.limit, place.name, place.model)
    if place.until is None:
        return tr("{name} rests.", name=place.name)
    return tr("{name} rests {time}.", name=place.name, time=clock(place.until - time.time()))


def _all_ready(count: int) -> str:
    match count:
        case 2:
            return tr("Both ready.")
        case 3:
            return tr("All three ready.")
        case 4:
            return tr("All four ready.")
        case _:
            return tr("All {count} ready.", count=count)


def wings(found: Sequence[Place]) -> str:
    """Say who answers first and how many wait behind; empty before anything is known."""
    able = [place for place in found if place.health == "ready"]
    if not able:
        unknown = all(place.health == "unknown" for place in found)
        return "" if unknown else tr("Nobody can answer just now.")
    first = tr("{name} answers first.", name=able[0].name)
    more = _waiting_behind(len(able) - 1)
    return f"{first} {more}".rstrip()


def _waiting_behind(count: int) -> str:
    match count:
        case 0:
            return ""
        case 1:
            return tr("One more waits in the wings.")
        case 2:
            return tr("Two more wait in the wings.")
        case 3:
            return tr("Three more wait in the wings.")
        case _:
            return tr("{count} more wait in the wings.", count=count)
