"""What a fault is: bytes and pauses as a server sends them, and what has to follow from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from understudy.errors import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.wire.format import WireName

Opening: TypeAlias = Literal[
    "head", "silence", "reset", "hang-up", "refused", "unknown-host", "no-names", "no-route"
]
Ending: TypeAlias = Literal["end", "cut", "reset", "silence"]
Then: TypeAlias = Literal["next", "same", "nobody", "larger-window", "this-computer"]
Behind: TypeAlias = Literal["answers", "repeats", "refuses-prefill"]
Rests: TypeAlias = float | Literal["none", "counted", "until-key", "any"]

HOUR: Final = 3_600.0
A_DAY: Final = 24 * HOUR

_UNHEARD: Final = frozenset({"refused", "unknown-host", "no-names", "no-route"})
_ONLY_IN_PROCESS: Final = frozenset({"unknown-host", "no-names", "no-route"})
_WHOLE_PROVIDER: Final = frozenset(
    {ErrorKind.NETWORK, ErrorKind.AUTH, ErrorKind.QUOTA, ErrorKind.REGION}
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that are sent in one piece, so many seconds after what came before."""

    data: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a server.

    ``opening``: with a ``head``; in ``silence`` for ever; by ``reset`` or ``hang-up`` before any
    byte; or no connection at all, because the server ``refused`` it, its host is an
    ``unknown-host``, this computer gets ``no-names`` from its network or has ``no-route``.
    ``ending``: ``end`` as HTTP wants it, ``cut`` the connection closes in mid-body, ``reset`` it is
    torn down, ``silence`` it stays open and nothing more comes.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    chunks: tuple[Chunk, ...] = ()
    opening: Opening = "head"
    ending: Ending = "end"

    @property
    def is_heard(self) -> bool:
        """Whether a request reaches the server at all."""
        return self.opening not in _UNHEARD


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of failing, as data.

    ``title`` is for people. ``kind`` is what it must be understood as; ``None`` for what has to be
    borne: whoever meets it answers in full all the same. ``replies`` are what the server sends, one
    a request; the last one again and again, unless it ``recovers``. With ``outages`` (from, until,
    in seconds) it sends them only then, and answers otherwise; ``questions`` are asked, one
    ``every`` so many seconds.

    ``then``: who answers by the rules as they ship. ``rests``: for how many seconds the failed one
    rests, or by which rule. ``behind``: how whoever carries on does it. ``everywhere``: it is the
    user's own network that fails, and with it everybody who is not on this computer; ``alone``: it
    can only happen to one, since two of it would be that. ``tools``: the question offers one.
    ``matters``: where the rehearsal plays it: ``bytes`` over a real socket,
    ``time`` in process.
    """

    id: str
    title: str
    kind: ErrorKind | None
    replies: tuple[Reply, ...]
    wire: WireName = "openai-chat"
    then: Then = "next"
    rests: Rests = "counted"
    recovers: bool = False
    behind: Behind = "answers"
    everywhere: bool = False
    alone: bool = False
    tools: bool = False
    questions: int = 1
    every: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    matters: Literal["bytes", "time"] = "bytes"

    @property
    def on_sockets(self) -> bool:
        """Whether a loopback server can do it: other hosts' names and routes are not its own."""
        return all(reply.opening not in _ONLY_IN_PROCESS for reply in self.replies)

    @property
    def whole_provider(self) -> bool:
        """Whether all of the provider's models meet it, not only the one that was asked."""
        return self.kind in _WHOLE_PROVIDER

    @property
    def may_stop(self) -> bool:
        """Whether the rules as they ship may end the walk, though somebody stands behind."""
        return self.then not in {"next", "same"}


def json_reply(status: int, value: object, *headers: tuple[str, str]) -> Reply:
    """Make a reply whose body is one JSON value."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, (("content-type", "application/json"), *headers), (Chunk(body),))


def page(status: int, title: str, *headers: tuple[str, str]) -> Reply:
    """Make a web page, as a proxy, a filter or a login sends it."""
    body = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>{title}</body>\r\n</html>\r\n"
    return Reply(status, (("content-type", "text/html"), *headers), (Chunk(body.encode()),))


def openai_error(
    status: int, message: str, kind: str, code: str | None = None, *headers: tuple[str, str]
) -> Reply:
    """Make a refusal as OpenAI's are, and those of all who speak its format."""
    error = {"message": message, "type": kind, "param": None, "code": code}
    return json_reply(status, {"error": error}, *headers)


def anthropic_error(status: int, kind: str, message: str, *headers: tuple[str, str]) -> Reply:
    """Make a refusal as Anthropic's are."""
    error = {"type": kind, "message": message}
    return json_reply(status, {"type": "error", "error": error, "request_id": "req_1"}, *headers)


def google_error(
    status: int, name: str, message: str, *details: Mapping[str, object], date: str = ""
) -> Reply:
    """Make a refusal as Google's are: to a stream they stand in a list."""
    error = {"code": status, "message": message, "status": name, "details": list(details)}
    headers = (("date", date),) if date else ()
    return json_reply(status, [{"error": error}], *headers)
