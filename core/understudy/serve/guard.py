"""Who may ask: programs of this computer that know the token, and no web page.

A page in a browser can send requests to this computer, also under a name of its own that it lets
point here (DNS rebinding). So the host must be one of this computer's own names, a page of another
origin is refused whatever it knows, and no answer ever allows one to read it (no CORS headers).
"""

from __future__ import annotations

import re
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from understudy.serve.failures import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

OPEN_PATH: Final = "/healthz"
"""What may be asked without the token: it tells that somebody is here, and no more."""

_OWN_HOST: Final = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
_OWN_SITE: Final = frozenset({b"same-origin", b"none"})
_BEARER: Final = re.compile(rb"bearer +(.*)", re.IGNORECASE | re.DOTALL)


def check(path: str, headers: Sequence[tuple[bytes, bytes]], token: str) -> None:
    """Raise ``ApiError`` (403 or 401) for a request that may not be answered.

    The names of ``headers`` are in lower case, as ASGI has them.
    """
    _check_host(headers)
    _check_origin(headers)
    if path != OPEN_PATH:
        _check_token(headers, token)


def _all(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name == wanted]


def _check_host(headers: Sequence[tuple[bytes, bytes]]) -> None:
    hosts = _all(headers, b"host")
    if len(hosts) != 1 or not _OWN_HOST.fullmatch(hosts[0]):
        raise _forbidden(
            "This was sent to another host's name. Understudy did not look at it. "
            "Use 127.0.0.1 or localhost as the address."
        )


def _check_origin(headers: Sequence[tuple[bytes, bytes]]) -> None:
    own = b"http://" + _all(headers, b"host")[0].lower()
    origins = [origin.lower() for origin in _all(headers, b"origin")]
    sites = _all(headers, b"sec-fetch-site")
    if any(origin != own for origin in origins) or any(site not in _OWN_SITE for site in sites):
        raise _forbidden(
            "This comes from a web page. Understudy did not look at it. "
            "Ask from a program of this computer."
        )


def _check_token(headers: Sequence[tuple[bytes, bytes]], token: str) -> None:
    """Compare in a time that tells nothing of how much was right."""
    given = _all(headers, b"authorization")
    found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if found is None or not compare_digest(found[1].strip(), token.encode()):
        raise ApiError(
            401,
            "The token is missing or wrong. Nobody was asked. "
            "Send the one that understudy serve --show-token prints as the API key.",
            code="invalid_api_key",
            headers={"www-authenticate": "Bearer"},
        )


def _forbidden(message: str) -> ApiError:
    return ApiError(403, message, kind="permission_error", code="forbidden")
