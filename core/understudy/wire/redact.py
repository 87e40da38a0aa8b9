"""Takes out of a provider's words whatever may be a secret, and keeps them short.

Servers repeat keys in their errors, whole ("Invalid key: …"), in part ("sk-ab***yz"), in an address
(``?key=AIza…``) or in base64. What reaches a trace, a log or the screen has gone through here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from understudy.wire.values import sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DETAIL = 500
"""Characters of a provider's own words that are kept."""

_GONE = "[removed]"
_SHORTEST_SECRET = 4
_SHORTEST_PART = 3  # characters of a known secret before or after a mask that give it away
_ROOM = 20_000  # a body of megabytes is cut before the patterns run over it

_SECRETS = (
    re.compile(r"(?i)\b(?:bearer|basic)\s+[^\s\"',;<>]{6,}"),
    # user:password@host
    re.compile(r"(://)[^\s/@\"'<>]{1,200}(?=@)"),
    # a name that announces a key, then the key: api_key=…, "x-api-key": "…", API key provided: …
    re.compile(
        r"(?i)(\b(?:api[-_ ]?key|access[-_ ]?token|key|token|authorization|secret|password)"
        r"(?:\s+(?:provided|given|is))?\\?[\"']?\s*(?:[=:]|%3D)\s*\\?[\"'`]?)[^\s\"'`&,;<>\\]+"
    ),
    # the prefixes that providers give their keys, stars of a masked middle included
    re.compile(
        r"\b(?:sk|pk|rk|ak|gsk|csk|xai|hf|nvapi|pplx|tgp|fw|r8)[-_][A-Za-z0-9*…._-]{4,}"
        r"|\bAIza[\w*….-]{6,}|\b(?:AKIA|ASIA|ABSK)[A-Za-z0-9+/=*]{8,}"
    ),
    re.compile(r"\beyJ[\w-]+\.[\w.-]+"),  # a JSON web token
    re.compile(r"[\w-]{0,40}\*{3,}[\w-]{0,40}"),  # whatever is masked
    re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24,}\b"),
    re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
)
_MASKED = re.compile(r"([\w-]{0,40})(?:\*{2,}|\.{2,}|…|x{4,})([\w-]{0,40})")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def redact(text: str, secrets: Iterable[str] = (), limit: int = MAX_DETAIL) -> str:
    """Return ``text`` on one line, without ``secrets`` and without anything that looks like one."""
    known = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    text = sound(text)
    for secret in known:
        for form in _forms(secret):
            text = re.sub(form, _GONE, text, flags=re.IGNORECASE)
    text = text[:_ROOM]
    if known:
        text = _MASKED.sub(lambda match: _unmasked(match, known), text)
    for pattern in _SECRETS:
        text = pattern.sub(_replacement, text)
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _forms(secret: str) -> Iterator[str]:
    """Give patterns for the ways in which a server may write a key back; base64 at any offset."""
    plain = secret.encode()
    for form in (secret, quote(secret, safe=""), plain.hex()):
        yield re.escape(form)
    for shift in range(3):
        part = b64encode(b"\0" * shift + plain)[4:-4].decode()
        if len(part) >= 2 * _SHORTEST_SECRET:
            yield rf"[\w+/=]{{0,64}}{re.escape(part)}[\w+/=]{{0,64}}"


def _unmasked(match: re.Match[str], known: list[str]) -> str:
    """Remove what is left of a known secret on both sides of a mask."""
    start, end = (part.lower() for part in match.groups())
    shown = any(
        (len(start) >= _SHORTEST_PART and secret.lower().startswith(start))
        or (len(end) >= _SHORTEST_PART and secret.lower().endswith(end))
        for secret in known
    )
    return _GONE if shown else match.group()


def _replacement(match: re.Match[str]) -> str:
    announced = match.group(1) if match.lastindex else ""
    return announced + _GONE
