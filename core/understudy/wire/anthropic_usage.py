"""Token counts of a Messages answer.

The first event counts what was read, the last what was written, and each count is of all so far
(https://platform.claude.com/docs/en/build-with-claude/streaming): so of two the larger holds. Some
compatible servers give zeros first and the true counts last, others the other way round.
"""

from __future__ import annotations

from understudy.requests import Usage
from understudy.wire.values import count, mapping

_NAMES = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "thinking_tokens",
)


class Counts:
    """The counts of one answer, brought together as they come."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, usage: object) -> Usage | None:
        """Take note of an object ``usage`` and give all that is known; ``None`` if that is nothing.

        What was read from a cache or written to it does not stand in ``input_tokens`` here, though
        it was read like the rest. Thinking is told in ``output_tokens_details``.
        """
        told = mapping(usage)
        told = {**told, **mapping(told.get("output_tokens_details"))}
        for name in _NAMES:
            number = count(told, name)
            if number is not None:
                self._counts[name] = max(number, self._counts.get(name, number))
        return self._usage() if self._counts else None

    def _usage(self) -> Usage:
        get = self._counts.get
        fresh = get("input_tokens")
        written, read = get("cache_creation_input_tokens"), get("cache_read_input_tokens")
        return Usage(
            input_tokens=None if fresh is None else fresh + (written or 0) + (read or 0),
            output_tokens=get("output_tokens"),
            cached_tokens=read,
            reasoning_tokens=get("thinking_tokens"),
            cache_write_tokens=written,
        )
