"""The calls of tools in one answer of Gemini.

A ``functionCall`` is complete as a rule, and often has no ``id``. Vertex streams the arguments
where that is asked for, and says with ``willContinue`` that more of them is to come; they are
delivered once they are whole (docs.cloud.google.com, vertex-ai/docs/reference/rest/v1/Content,
FunctionCall).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from understudy.events import ToolCallDelta
from understudy.wire.gemini_arguments import StreamedArguments
from understudy.wire.values import mapping, sound

if TYPE_CHECKING:
    from understudy.events import ProviderEvent

MADE_ID = "call_"
"""How the ids begin that no answer held: Gemini does not want them back."""


class GeminiCalls:
    """Gives every call its number, counted from 0, and an id where it has none."""

    def __init__(self) -> None:
        self.count = 0
        self._ids: set[str] = set()
        self._streamed: StreamedArguments | None = None

    def read(self, call: dict[str, Any], signature: str, events: list[ProviderEvent]) -> None:
        """Take a ``functionCall`` with the ``thoughtSignature`` of its part."""
        name = call.get("name")
        if self._streamed is None or name:
            self.settle(events)
            self._begin(call, name, signature, events)
        if self._streamed is not None:
            self._streamed.read(call)
            if call.get("willContinue") is not True:
                self.settle(events)

    def settle(self, events: list[ProviderEvent]) -> None:
        """Note that nothing more comes of a call that is being streamed."""
        streamed, self._streamed = self._streamed, None
        if streamed is not None:
            events.append(ToolCallDelta(self.count - 1, _json(streamed.value)))

    def _begin(
        self, call: dict[str, Any], name: object, signature: str, events: list[ProviderEvent]
    ) -> None:
        arguments = ""
        if call.get("willContinue") is True or call.get("partialArgs"):
            self._streamed = StreamedArguments()
        else:
            arguments = _json(mapping(call.get("args")))
        called = sound(name) if isinstance(name, str) else ""
        identity = self._identity(call.get("id"))
        events.append(ToolCallDelta(self.count, arguments, identity, called, signature))
        self.count += 1

    def _identity(self, given: object) -> str:
        """Give the id that the call has, unless another has it too."""
        identity = sound(given) if isinstance(given, str) else ""
        if not identity or identity in self._ids:
            identity = f"{MADE_ID}{self.count}"
        while identity in self._ids:
            identity += "_"
        self._ids.add(identity)
        return identity


def _json(arguments: dict[str, Any]) -> str:
    return sound(json.dumps(arguments, ensure_ascii=False))
