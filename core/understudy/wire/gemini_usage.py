"""Token counts as Gemini reports them, in our meaning.

Its total is ``promptTokenCount`` + ``candidatesTokenCount`` + ``toolUsePromptTokenCount`` +
``thoughtsTokenCount``; what was cached is part of the prompt (ai.google.dev/api/generate-content,
UsageMetadata). Counts are cumulative, and a chunk names those that are known by then.
"""

from __future__ import annotations

from understudy.requests import Usage
from understudy.wire.values import count, mapping


def read_usage(value: object) -> Usage | None:
    """Read a ``usageMetadata``; None without counts, as in Vertex' chunks before the last."""
    counted = mapping(value)
    thoughts = count(counted, "thoughtsTokenCount")
    usage = Usage(
        input_tokens=_sum(
            count(counted, "promptTokenCount"), count(counted, "toolUsePromptTokenCount")
        ),
        output_tokens=_sum(count(counted, "candidatesTokenCount"), thoughts),
        cached_tokens=count(counted, "cachedContentTokenCount"),
        reasoning_tokens=thoughts,
    )
    return None if usage == Usage() else usage


def _sum(one: int | None, other: int | None) -> int | None:
    """Add up what is reported; None where nothing is."""
    return (one or 0) + (other or 0) if (one, other) != (None, None) else None
