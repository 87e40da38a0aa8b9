"""What each generation of Claude takes, and what it refuses.

A field that a model does not take is a refusal of the whole request, and with every generation
other fields went. Sources, read in November 2026, all below https://platform.claude.com/docs/en:
build-with-claude/thinking-troubleshooting (how each model thinks, and what it answers with 400),
build-with-claude/thinking-tool-workflows (which take a forced call of a tool), and the migration
guides below models/ (sampling, prefill, and what shows a thought).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

WhenOff: TypeAlias = Literal["disabled", "between_tools", ""]


@dataclass(frozen=True, slots=True)
class Generation:
    """The ways of one generation.

    ``adaptive``: it judges by itself how long to think, where others are given a budget of tokens.
    ``unasked``: it thinks where nothing is said of it. ``hides``: its thoughts have words only
    where they are asked for. ``off`` is how it is told not to think, empty where it always does.
    ``sampling``: it takes a temperature. ``forced``: a call of a tool can be demanded.
    ``prefill``: it goes on from an answer that was begun for it. ``room`` is a limit in tokens
    that every model of the generation takes.
    """

    adaptive: bool = True
    unasked: bool = True
    hides: bool = True
    off: WhenOff = "disabled"
    sampling: bool = False
    forced: bool = True
    prefill: bool = False
    room: int = 32_000


_FIRST = Generation(
    adaptive=False, unasked=False, hides=False, sampling=True, prefill=True, room=8_192
)
_OTHERS = replace(_FIRST, unasked=True)
"""Whatever else speaks this format, as others took it over when Claude's first generation had it.
Some of these models think without being asked to."""

_SINCE_4_6 = Generation(unasked=False, hides=False, sampling=True)
_SINCE_4_7 = Generation(unasked=False)
_SINCE_5 = Generation()
_ALWAYS = Generation(off="")
_ALWAYS_UNFORCED = Generation(off="", forced=False)
_SONNET_5_5 = Generation(off="between_tools", forced=False)

_Versions: TypeAlias = tuple[tuple[tuple[int, int], Generation], ...]
_FABLE: _Versions = (((5, 1), _ALWAYS_UNFORCED), ((5, 0), _ALWAYS))
_FAMILIES: dict[str, _Versions] = {
    "opus": (
        ((5, 5), _ALWAYS_UNFORCED),
        ((5, 0), _SINCE_5),
        ((4, 7), _SINCE_4_7),
        ((4, 6), _SINCE_4_6),
    ),
    "sonnet": (((5, 5), _SONNET_5_5), ((5, 0), _SINCE_5), ((4, 6), _SINCE_4_6)),
    "haiku": (((5, 0), _SINCE_5),),
    "fable": _FABLE,
    "mythos": _FABLE,
}
"""From which version on, the newest first."""

_CLAUDE = re.compile(
    r"claude-(?P<family>[a-z]+)(?:-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?!\d))?"
)
"""``claude-opus-4-8``, ``claude-sonnet-4-5-20250929`` and ``anthropic/claude-opus-4.5``; what was
before 4 has its number in another place."""


def generation_of(model: str) -> Generation:
    """Tell the generation by a model's id.

    A version that is newer than this table, a new family and a name without a version count as the
    newest that is known.
    """
    found = _CLAUDE.search(model.lower())
    if found is None:
        return _FIRST if "claude" in model.lower() else _OTHERS
    versions = _FAMILIES.get(found["family"], _FABLE)
    if found["major"] is None:
        return versions[0][1]
    version = (int(found["major"]), int(found["minor"] or 0))
    return next((ways for since, ways in versions if version >= since), _FIRST)
