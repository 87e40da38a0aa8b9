"""Takes out of a provider's words whatever may be a secret, and keeps them short.

Servers repeat keys in their errors, whole ("Invalid key: …") or in part ("sk-ab***yz"). What
reaches a trace, a log or the screen has gone through here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DETAIL = 500
"""Characters of a provider's own words that are kept."""

_GONE = "[removed]"
_SHORTEST_SECRET = 4
_ROOM = 20_000  # a body of megabytes is cut before the patterns run over it

_SECRETS = (
    re.compile(r"(?i)\b(?:bearer|basic)\s+[^\s\"',;<>]{6,}"),
    # a name that announces a key, then the key: api_key=…, "x-api-key": "…", API key provided: …
    re.compile(
        r"(?i)(\b(?:api[-_ ]?key|access[-_ ]?token|key|token|authorization|secret|password)"
        r"(?:\s+(?:provided|given|is))?[\"']?\s*[=:]\s*[\"'`]?)[^\s\"'`&,;<>]+"
    ),
    # the prefixes that providers give their keys, stars of a masked middle included
    re.compile(
        r"\b(?:sk|pk|rk|gsk|csk|xai|hf|nvapi|pplx|tgp|fw|r8)[-_][A-Za-z0-9*._-]{4,}|\bAIza[\w*-]{6,}"
    ),
    re.compile(r"\beyJ[\w-]+\.[\w.-]+"),  # a JSON web token
    re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24,}\b"),
    re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def redact(text: str, secrets: Iterable[str] = (), limit: int = MAX_DETAIL) -> str:
    """Return ``text`` on one line, without ``secrets`` and without anything that looks like one."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _GONE)
    text = text[:_ROOM]
    for pattern in _SECRETS:
        text = pattern.sub(_replacement, text)
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _replacement(match: re.Match[str]) -> str:
    announced = match.group(1) if match.lastindex else ""
    return announced + _GONE
