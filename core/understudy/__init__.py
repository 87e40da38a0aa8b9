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
        FileError,
        HistoryError,
        KeyStoreError,
        NobodyAnswered,
        ProviderError,
        SettingsError,
        UnderstudyError,
        UsageError,
    )
    from understudy.events import (
        CitationFound,
        Finished,
        HandedOver,
        ModelLoading,
        ProviderEvent,
        ReasoningDelta,
        RouteChosen,
        Stop,
        StreamEvent,
        TextDelta,
        ToolCallDelta,
        UsageReported,
    )
    from understudy.messages import (
        FilePart,
        ImagePart,
        Message,
        ReasoningPart,
        TextPart,
        ToolCallPart,
        ToolResultPart,
    )
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import (
        Availability,
        ChatProvider,
        EmbeddingProvider,
        ProviderRow,
    )
    from understudy.ready_made import provider
    from understudy.rehearsal.practice import PracticeProvider
    from understudy.requests import (
        ChatRequest,
        ChatResponse,
        EmbeddingRequest,
        EmbeddingResponse,
        Tool,
        Usage,
    )
    from understudy.routing.policy import Plan
    from understudy.routing.route import Route, RouteEntry
    from understudy.routing.router import ProviderStatus, Router
    from understudy.routing.rules import RuleChange
    from understudy.routing.trace import Attempt, Trace

_HOMES = {
    "understudy.errors": (
        "AnswerInterrupted",
        "ErrorKind",
        "FileError",
        "HistoryError",
        "KeyStoreError",
        "NobodyAnswered",
        "ProviderError",
        "SettingsError",
        "UnderstudyError",
        "UsageError",
    ),
    "understudy.events": (
        "CitationFound",
        "Finished",
        "HandedOver",
        "ModelLoading",
        "ProviderEvent",
        "ReasoningDelta",
        "RouteChosen",
        "Stop",
        "StreamEvent",
        "TextDelta",
        "ToolCallDelta",
        "UsageReported",
    ),
    "understudy.messages": (
        "FilePart",
        "ImagePart",
        "Message",
        "ReasoningPart",
        "TextPart",
        "ToolCallPart",
        "ToolResultPart",
    ),
    "understudy.model_facts": ("ModelFacts",),
    "understudy.providers.base": (
        "Availability",
        "ChatProvider",
        "EmbeddingProvider",
        "ProviderRow",
    ),
    "understudy.ready_made": ("provider",),
    "understudy.rehearsal.practice": ("PracticeProvider",),
    "understudy.requests": (
        "ChatRequest",
        "ChatResponse",
        "EmbeddingRequest",
        "EmbeddingResponse",
        "Tool",
        "Usage",
    ),
    "understudy.routing.policy": ("Plan",),
    "understudy.routing.route": ("Route", "RouteEntry"),
    "understudy.routing.router": ("ProviderStatus", "Router"),
    "understudy.routing.rules": ("RuleChange",),
    "understudy.routing.trace": ("Attempt", "Trace"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerInterrupted",
    "Attempt",
    "Availability",
    "ChatProvider",
    "ChatRequest",
    "ChatResponse",
    "CitationFound",
    "EmbeddingProvider",
    "EmbeddingRequest",
    "EmbeddingResponse",
    "ErrorKind",
    "FileError",
    "FilePart",
    "Finished",
    "HandedOver",
    "HistoryError",
    "ImagePart",
    "KeyStoreError",
    "Message",
    "ModelFacts",
    "ModelLoading",
    "NobodyAnswered",
    "Plan",
    "PracticeProvider",
    "ProviderError",
    "ProviderEvent",
    "ProviderRow",
    "ProviderStatus",
    "ReasoningDelta",
    "ReasoningPart",
    "Route",
    "RouteChosen",
    "RouteEntry",
    "Router",
    "RuleChange",
    "SettingsError",
    "Stop",
    "StreamEvent",
    "TextDelta",
    "TextPart",
    "Tool",
    "ToolCallDelta",
    "ToolCallPart",
    "ToolResultPart",
    "Trace",
    "UnderstudyError",
    "Usage",
    "UsageError",
    "UsageReported",
    "__version__",
    "provider",
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
