"""Understudy's router: many model providers behind one interface, with fallback that can be seen.

    from understudy import ChatRequest, Message, Router

Importing this package costs next to nothing: a name's module is loaded when the name is first used.
"""

from __future__ import annotations

from understudy._version import __version__

TYPE_CHECKING = False  # typing's own constant costs as much as half of Python's start
if TYPE_CHECKING:
    from understudy.errors import (
        AnswerInterrupted,
        ErrorKind,
        HistoryError,
        KeyStoreError,
        NobodyAnswered,
        ProviderError,
        SettingsError,
        UnderstudyError,
        UsageError,
    )
    from understudy.events import (
        Finished,
        HandedOver,
        ReasoningDelta,
        RouteChosen,
        StreamEvent,
        TextDelta,
        ToolCallDelta,
        UsageReported,
    )
    from understudy.messages import Message
    from understudy.rehearsal.practice import PracticeProvider
    from understudy.requests import ChatRequest, ChatResponse, Usage
    from understudy.routing.route import Route, RouteEntry
    from understudy.routing.router import Router

_HOMES = {
    "understudy.errors": (
        "AnswerInterrupted",
        "ErrorKind",
        "HistoryError",
        "KeyStoreError",
        "NobodyAnswered",
        "ProviderError",
        "SettingsError",
        "UnderstudyError",
        "UsageError",
    ),
    "understudy.events": (
        "Finished",
        "HandedOver",
        "ReasoningDelta",
        "RouteChosen",
        "StreamEvent",
        "TextDelta",
        "ToolCallDelta",
        "UsageReported",
    ),
    "understudy.messages": ("Message",),
    "understudy.rehearsal.practice": ("PracticeProvider",),
    "understudy.requests": ("ChatRequest", "ChatResponse", "Usage"),
    "understudy.routing.route": ("Route", "RouteEntry"),
    "understudy.routing.router": ("Router",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerInterrupted",
    "ChatRequest",
    "ChatResponse",
    "ErrorKind",
    "Finished",
    "HandedOver",
    "HistoryError",
    "KeyStoreError",
    "Message",
    "NobodyAnswered",
    "PracticeProvider",
    "ProviderError",
    "ReasoningDelta",
    "Route",
    "RouteChosen",
    "RouteEntry",
    "Router",
    "SettingsError",
    "StreamEvent",
    "TextDelta",
    "ToolCallDelta",
    "UnderstudyError",
    "Usage",
    "UsageError",
    "UsageReported",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load the module that holds ``name`` and keep the name here."""
    from importlib import import_module

    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value
