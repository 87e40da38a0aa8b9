"""From whatever the HTTP library raises to the kinds of error that the router knows.

One table, by the name of the exception, so that reading it needs no HTTP library. A test holds it
against the library's own list: a new exception there must get its line here.
"""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import urljoin, urlsplit

from understudy.errors import ErrorKind, ProviderError
from understudy.transport.addresses import host_of, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.transport.proxies import Proxy

Phase: TypeAlias = Literal["connecting", "answering"]

TABLE: dict[str, tuple[ErrorKind, str]] = {
    "ConnectTimeout": (ErrorKind.NETWORK, "{name} could not be reached: no connection in time."),
    "ReadTimeout": (ErrorKind.NETWORK, "{name} sent nothing in time."),
    "WriteTimeout": (ErrorKind.NETWORK, "{name} did not take the request in time."),
    "PoolTimeout": (ErrorKind.NETWORK, "{name} was not asked: all connections are busy."),
    "TimeoutException": (ErrorKind.NETWORK, "{name} took too long."),
    "ConnectError": (ErrorKind.NETWORK, "{name} could not be reached."),
    "ReadError": (ErrorKind.NETWORK, "{name} closed the connection."),
    "WriteError": (ErrorKind.NETWORK, "{name} closed the connection while it was asked."),
    "CloseError": (ErrorKind.NETWORK, "The connection to {name} did not close properly."),
    "NetworkError": (ErrorKind.NETWORK, "The connection to {name} failed."),
    "ProxyError": (ErrorKind.NETWORK, "The proxy did not connect to {name}."),
    "UnsupportedProtocol": (
        ErrorKind.NETWORK,
        "The address of {name} must begin with http:// or https://.",
    ),
    "LocalProtocolError": (ErrorKind.BAD_REQUEST, "The request to {name} cannot be sent."),
    "RemoteProtocolError": (
        ErrorKind.NETWORK,
        "{name} hung up, or what runs at its address does not speak HTTP.",
    ),
    "ProtocolError": (ErrorKind.NETWORK, "{name} does not speak proper HTTP."),
    "TransportError": (ErrorKind.NETWORK, "The connection to {name} failed."),
    "DecodingError": (ErrorKind.MALFORMED_CHUNK, "{name} sent compressed data that is broken."),
    "TooManyRedirects": (ErrorKind.NETWORK, "{name} sends from one address to the next."),
    "RequestError": (ErrorKind.NETWORK, "The request to {name} failed."),
    "HTTPStatusError": (ErrorKind.TRANSIENT, "{name} could not answer."),
    "HTTPError": (ErrorKind.NETWORK, "The request to {name} failed."),
    "InvalidURL": (ErrorKind.NETWORK, "The address of {name} is not a valid one."),
    "CookieConflict": (ErrorKind.NETWORK, "{name} sent cookies that contradict each other."),
    "StreamConsumed": (ErrorKind.INTERRUPTED, "The answer of {name} was read already."),
    "StreamClosed": (ErrorKind.INTERRUPTED, "The answer of {name} was closed."),
    "ResponseNotRead": (ErrorKind.INTERRUPTED, "The answer of {name} was not read."),
    "RequestNotRead": (ErrorKind.INTERRUPTED, "The request to {name} was not read."),
    "StreamError": (ErrorKind.INTERRUPTED, "The answer of {name} cannot be read."),
}
"""Exception name to kind and sentence."""

_LOGIN_REFUSED = ("407", "Requested ", "Invalid username")
"""How the library's ProxyError begins where a login is wanted, by HTTP and by SOCKS."""

_HEAD_TOO_LONG = 431  # what h11 hints at where what it has to keep grows beyond 100 KB

_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.ENETDOWN})


def provider_error(
    error: BaseException, name: str, *, phase: Phase = "connecting", local: bool = False
) -> ProviderError:
    """Translate ``error``; once an answer had begun, a broken connection is an interruption.

    Nothing of the exception's own text is kept: a library may quote a header, and so a key. The
    code is the exception's name, or a word for the cause where the system tells one.
    """
    kind, sentence = _look_up(error)
    code, detail = type(error).__name__, ""
    if phase == "answering" and kind is ErrorKind.NETWORK:
        return ProviderError(ErrorKind.INTERRUPTED, f"{name} broke off.", code=code)
    for cause in _causes(error):
        special = _special(cause, local=local)
        if special is not None:
            kind, sentence, code = special
            detail = _reason(cause) if code == "certificate" else ""
            break
    said = sentence.format(name=name, reason=detail)
    return ProviderError(kind, said, code=code, detail=detail)


def proxy_error(error: BaseException, name: str, proxy: Proxy) -> ProviderError:
    """Translate what went wrong between here and ``proxy``, or when it should reach ``name``."""
    shown = f"the proxy {proxy.shown}"
    said = str(error) if type(error).__name__ == "ProxyError" else ""
    if said.startswith(_LOGIN_REFUSED):
        wants = "does not take the login it was given" if proxy.has_login else "wants a login"
        message = f"{name} was not reached: {shown} {wants}."
        return ProviderError(ErrorKind.NETWORK, message, status=407, code="proxy_login")
    if said or isinstance(error, TimeoutError):
        answer = said[:3] if said[:3].isdigit() else ""
        how = f" ({answer})" if answer else "" if said else " in time"
        message = f"T{shown[1:]} did not connect to {name}{how}."
        return ProviderError(ErrorKind.NETWORK, message, code="proxy", detail=answer)
    reason = provider_error(error, shown, local=is_loopback(proxy.url))
    if reason.kind is not ErrorKind.NETWORK:
        return provider_error(error, name)
    happened = str(reason)
    if not isinstance(error, OSError) and not type(error).__module__.startswith("httpx"):
        happened = f"{shown} does not speak SOCKS."  # the library reads what it says unprepared
    message = f"{happened[0].upper()}{happened[1:]} {name} was not asked."
    return ProviderError(ErrorKind.NETWORK, message, code="proxy", detail=reason.code)


def moved_error(status: int, url: str, location: str | None, name: str) -> ProviderError:
    """Make the error for a redirect; of the new place only what may be shown is named."""
    place = urlsplit(urljoin(url, location or ""))
    shown = f"{place.scheme}://{host_of(place.geturl())}{place.path}" if location else "elsewhere"
    message = f"{name} has moved to {shown} ({status}). Its address has to be changed to follow."
    return ProviderError(ErrorKind.NETWORK, message, status=status, code="moved", detail=shown)


def _look_up(error: BaseException) -> tuple[ErrorKind, str]:
    for cls in type(error).__mro__:
        if cls.__name__ in TABLE:
            return TABLE[cls.__name__]
    return (ErrorKind.NETWORK, "The connection to {name} failed.")


def _special(cause: BaseException, *, local: bool) -> tuple[ErrorKind, str, str] | None:
    """Read what the operating system or TLS says, where it tells more than the library does."""
    if isinstance(cause, UnicodeEncodeError):
        sentence = "The request to {name} cannot be sent: a header holds a letter that none may."
        return (ErrorKind.BAD_REQUEST, sentence, "header")
    if isinstance(cause, UnicodeError):
        return (*TABLE["InvalidURL"], "InvalidURL")
    if getattr(cause, "error_status_hint", None) == _HEAD_TOO_LONG:
        return (ErrorKind.NETWORK, "{name} sent headers without end.", "head_too_long")
    if isinstance(cause, ssl.SSLCertVerificationError):
        sentence = "The certificate of {name} cannot be verified: {reason}."
        return (ErrorKind.NETWORK, sentence, "certificate")
    if isinstance(cause, ssl.SSLError):
        sentence = "No secure connection to {name}: is it https at that port?"
        return (ErrorKind.NETWORK, sentence, "tls")
    if isinstance(cause, socket.gaierror):
        if cause.errno == socket.EAI_AGAIN and not local:
            sentence = "{name} was not found: this computer seems to be offline."
            return (ErrorKind.OFFLINE, sentence, "unknown_host")
        sentence = "{name} was not found: no computer has the name in its address."
        return (ErrorKind.NETWORK, sentence, "unknown_host")
    if isinstance(cause, ConnectionRefusedError):
        running = "{name} is not running." if local else "{name} refused the connection."
        return (ErrorKind.NETWORK, running, "refused")
    if isinstance(cause, OSError) and cause.errno in _NO_NETWORK and not local:
        sentence = "This computer is offline: {name} was not asked."
        return (ErrorKind.OFFLINE, sentence, "no_network")
    return None


def _reason(cause: BaseException) -> str:
    return getattr(cause, "verify_message", "") or "it is not trusted"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and all that led to it, members of groups included."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", current).exceptions
        waiting += [e for e in (current.__context__, current.__cause__) if e is not None]
