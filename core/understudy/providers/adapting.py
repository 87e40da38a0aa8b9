"""What a server was found not to take: left out, or said in another way, from then on.

Compatible servers and single models refuse fields that others want, and say so in a 400. None of
those here changes what is asked, so the request is sent again without the field, once for each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from understudy.errors import ErrorKind
from understudy.messages import ReasoningPart, ToolCallPart
from understudy.providers.refused_fields import (
    LEVELS,
    LIMITS,
    holder,
    refused_field,
    smaller_limit,
)

if TYPE_CHECKING:
    from understudy.errors import ProviderError
    from understudy.providers.refused_fields import Path
    from understudy.requests import ChatRequest

_OTHER_NAME: Final = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_SEALS: Final = re.compile(r"signature|encrypted|thinking|thought|reasoning", re.IGNORECASE)
"""OpenAI: ``invalid_encrypted_content``, "reasoning item"; Anthropic: "Invalid `signature` in
`thinking` block"; Gemini: "Thought signature is not valid"."""
_EVERY_MODEL: Final = ""
_OF_THE_SERVER: Final = frozenset({"stream_options"})
"""Fields that a server takes with all its models or with none."""
_MOST_CHANGES: Final = 16
"""For each model; whoever refuses more than that refuses the question."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What is done to a field: it has another name, holds ``most`` at most, or is left out.

    ``only``: left out where it holds this, in a tuple as None may be held too.
    """

    path: Path
    instead: str = ""
    most: int | None = None
    only: tuple[object, ...] = ()

    def apply(self, body: dict[str, Any]) -> None:
        place, name = holder(body, self.path), self.path[-1]
        if place is None or (self.only and place[name] != self.only[0]):
            return
        value = place.pop(name)
        if self.instead:
            place[self.instead] = value
        elif self.most is not None:
            place[name] = min(value, self.most)
        elif not place and place is not body:
            del body[self.path[0]]


class Learned:
    """Fields to leave out or to say in another way, by model."""

    def __init__(self) -> None:
        self._changes: dict[str, list[_Change]] = {}

    def applied(self, model: str, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body as this server takes it."""
        for of_model in (_EVERY_MODEL, model):
            for change in self._changes.get(of_model, ()):
                change.apply(body)
        return body

    def learn(self, model: str, body: dict[str, Any], error: ProviderError) -> bool:
        """Take note of a refusal; whether the next try would be another one."""
        path = refused_field(error, body) if error.kind is ErrorKind.BAD_REQUEST else None
        if path is None:
            return False
        of_model = _EVERY_MODEL if path[0] in _OF_THE_SERVER else model
        known = self._changes.setdefault(of_model, [])
        change = _change(path, body, error, known)
        if change is None or len(known) >= _MOST_CHANGES:
            return False
        known.append(change)
        return True


def _change(
    path: Path, body: dict[str, Any], error: ProviderError, known: list[_Change]
) -> _Change | None:
    """Decide what is done to the field that was refused."""
    value = (holder(body, path) or {}).get(path[-1])
    if path in LEVELS:
        return _Change(path, only=(value,))
    if path not in LIMITS:
        return _Change(path)
    most = smaller_limit(error, value)
    if most is not None:
        return _Change(path, most=most)
    instead = _OTHER_NAME.get(path[0], "")
    renamed = any(change.instead for change in known)
    return _Change(path, instead) if instead and not renamed else None


def refuses_seals(error: ProviderError, request: ChatRequest) -> bool:
    """Tell whether a refusal is about thoughts that this provider had sealed itself.

    Seals end with a key, an organization or a model's version. A conversation that holds one would
    be refused for good; without them it goes on, only the thoughts are lost.
    """
    if error.kind is not ErrorKind.BAD_REQUEST:
        return False
    if not _SEALS.search(f"{error.code} {error.detail}"):
        return False
    return any(
        part.signature
        for message in request.messages
        for part in message.parts
        if isinstance(part, ReasoningPart | ToolCallPart)
    )
