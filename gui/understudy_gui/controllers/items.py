"""Stored messages as rows of the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.recording import CONTINUED
from understudy_gui.controllers import failures, trail, wording
from understudy_gui.controllers.conversation import question_row
from understudy_gui.i18n import tr
from understudy_gui.models.transcript import Item, Meta, Seam, Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from understudy.history.values import StoredMessage
    from understudy.routing.trace import Attempt


def item_of(message: StoredMessage, local: Collection[str] = ()) -> Item:
    """Make the row of a stored message. ``local`` are the ids of this computer's own providers."""
    versions = (message.version, message.versions)
    if message.role == "user":
        return question_row(message.id, message.text, versions)
    attempts = trail.attempts_from(message.meta.get("trace"))
    item = Item(
        message.id,
        "assistant",
        _segments(message, attempts, local),
        "interrupted" if message.state == "streaming" else message.state,
        versions=versions,
    )
    finish(item, message.meta, message.failure, attempts, local)
    return item


def finish(
    item: Item,
    meta: Mapping[str, Any],
    failure: Mapping[str, Any] | None,
    attempts: Sequence[Attempt],
    local: Collection[str],
) -> None:
    """Write below and above an answer what is known of it at its end."""
    item.waiting = None
    item.meta = meta_of(meta)
    has_text = any(len(segment) for segment in item.segments)
    if item.state == "complete":
        item.standin, item.standin_trace = standin(attempts, local)
    elif item.state == "stopped":
        item.note = tr("Stopped by you")
        item.note_actions = (("continue", tr("Continue")),) if has_text else ()
    else:
        item.failure = failures.failure(failure, attempts, local, has_text=has_text)
        item.standin_trace = trail.rows(attempts, local)


def _segments(
    message: StoredMessage, attempts: Sequence[Attempt], local: Collection[str]
) -> list[Segment]:
    seams = {int(stored.get("at", -1)): stored for stored in message.seams}
    route = str(message.meta.get("trace", {}).get("route", ""))
    segments: list[Segment] = []
    length = 0
    for stored in message.segments:
        seam = seams.pop(length, None) if length else None
        shown = seam_of(seam, attempts, local, stored.provider_name, route) if seam else None
        segments.append(Segment(stored.provider_name, stored.model, stored.text, shown))
        length += len(stored.text)
    return segments or ([Segment("", "", message.text)] if message.text else [])


def seam_of(
    stored: Mapping[str, Any],
    attempts: Sequence[Attempt],
    local: Collection[str],
    name: str,
    route: str = "",
) -> Seam:
    """Compose a seam from what was stored of it; ``name`` is who carries on, on ``route``."""
    if stored.get("case") == CONTINUED:
        end = tr("{name} carries on", name=name)
        return Seam(tr("Carried on at your request"), title_end=end, join="at-request")
    failed = trail.attempt_from(stored.get("attempt", {}))
    anew, pause = bool(stored.get("anew")), float(stored.get("pause", 0))
    title, detail, end, said = wording.seam_words(failed, name, pause, anew=anew)
    rows = trail.rows(attempts or [failed], local)
    join = "starts-again" if anew else "carries-on"
    return Seam(title, detail, end, said, rows, trace_title(route), join)


def trace_title(route: object) -> str:
    """Name the route and its strategy above an opened trace."""
    return tr("{route}, in order", route=wording.route_name(str(route))) if route else ""


def standin(
    attempts: Sequence[Attempt], local: Collection[str]
) -> tuple[str, tuple[trail.TraceRow, ...]]:
    """Compose the line above an answer whose first providers never spoke; empty if one did."""
    spoke = next((each for each in attempts if each.characters or each.outcome == "answered"), None)
    if spoke is None:
        return "", ()
    silent = attempts[: attempts.index(spoke)]
    before = [
        each
        for each in silent
        if each.provider != spoke.provider and not _asked_as_well(each, spoke)
    ]
    if not before:
        return "", ()
    return wording.stood_in(before, spoke.provider_name, local), trail.rows(attempts, local)


def _asked_as_well(lost: Attempt, winner: Attempt) -> bool:
    """Whether ``lost`` was asked later than the one who answered, in case that one is slow."""
    return lost.code == wording.LOST_RACE and lost.started_at >= winner.started_at


def meta_of(stored: Mapping[str, Any]) -> Meta | None:
    """Compose the line below an answer; none where nothing was reported."""
    name, model = str(stored.get("provider", "")), str(stored.get("model", ""))
    if not name:
        return None
    figures: list[str] = []
    first, speed = stored.get("first_token"), stored.get("tokens_per_second")
    count = stored.get("output_tokens")
    if isinstance(first, int | float):
        figures.append(wording.first_token(first))
    if isinstance(speed, int | float):
        figures.append(wording.speed(speed))
    if isinstance(count, int):
        figures.append(wording.tokens(count))
    cost = stored.get("cost")
    if isinstance(cost, int | float) and cost > 0:
        figures.append(wording.cost(cost, estimated=bool(stored.get("cost_estimated"))))
    return Meta(name, model or name, tuple(figures))
