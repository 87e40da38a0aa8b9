"""The stream's events: one discriminated union, in the order in which a consumer meets them.

``RouteChosen`` opens every attempt, before its first word. ``TextDelta``, ``ReasoningDelta`` and
``ToolCallDelta`` are content. ``HandedOver`` comes between ``RouteChosen`` and the first word of
one who stands in or carries on: in mid-answer its ``mid_answer`` is true and what was shown stays.
``Finished`` closes a stream that ended well; one that did not raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from understudy.requests import Usage

if TYPE_CHECKING:
    from understudy.requests import FinishReason
    from understudy.routing.trace import Attempt, Trace


@dataclass(frozen=True, slots=True)
class RouteChosen:
    """An attempt begins; ``first_token_within`` is its deadline in seconds."""

    provider: str
    provider_name: str
    model: str
    first_token_within: float
    attempt: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Words, byte for byte as the provider sent them: white space counts."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Thinking aloud; content for the clocks, not part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of a tool call, assembled by ``index``; ``id`` and ``name`` come first."""

    index: int
    arguments: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The attempt ``failed`` could not go on and ``provider``, whose words follow, takes over.

    ``mid_answer`` tells a seam (text had been shown) from a stand-in before the first word;
    ``failed`` is the attempt that was speaking, or the first that was asked: what others failed in
    between stands in the trace. ``text_length`` is how many characters had been shown, ``pause``
    the seconds without a word.
    """

    failed: Attempt
    provider: str
    provider_name: str
    model: str
    mid_answer: bool
    text_length: int
    pause: float


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Tokens as the provider counts them; a later report replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole."""

    provider: str
    model: str
    finish_reason: FinishReason
    usage: Usage
    trace: Trace


StreamEvent: TypeAlias = (
    RouteChosen | TextDelta | ReasoningDelta | ToolCallDelta | HandedOver | UsageReported | Finished
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A provider's word that its answer is whole. A stream without it was interrupted."""

    reason: FinishReason


ProviderEvent: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | UsageReported | Stop
"""What a wire format decodes; the router turns it into ``StreamEvent``."""
