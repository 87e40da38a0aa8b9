"""Which field of a request a refusal is about.

Most refusals name it (``ProviderError.parameter``). Others only speak of it, and what thinking is
called is different in every format: then the field that this request has is meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

if TYPE_CHECKING:
    from understudy.errors import ProviderError

Path: TypeAlias = tuple[str, ...]
"""The names of a field, from the top of the request down to it."""

ANYWHERE: Final = frozenset[Path](
    {
        ("stream_options",),
        ("temperature",),
        ("stop",),
        ("stop_sequences",),
        ("tool_choice",),
        ("toolConfig",),
        ("include",),
        ("truncate",),
        ("reasoning", "summary"),
        ("thinking", "display"),
        ("generationConfig", "temperature"),
        ("generationConfig", "stopSequences"),
    }
)
"""What can be left out whatever it holds: without it the same is asked."""

LEVELS: Final = frozenset[Path](
    {
        ("reasoning",),
        ("reasoning", "effort"),
        ("reasoning_effort",),
        ("thinking",),
        ("think",),
        ("enable_thinking",),
        ("output_config",),
        ("generationConfig", "thinkingConfig"),
    }
)
"""How long to think: it is left out where it holds what was refused. Another wish may be taken."""

LIMITS: Final = frozenset[Path](
    {
        ("max_tokens",),
        ("max_completion_tokens",),
        ("max_output_tokens",),
        ("generationConfig", "maxOutputTokens"),
    }
)
"""How much may be written: a smaller number is taken."""

_KNOWN: Final = ANYWHERE | LEVELS | LIMITS
_USAGE: Final = re.compile(r"stream_options|include_usage")
"""Old servers refuse it in words of their own."""

_REFUSES: Final = re.compile(
    r"support|not enabled|not permitted|not allowed|may not|cannot|must be|invalid|deprecated|"
    r"only works|does not match|range|too large|maximum|at most|exceed",
    re.IGNORECASE,
)
_OF_A_SEAL: Final = re.compile(r"signature|encrypted|block|passed back|missing", re.IGNORECASE)
"""A thought that came along is meant, and no field."""

_SPOKEN_OF: Final = (
    # platform.claude.com: "This model does not support the effort parameter."
    (re.compile(r"\beffort\b"), (("output_config",), ("reasoning", "effort"))),
    # ai.google.dev: "Thinking level is not supported for this model.", "Budget 0 is invalid. This
    # model only works in thinking mode."; platform.claude.com: "adaptive thinking is not supported
    # on this model"; docs.ollama.com: '"qwen3" does not support thinking'
    (
        re.compile(r"thinking|reasoning|effort", re.IGNORECASE),
        (
            ("generationConfig", "thinkingConfig"),
            ("thinking",),
            ("think",),
            ("reasoning_effort",),
            ("reasoning",),
            ("enable_thinking",),
        ),
    ),
    # platform.claude.com: "max_tokens: 100000 > 64000, which is the maximum allowed number of …";
    # Vertex: "it has a maxOutputTokens value of 100000 but the supported range is from 1 …"
    (re.compile(r"max_?(?:completion|output|new)?_?tokens", re.IGNORECASE), tuple(sorted(LIMITS))),
    (re.compile(r"tool_choice|function_calling_config"), (("tool_choice",), ("toolConfig",))),
    (re.compile(r"temperature"), (("temperature",), ("generationConfig", "temperature"))),
)
_NUMBER: Final = re.compile(r"(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d{3,7})(?![\w-])(?P<beyond> \(excl)?")
_LEAST_LIMIT: Final = 256
"""No model writes less; a smaller number in a refusal is something else."""


def refused_field(error: ProviderError, body: dict[str, Any]) -> Path | None:
    """Find the field of ``body`` that can be changed so that this refusal does not come again."""
    named = tuple(error.parameter.split("."))
    for length in range(len(named), 0, -1):
        if named[:length] in _KNOWN and holder(body, named[:length]) is not None:
            return named[:length]
    if _USAGE.search(error.detail) and "stream_options" in body:
        return ("stream_options",)
    if _OF_A_SEAL.search(error.detail) or not _REFUSES.search(error.detail):
        return None
    spoken_of = (
        path for words, paths in _SPOKEN_OF if words.search(error.detail) for path in paths
    )
    return next((path for path in spoken_of if holder(body, path) is not None), None)


def holder(body: dict[str, Any], path: Path) -> dict[str, Any] | None:
    """Give the object in which the field at ``path`` stands; None where it does not."""
    place: object = body
    for name in path[:-1]:
        place = cast("dict[str, object]", place).get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or path[-1] not in place:
        return None
    return cast("dict[str, Any]", place)


def smaller_limit(error: ProviderError, value: object) -> int | None:
    """Give the limit that a refusal names in place of ``value``; None where it names none."""
    if not isinstance(value, int):
        return None
    numbers = (
        int(number[1].replace(",", "")) - bool(number["beyond"])
        for number in _NUMBER.finditer(error.detail)
    )
    return max((number for number in numbers if _LEAST_LIMIT <= number < value), default=None)
