"""What a provider's refusal means: from status, headers and body to one of the kinds of error.

Read in this order: the provider's own code, then words in its message, then the status. Quota can
arrive as 429, a bad key as 400, an overload inside a 200. The tables are data: a new provider's
dialect is a new line in one of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.parameters import refused_parameter
from understudy.wire.redact import redact
from understudy.wire.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CODES: dict[ErrorKind, str] = {
    ErrorKind.QUOTA: """insufficient_quota credit_balance_exhausted enforced_spend_limit_reached
        organization_spend_limit_exceeded project_spend_limit_exceeded
        organization_usage_limit_exceeded billing_error billing_hard_limit_reached
        billing_not_active insufficient_balance
        insufficient_credits payment_required exceeded_current_quota_error
        1113 1304 1308 1309 1310""",
    ErrorKind.RATE_LIMIT: """rate_limit_exceeded rate_limit_error rate_limited slow_down
        rate_limit_reached_error too_many_requests resource_exhausted 1302 1303 1305 1312""",
    ErrorKind.AUTH: """invalid_api_key incorrect_api_key_error missing_api_key authentication_error
        invalid_authentication_error unauthorized unauthenticated account_deactivated
        1000 1001 1002 1003 1004""",
    ErrorKind.MODEL_GONE: """model_not_found model_decommissioned model_not_available invalid_model
        model_not_exist unknown_model deploymentnotfound deployment_not_found 1211""",
    ErrorKind.REGION: "unsupported_country_region_territory unsupported_country",
    ErrorKind.CONTEXT: """context_length_exceeded exceed_context_size_error request_too_large
        context_window_exceeded string_above_max_length 1261""",
    ErrorKind.CONTENT_POLICY: """content_filter content_policy_violation data_inspection_failed
        responsibleaipolicyviolation moderation_blocked 1301""",
    ErrorKind.TRANSIENT: """server_error internal_server_error server_is_overloaded overloaded_error
        engine_overloaded_error service_unavailable unavailable_error unavailable capacity_exceeded
        service_tier_capacity_exceeded timeout_error deadline_exceeded tool_use_failed 1234""",
}
_KIND_OF_CODE = {code: kind for kind, codes in _CODES.items() for code in codes.split()}

_MARKERS: dict[ErrorKind, tuple[str, ...]] = {
    ErrorKind.QUOTA: (
        r"insufficient (?:balance|credits?|funds|quota)",
        r"credit balance|out of credits|requires more credits",
        r"exceeded your current quota|spend(?:ing)? limit|payment required",
        r"billing (?:hard limit|not active)",
        r"余额不足",
    ),
    ErrorKind.AUTH: (
        r"(?:incorrect|invalid|missing|expired) api[ _-]?key",
        r"api[ _-]?key (?:is )?(?:not valid|invalid|expired|missing)",
        r"no (?:cookie )?auth credentials|didn't provide an api key",
    ),
    ErrorKind.CONTEXT: (
        r"context (?:length|window|size)|maximum (?:context|prompt length)",
        r"(?:prompt|input) is too long|too many (?:input )?tokens|reduce the length",
    ),
    ErrorKind.CONTENT_POLICY: (
        r"content (?:management policy|filter|policy|exists risk)|inappropriate content",
        r"safety system|usage polic|requires moderation|was flagged",
    ),
    ErrorKind.REGION: (
        r"country, region, or territory|not available in your (?:country|region)",
        r"user location is not supported",
    ),
    ErrorKind.MODEL_GONE: (
        r"model\b.{0,120}?(?:not exist|not found|decommissioned|deprecated|not available)",
        r"(?:invalid|unknown|not a valid) model|no endpoints found|try pulling it",
    ),
    ErrorKind.TRANSIENT: (
        r"overloaded|loading model|model is loading|temporarily unavailable|at capacity",
    ),
    ErrorKind.RATE_LIMIT: (r"rate limit|too many requests|requests per (?:minute|second|day)",),
}
"""Looked for in this order: the first that fits decides."""

_KIND_OF_WORDS = tuple(
    (kind, re.compile("|".join(phrases), re.IGNORECASE)) for kind, phrases in _MARKERS.items()
)
_TOO_LARGE = re.compile(r"request too large|payload too large", re.IGNORECASE)
_PER_DAY = re.compile(r'"quotaId"\s*:\s*"[^"]*PerDay', re.IGNORECASE)
_READ = 4000  # characters of a message in which markers are looked for
_CLIENT_TRANSIENT = frozenset({408, 409, 425, 498})
_KIND_OF_STATUS = {
    401: ErrorKind.AUTH,
    402: ErrorKind.QUOTA,
    403: ErrorKind.AUTH,
    404: ErrorKind.MODEL_GONE,
    407: ErrorKind.NETWORK,
    410: ErrorKind.MODEL_GONE,
    413: ErrorKind.CONTEXT,
    429: ErrorKind.RATE_LIMIT,
    451: ErrorKind.REGION,
    529: ErrorKind.TRANSIENT,
}
_SENTENCES = {
    ErrorKind.QUOTA: "{name} has no credit left{code}.",
    ErrorKind.RATE_LIMIT: "{name} was rate limited{code}.",
    ErrorKind.AUTH: "{name} rejected the key{code}.",
    ErrorKind.MODEL_GONE: "{name} does not have {model}{code}.",
    ErrorKind.REGION: "{name} does not serve this country or region{code}.",
    ErrorKind.CONTEXT: "This conversation is too long for {name}{code}.",
    ErrorKind.CONTENT_POLICY: "{name} declined to answer{code}.",
    ErrorKind.TRANSIENT: "{name} could not answer{code}.",
    ErrorKind.NETWORK: "{name} was not reached: the proxy wants a login{code}.",
    ErrorKind.BAD_REQUEST: "{name} did not accept the request{code}.",
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a body says, whatever its dialect."""

    codes: tuple[str, ...]
    message: str
    status: int | None
    parameter: str


def error_from_response(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    name: str = "The provider",
    model: str = "",
    secrets: Iterable[str] = (),
    now: float | None = None,
) -> ProviderError:
    """Make the error that an HTTP answer stands for.

    ``name`` is the provider's and ``model`` the model asked for, for the sentence; ``secrets`` are
    removed from what the provider said; ``now`` (seconds since the epoch) turns a moment in
    Retry-After into a wait where the server sends no Date.
    """
    text = body.decode("utf-8", "replace")
    lower = {key.lower(): value for key, value in headers.items()}
    refusal = _read(_loads(text), text)
    wait = retry_after(lower, text, now)
    return _error(status, refusal, text, wait, name, model, secrets)


def error_from_event(
    payload: object,
    *,
    name: str = "The provider",
    model: str = "",
    secrets: Iterable[str] = (),
) -> ProviderError:
    """Make the error that stands inside a stream which had begun with 200."""
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    refusal = _read(_loads(payload) if isinstance(payload, str) else payload, text)
    wait = retry_after({}, text)
    return _error(refusal.status, refusal, text, wait, name, model, secrets)


def _error(
    status: int | None,
    refusal: _Refusal,
    text: str,
    wait: float | None,
    name: str,
    model: str,
    secrets: Iterable[str],
) -> ProviderError:
    kind = _kind(status, refusal, text)
    code = redact(refusal.codes[0], secrets, 60) if refusal.codes else ""
    sentence = _SENTENCES[kind].format(
        name=name,
        model=f"the model {model}" if model else "this model",
        code="" if status is None else f" ({_spoken(status)})",
    )
    detail = redact(refusal.message, secrets)
    parameter = refusal.parameter if kind is ErrorKind.BAD_REQUEST else ""
    return ProviderError(
        kind,
        sentence,
        status=status,
        code=code,
        detail=detail,
        retry_after=wait,
        parameter=parameter if redact(parameter, secrets) == parameter else "",
    )


def _kind(status: int | None, refusal: _Refusal, text: str) -> ErrorKind:
    # Groq and OpenAI call a request that exceeds the whole minute's budget a rate limit: waiting
    # does not make it fit.
    message = refusal.message[:_READ]
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _TOO_LARGE.search(message):
        return ErrorKind.CONTEXT
    for code in refusal.codes:
        kind = _KIND_OF_CODE.get(code)
        if kind is ErrorKind.RATE_LIMIT and _PER_DAY.search(text):
            return ErrorKind.QUOTA
        if kind is not None:
            return kind
    for kind, pattern in _KIND_OF_WORDS:
        if pattern.search(message):
            return kind
    return _kind_of_status(status)


def _kind_of_status(status: int | None) -> ErrorKind:
    if status is None or status >= 500 or status in _CLIENT_TRANSIENT:
        return _KIND_OF_STATUS.get(status or 0, ErrorKind.TRANSIENT)
    return _KIND_OF_STATUS.get(status, ErrorKind.BAD_REQUEST)


def _spoken(status: int) -> str:
    return "529 overloaded" if status == 529 else str(status)


def _loads(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None


def _read(payload: object, text: str) -> _Refusal:
    """Find codes, message and status in any of the forms that providers use."""
    layers = list(_layers(payload))
    codes = [code for layer in layers for code in _codes(layer)]
    messages = [message for layer in layers for message in _messages(layer)]
    if isinstance(payload, dict) and not messages:
        raw = cast("dict[str, Any]", payload).get("error")
        messages = [raw] if isinstance(raw, str) else []
    status = next((s for layer in layers if (s := _status(layer)) is not None), None)
    message = " · ".join(dict.fromkeys(messages)) or _plain(text)
    parameter = refused_parameter(layers, message[:_READ])
    return _Refusal(tuple(dict.fromkeys(codes)), message, status, parameter)


def _layers(payload: object, depth: int = 4) -> Iterator[dict[str, Any]]:
    """Find the objects that may carry an error, innermost first."""
    if isinstance(payload, list):
        for item in cast("list[object]", payload)[:1]:
            yield from _layers(item, depth)
    elif isinstance(payload, dict) and depth:
        layer = cast("dict[str, Any]", payload)
        for key in ("error", "message", "detail", "innererror", "response"):
            yield from _layers(layer.get(key), depth - 1)
        yield layer


def _codes(layer: dict[str, Any]) -> Iterator[str]:
    for key in ("code", "type", "status"):
        value = layer.get(key)
        if isinstance(value, str) and value:
            yield value.lower()
        elif isinstance(value, int) and not 100 <= value <= 599:  # else it repeats the status
            yield str(value)


def _messages(layer: dict[str, Any]) -> Iterator[str]:
    for key in ("message", "detail", "msg", "error"):
        value = layer.get(key)
        if isinstance(value, str) and value:
            yield value
    metadata = layer.get("metadata")
    if isinstance(metadata, dict):
        raw = cast("dict[str, Any]", metadata).get("raw")
        if raw:
            yield raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def _status(layer: dict[str, Any]) -> int | None:
    for key in ("code", "status", "status_code"):
        value = layer.get(key)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _plain(text: str) -> str:
    """Keep what a body says that is no JSON: of a web page only its title."""
    title = re.search(r"<title[^>]*>(.{1,200}?)</title>", text[:20_000], re.IGNORECASE | re.DOTALL)
    if title:
        return title.group(1)
    return "" if text.lstrip()[:1] in {"<", "{", "["} else text[:2000]
