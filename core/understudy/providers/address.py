"""Addresses of APIs, as people and environment variables write them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from understudy.errors import UsageError
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow

_ADDED_BY_US = (
    *("/chat/completions", "/completions", "/embeddings", "/responses", "/models", "/messages"),
    *("/api/chat", "/api/embed", "/api/tags"),
)
_ADDED_BY_FORMAT = {"ollama": ("/v1", "/api"), "anthropic": ("/v1",)}
"""How a format's own paths begin, and how a base URL therefore does not end."""

_OLLAMA_PORTS = {"http": 80, "https": 443}
_OLLAMA_PORT = 11434
_UNCHANGED = "Nothing was changed."


def check_base_url(text: str) -> str:
    """Return the base URL of an API, tidied: ``https://host[:port][/path]`` without a last slash.

    Raises ``UsageError`` with a sentence that says what is wrong. The sentence never repeats what
    may be a password or a key.
    """
    address = text.strip()
    if not address:
        raise UsageError("The address is empty.", _UNCHANGED)
    if any(ord(character) <= 32 or ord(character) == 127 for character in address):
        raise UsageError("The address has a space or a line break in it.", _UNCHANGED)
    parts = _split(address)
    _check_scheme(parts, address)
    if not parts.hostname:
        raise UsageError("The address names no server.", _UNCHANGED, "Write https://server/v1.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "The address holds a user name or a password.",
            _UNCHANGED,
            "A key has a field of its own.",
        )
    if parts.query or parts.fragment:
        raise UsageError(
            "The address goes on after a ? or #.", _UNCHANGED, "End it with the path, as in /v1."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}{_check_path(parts.path)}"


def endpoint_from_environment(row: ProviderRow, text: str) -> str:
    """Return the base URL that ``row.endpoint_env`` holds; raises ``UsageError`` as above."""
    return ollama_base_url(text) if row.endpoint_env == "OLLAMA_HOST" else check_base_url(text)


def base_of_format(wire: str, base_url: str) -> str:
    """Return ``base_url`` without what the wire format's own paths begin with.

    People copy the address of another format of the same server, and older settings hold Ollama's
    with the ``/v1`` of its OpenAI-compatible side.
    """
    for ending in _ADDED_BY_FORMAT.get(wire, ()):
        base_url = base_url.removesuffix(ending)
    return base_url


def ollama_base_url(text: str) -> str:
    """Return the base URL for an ``OLLAMA_HOST``, read as Ollama itself reads it.

    All of it may be missing but one part: ``host``, ``:port``, ``host:port``, ``https://host``.
    The port is 11434, with a scheme that scheme's own; ``ollama.com`` alone is the cloud's.
    ``0.0.0.0`` tells the server to listen everywhere; asked is 127.0.0.1 then.
    (github.com/ollama/ollama, envconfig)
    """
    address = text.strip().strip("\"'")
    if address == "ollama.com":
        address = "https://ollama.com"
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "http", address
    default_port = _OLLAMA_PORTS.get(scheme.lower(), _OLLAMA_PORT) if separator else _OLLAMA_PORT
    host_and_port, _, path = rest.partition("/")
    parts = _split(f"{scheme}://{host_and_port or '127.0.0.1'}")
    host = parts.hostname or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    shown = f"[{host}]" if ":" in host else host
    base = check_base_url(f"{scheme}://{shown}:{parts.port or default_port}/{path}")
    return base_of_format("ollama", base)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise UsageError(
            "The address has a port or a host that cannot be.", _UNCHANGED, "Write https://host/v1."
        ) from None
    return parts


def _check_scheme(parts: SplitResult, address: str) -> None:
    if parts.scheme in {"http", "https"} and "://" in address:
        return
    can_do = "Write it in full, as in https://api.example.com/v1 or http://localhost:8000/v1."
    raise UsageError("The address must begin with https:// or http://.", _UNCHANGED, can_do)


def _check_path(path: str) -> str:
    path = path.rstrip("/")
    for ending in _ADDED_BY_US:
        if path.lower().endswith(ending):
            raise UsageError(
                Phrase("The address goes too far: it ends in {ending}.", ending=ending),
                _UNCHANGED,
                "End it before that, Understudy adds that part itself.",
            )
    return path
