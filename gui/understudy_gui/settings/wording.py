"""Sentences of the settings: where a key is kept, where a provider stands, how long ago it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind
from understudy.phrases import Phrase
from understudy.routing.trace import Attempt
from understudy_gui.controllers import wording
from understudy_gui.controllers.wording import route_name
from understudy_gui.i18n import said_by_router, tr
from understudy_gui.widgets.places import ordinal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.errors import ProviderError
    from understudy.keys import KeyReading, KeyringState

PREFIXES: Mapping[str, str] = {
    "sk-or-": "openrouter",
    "gsk_": "groq",
    "sk-proj-": "openai",
    "sk-svcacct-": "openai",
}
"""How keys of some providers begin, so that one can tell whose a pasted key is."""

_ADDRESS_FAULTS = frozenset({ErrorKind.NETWORK, ErrorKind.MALFORMED_CHUNK})


def owner_of(key: str) -> str:
    """Return the id of the provider whose keys begin like this, empty where that is not known."""
    key = key.strip()
    return next((owner for prefix, owner in PREFIXES.items() if key.startswith(prefix)), "")


def stored(reading: KeyReading | None, variables: Sequence[str]) -> str:
    """Say where the key in use is, and why there."""
    if reading is None:
        return ""
    keyring = reading.state.backend_name or tr("the keyring")
    match reading.source:
        case "keyring":
            return tr("Stored in {keyring}, not in the settings file.", keyring=keyring)
        case "environment":
            names = tr(" or ").join(variables)
            return tr("From the environment variable {name}.", name=names)
        case "session":
            why = said_by_router(reading.state.why)
            return f"{tr('Kept only until Understudy is closed.')} {why}".strip()
        case "none":
            return _where_it_would_go(reading.state)


def _where_it_would_go(state: KeyringState) -> str:
    if state.state == "ready":
        name = state.backend_name or tr("the keyring")
        return tr("It will be stored in {keyring}, not in the settings file.", keyring=name)
    if state.state == "locked":
        return ""
    kept = tr("It will be kept only until Understudy is closed.")
    return f"{kept} {said_by_router(state.why)}".strip()


def standing(places: Mapping[str, int]) -> str:
    """Say where a provider stands: "Second in line in Everyday and Coding"."""
    if not places:
        return tr("In no line-up")
    by_place: dict[int, list[str]] = {}
    for route, place in places.items():
        by_place.setdefault(place, []).append(route_name(route))
    parts = [
        tr("{ordinal} in line in {routes}", ordinal=ordinal(place), routes=listed(routes))
        for place, routes in sorted(by_place.items())
    ]
    sentence = ", ".join(parts)
    return sentence[:1].upper() + sentence[1:]


def listed(names: Sequence[str]) -> str:
    """Join names: "Everyday, Coding and Private"."""
    if len(names) < 2:
        return "".join(names)
    return tr("{some} and {last}", some=", ".join(names[:-1]), last=names[-1])


def models_count(count: int) -> str:
    """Say how many models there are."""
    return tr("1 model") if count == 1 else tr("{count} models", count=count)


def ago(moment: float) -> str:
    """Say how long ago something was, to the minute."""
    minutes = int((time.time() - moment) / 60)
    if minutes < 1:
        return tr("just now")
    if minutes < 60:
        return tr("{count} min ago", count=minutes)
    return tr("{count} h ago", count=minutes // 60)


def failed(error: ProviderError, provider: str, name: str, model: str, *, local: bool) -> str:
    """Say why a server did not answer, in the words of the transcript."""
    if isinstance(error.happened, Phrase):  # of a model's file: with its figures
        return said_by_router(error.happened)
    if error.kind is ErrorKind.NETWORK and error.status == 200:
        return tr("At this address is a web page, no API of {name}.", name=name)
    attempt = Attempt(
        provider,
        name,
        model,
        time.time(),
        0.0,
        "failed",
        "stop",
        kind=error.kind,
        status=error.status,
        code=error.code,
        detail=error.detail,
        retry_after=error.retry_after,
    )
    if error.kind is ErrorKind.FIRST_TOKEN_TIMEOUT:
        return tr("{name} did not answer in time.", name=name)
    return wording.happened(attempt, {provider} if local else ())


def concerns_address(error: ProviderError) -> bool:
    """Whether a failure is best shown at the address."""
    return error.kind in _ADDRESS_FAULTS or error.status == 404
