"""What a server was found not to take: left out, or said in another way, from then on.

Compatible servers and single models refuse fields that others want, and say so in a 400. None of
those here changes what is asked, so the request is sent again without the field, once for each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from understudy.errors import ErrorKind
from understudy.messages import ReasoningPart, ToolCallPart

if TYPE_CHECKING:
    from understudy.errors import ProviderError
    from understudy.requests import ChatRequest

_CAN_BE_LEFT_OUT: Final = frozenset(
    {"stream_options", "temperature", "stop", "stop_sequences", "tool_choice", "include"}
    | {"reasoning", "reasoning_effort", "thinking", "think", "enable_thinking", "output_config"}
)
_OTHER_NAME: Final = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_USAGE: Final = re.compile(r"stream_options|include_usage")
"""Old servers refuse it in words of their own."""
_SEALS: Final = re.compile(r"signature|encrypted|thinking|thought|reasoning", re.IGNORECASE)
"""OpenAI: ``invalid_encrypted_content``, "reasoning item"; Anthropic: "Invalid `signature` in
`thinking` block"; Gemini: "Thought signature is not valid"."""
_EVERY_MODEL: Final = ""
_OF_THE_SERVER: Final = frozenset({"stream_options"})
"""Fields that a server takes with all its models or with none."""


class Learned:
    """Fields to leave out or to rename, by model. ``None`` in place of a name means out."""

    def __init__(self) -> None:
        self._changes: dict[str, dict[str, str | None]] = {}

    def applied(self, model: str, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body as this server takes it."""
        for of_model in (_EVERY_MODEL, model):
            for field, instead in self._changes.get(of_model, {}).items():
                if field in body:
                    value = body.pop(field)
                    if instead is not None:
                        body[instead] = value
        return body

    def learn(self, model: str, body: dict[str, Any], error: ProviderError) -> bool:
        """Take note of a refusal; whether the next try would be another one."""
        field = _named_in(error)
        if error.kind is not ErrorKind.BAD_REQUEST or field not in body:
            return False
        known = self._changes.setdefault(_EVERY_MODEL if field in _OF_THE_SERVER else model, {})
        other_name = _OTHER_NAME.get(field)
        if other_name is not None and other_name not in known:
            known[field] = other_name
            return True
        if field in _CAN_BE_LEFT_OUT:
            known[field] = None
            return True
        return False


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


def _named_in(error: ProviderError) -> str:
    """Give the field of the body that a refusal is about; empty where it names none."""
    field = re.split(r"[.\[]", error.parameter, maxsplit=1)[0]
    if field == "include_usage" or _USAGE.search(error.detail):
        return "stream_options"
    return field
