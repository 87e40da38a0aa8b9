"""What an error's body says, whatever its dialect: codes, words, a status.

Every provider nests differently: ``{"error": {…}}``, ``{"error": "…"}``, a list around it, a
``detail`` that is a text or a list, the upstream's own answer as JSON inside a string. All objects
that may say something are read, the innermost first: it is closest to the cause.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from understudy.wire.parameters import refused_parameter
from understudy.wire.values import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    Layer = tuple[str, dict[str, Any]]

_INNER = (
    "error",
    "errors",  # ModelScope
    "message",
    "detail",
    "details",  # Google, Anthropic
    "violations",  # google.rpc.QuotaFailure
    "innererror",  # Azure
    "response",  # OpenAI's Responses
    "incomplete_details",
    "metadata",  # OpenRouter
    "promptFeedback",  # Gemini
    "base_resp",  # MiniMax
)
_CODES = ("code", "type", "status", "reason", "error_type", "error_code", "__type", "blockReason")
_CODES_ELSEWHERE = {"metadata": ("limit_source",), "base_resp": ("status_code",)}
_MESSAGES = ("message", "detail", "msg", "error", "status_msg", "Message", "title")
_STATUSES = ("code", "status", "status_code", "http_code")
_LIMITS = ("quotaId", "quota_limit")  # google.rpc.QuotaFailure, google.rpc.ErrorInfo
_NO_CODE = re.compile(r"error|failed|incomplete|none|null|response\..*")
_DEEPEST, _MOST_LAYERS, _MOST_ITEMS = 6, 64, 8
_PLAIN = 2000  # characters that are read of a body that is no JSON, and for a field's name
_HEAD = 20_000  # characters of a web page in which its title is looked for
_REFUSING = re.compile(r"[45][0-9]{2}")
_EVENT = re.compile(r"^(?:data|error): ?(\{.*\}) *\r?$", re.MULTILINE)
"""An answer that was to be a stream of events: Qwen sends its refusal as the first of them."""

_TITLE = re.compile(r"<title[^>]*>(.{1,200}?)</title>", re.IGNORECASE | re.DOTALL)
_CLOUDFLARE = re.compile(r"error code: 1\d{3}\s*")
"""developers.cloudflare.com (support/troubleshooting/http-status-codes): its short form of a page
for clients that do not ask for HTML."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a body says.

    ``codes`` are in lower case, numbers among them behind the place where they stand
    (``error#1113``). ``limits`` are the names of the quotas that are used up. ``upstream``: a
    gateway hands on what somebody behind it said. ``page``: the body is a web page.
    """

    codes: tuple[str, ...] = ()
    message: str = ""
    status: int | None = None
    parameter: str = ""
    limits: tuple[str, ...] = ()
    upstream: bool = False
    page: bool = False

    @property
    def code(self) -> str:
        """The code to show: the first, without the place where it stands."""
        return self.codes[0].rpartition("#")[2] if self.codes else ""


def read_text(text: str) -> Said:
    """Read a body; what is no JSON is taken as words."""
    payload = loads(text)
    event = _EVENT.search(text[:_HEAD]) if payload is None else None
    return read_payload(loads(event.group(1)) if event else payload, text)


def read_payload(payload: object, text: str = "") -> Said:
    """Read a body that is decoded already; ``text`` is kept where it says nothing."""
    if payload is None and is_page(text):
        return Said(message=_title(text), page=True)
    layers = list(islice(_layers(payload, ""), _MOST_LAYERS))
    objects = [layer for _, layer in layers]
    messages = dict.fromkeys(said for layer in reversed(objects) for said in _messages(layer))
    message = " · ".join(messages) or _plain(payload, text)
    return Said(
        codes=tuple(dict.fromkeys(code for layer in layers for code in _codes(*layer))),
        message=message,
        status=next((s for layer in objects if (s := _status(layer)) is not None), None),
        parameter=refused_parameter(objects, message[:_PLAIN]),
        limits=tuple(str(layer[key]) for layer in objects for key in _LIMITS if key in layer),
        upstream=any(layer.get("raw") for name, layer in layers if name == "metadata"),
    )


def is_page(text: str) -> bool:
    """Whether a body is a web page, and so nothing that a provider's API said."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "<" or _CLOUDFLARE.fullmatch(text) is not None


def _layers(value: object, name: str, depth: int = _DEEPEST) -> Iterator[Layer]:
    """Find the objects that may carry an error, innermost first, each with its name."""
    if isinstance(value, list):
        for item in cast("list[object]", value)[:_MOST_ITEMS]:
            yield from _layers(item, name, depth)
    elif isinstance(value, dict) and depth:
        layer = cast("dict[str, Any]", value)
        for key in _INNER:
            inner = layer.get(key)
            yield from _layers(_unwrapped(inner), key, depth - 1)
        yield name, layer


def _unwrapped(value: object) -> object:
    """Read JSON inside a string, as Google's clients and several proxies hand errors on."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        inner = loads(value)
        return value if inner is None else inner
    return value


def _codes(name: str, layer: dict[str, Any]) -> Iterator[str]:
    for key in (*_CODES, *_CODES_ELSEWHERE.get(name, ())):
        value = layer.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            yield from _code(name, key, str(value).lower())
    if "blockReason" in layer or (name == "metadata" and layer.get("reasons")):
        yield "prompt_blocked"


def _code(name: str, key: str, value: str) -> Iterator[str]:
    value = value.strip().rpartition("#")[2]  # AWS: com.amazon.coral.service#ThrottlingException
    if value.isdecimal():
        if not (value == "0" or (len(value) == 3 and value[0] in "12345")):  # repeats the status
            yield f"{name}#{value}"
    elif value and (key == "code" or not _NO_CODE.fullmatch(value)):
        yield value


def _messages(layer: dict[str, Any]) -> Iterator[str]:
    for key in _MESSAGES:
        value = layer.get(key)
        if isinstance(value, str) and value and _unwrapped(value) is value:
            yield value
    raw = layer.get("raw")  # OpenRouter: what the provider behind it said
    if raw:
        yield raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def _status(layer: dict[str, Any]) -> int | None:
    for key in _STATUSES:
        value = layer.get(key)
        if isinstance(value, (str, int)) and _REFUSING.fullmatch(str(value)):
            return int(value)
    return None


def _title(text: str) -> str:
    title = _TITLE.search(text[:_HEAD])
    if title:
        return title.group(1)
    return text.strip() if _CLOUDFLARE.fullmatch(text) else ""


def _plain(payload: object, text: str) -> str:
    """Keep the words of a body that is no object: a text, or JSON's text."""
    if isinstance(payload, str):
        return payload[:_PLAIN]
    return "" if text.lstrip()[:1] in {"{", "["} else text[:_PLAIN]
