"""The stream's events: one discriminated union, in the order in which a consumer meets them.

``RouteChosen`` opens every attempt, before its first word. ``TextDelta``, ``ReasoningDelta`` and
``ToolCallDelta`` are content, ``CitationFound`` tells where words before it are from, and
``ModelLoading`` that a model on this computer is not ready yet. ``HandedOver`` comes between
``RouteChosen`` and the first word of one who stands in or carries on: in mid-answer its
``mid_answer`` is true and what was shown stays.
``Finished`` closes a stream that ended well; one that did not raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

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
    """Thinking aloud; content for the clocks, not part of the answer.

    A ``signature`` ends the thought that the deltas before it make up; see ``ReasoningPart``.
    """

    text: str
    signature: str = ""
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of a tool call, assembled by ``index``; ``id`` and ``name`` come first."""

    index: int
    arguments: str
    id: str = ""
    name: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class CitationFound:
    """Where something in the answer is from: an address or, where there is none, a title.

    ``quote`` is what the source says, where the provider tells.
    """

    url: str
    title: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """A model on this computer is being made ready; ``fraction`` is how much of it, where known.

    It is no content, but as long as it goes on the first word is waited for longer: ``within`` so
    many seconds, where it is known how long a model of its size takes.
    """

    stage: Literal["checking", "starting", "loading", "ready"]
    fraction: float | None = None
    within: float | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The attempt ``failed`` could not go on and ``provider``, whose words follow, takes over.

    ``mid_answer`` tells a seam (text had been shown) from a stand-in before the first word;
    ``failed`` is the attempt that was speaking, or the first that was asked: what others failed in
    between stands in the trace. ``text_length`` is how many characters had been shown, ``pause``
    the seconds without a word. ``anew``: the answer starts again from its beginning, and what was
    shown is an earlier version of it.
    """

    failed: Attempt
    provider: str
    provider_name: str
    model: str
    mid_answer: bool
    text_length: int
    pause: float
    anew: bool = False


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
    RouteChosen
    | TextDelta
    | ReasoningDelta
    | ToolCallDelta
    | CitationFound
    | ModelLoading
    | HandedOver
    | UsageReported
    | Finished
)


@dataclass(frozen=True, slots=True)
class AllowanceReported:
    """What a provider still lets through: requests and tokens, and the seconds to their reset."""

    requests_left: int | None = None
    requests_reset_in: float | None = None
    tokens_left: int | None = None
    tokens_reset_in: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A provider's word that its answer is whole. A stream without it was interrupted."""

    reason: FinishReason


ProviderEvent: TypeAlias = (
    TextDelta
    | ReasoningDelta
    | ToolCallDelta
    | CitationFound
    | ModelLoading
    | UsageReported
    | AllowanceReported
    | Stop
)
"""What a wire format decodes; the router turns it into ``StreamEvent``."""
