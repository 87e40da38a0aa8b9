"""What a provider's refusal means: from status, headers and body to one of the kinds of error.

Read in this order: the provider's own code, then words in its message, then the status. Quota can
arrive as 429, a bad key as 400, an overload inside a 200. ``failure_body`` finds what is said,
``failure_tables`` knows what it means: a new provider's dialect is a new word there.
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.failure_body import read_payload, read_text
from understudy.wire.failure_tables import (
    CLOSER_SENTENCES,
    COUNTRY_BANNED,
    KIND_OF_CODE,
    KIND_OF_STATUS,
    NO_API_STATUSES,
    ONE_MODEL_CODES,
    OVERRULING,
    SENTENCES,
    STATUS_OF_CODE,
    TRANSIENT_STATUSES,
    WORDS,
)
from understudy.wire.redact import redact
from understudy.wire.retry_after import retry_after

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from understudy.wire.failure_body import Said

_READ = 4000  # characters of a message in which words are looked for
_PAGE = 20_000  # characters of a web page that are looked through
_CODE_LENGTH = 60
_WHOLE_PROVIDER = frozenset({ErrorKind.QUOTA, ErrorKind.AUTH, ErrorKind.REGION})
"""Failures that concern the whole provider, unless it is only one of its models that failed."""


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
    removed from what the provider said; ``now`` (seconds since the epoch) turns a moment at which
    to come back into a wait where the server sends no Date.
    """
    text = body.decode("utf-8-sig", "replace")
    lower = {key.lower(): value for key, value in headers.items()}
    said = _with_header(read_text(text), lower)
    wait = retry_after(lower, text, now)
    return _error(status, said, _kind(status, said, text), wait, name, model, secrets)


def error_from_event(
    payload: object,
    *,
    name: str = "The provider",
    model: str = "",
    secrets: Iterable[str] = (),
    now: float | None = None,
) -> ProviderError:
    """Make the error that stands inside an answer which had begun with 200."""
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    said = read_text(payload) if isinstance(payload, str) else read_payload(payload)
    status = said.status or next(
        (STATUS_OF_CODE[c] for c in said.codes if c in STATUS_OF_CODE), None
    )
    wait = retry_after({}, text, now)
    return _error(status, said, _kind(status, said, text), wait, name, model, secrets)


def _with_header(said: Said, headers: Mapping[str, str]) -> Said:
    """Add the code that AWS sends in a header: ``ThrottlingException:http://…``."""
    code = headers.get("x-amzn-errortype", "").partition(":")[0].rpartition("#")[2].lower()
    return replace(said, codes=(*said.codes, code)) if code else said


def _error(
    status: int | None,
    said: Said,
    kind: ErrorKind,
    wait: float | None,
    name: str,
    model: str,
    secrets: Iterable[str],
) -> ProviderError:
    known = tuple(secrets)
    return ProviderError(
        kind,
        _sentence(kind, said, status, name, model),
        status=status,
        code=redact("web_page" if said.page else said.code, known, _CODE_LENGTH),
        detail=redact(said.message, known),
        retry_after=wait,
        model_only=kind in _WHOLE_PROVIDER and _one_model(said),
        parameter=_field(said.parameter, known) if kind is ErrorKind.BAD_REQUEST else "",
    )


def _field(parameter: str, secrets: tuple[str, ...]) -> str:
    """Name the field, unless a server wrote a key or its beginning in place of one."""
    begins_one = any(secret.lower().startswith(parameter.lower()) for secret in secrets)
    return parameter if redact(parameter, secrets) == parameter and not begins_one else ""


def _kind(status: int | None, said: Said, text: str) -> ErrorKind:
    if said.page:
        return _kind_of_page(status, text)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ErrorKind.CONTEXT
    message = said.message[:_READ]
    return (
        _first(OVERRULING, " ".join((message, *said.limits)))
        or next((KIND_OF_CODE[code] for code in said.codes if code in KIND_OF_CODE), None)
        or _first(WORDS, message)
        or _kind_of_status(status)
    )


def _first(table: Iterable[tuple[ErrorKind, re.Pattern[str]]], words: str) -> ErrorKind | None:
    return next((kind for kind, pattern in table if pattern.search(words)), None)


def _kind_of_page(status: int | None, text: str) -> ErrorKind:
    """A web page is no provider's word: who sent it, and what it tells of, stays open."""
    if COUNTRY_BANNED.search(text[:_PAGE]):
        return ErrorKind.REGION
    return ErrorKind.NETWORK if status in NO_API_STATUSES else _kind_of_status(status)


def _kind_of_status(status: int | None) -> ErrorKind:
    if status is None or status in TRANSIENT_STATUSES:
        return ErrorKind.TRANSIENT
    return KIND_OF_STATUS.get(
        status, ErrorKind.TRANSIENT if status >= 500 else ErrorKind.BAD_REQUEST
    )


def _one_model(said: Said) -> bool:
    """Whether others of the provider's models may answer all the same.

    Google and Qwen count the free requests of each model by itself; behind a gateway it is the
    provider of this model that refused.
    """
    counted_apart = any("PerModel" in limit for limit in said.limits)
    return said.upstream or counted_apart or not ONE_MODEL_CODES.isdisjoint(said.codes)


def _sentence(kind: ErrorKind, said: Said, status: int | None, name: str, model: str) -> str:
    told = " ".join((said.message[:_READ], *said.codes, *said.limits))
    closer = (s for k, pattern, s in CLOSER_SENTENCES if k is kind and pattern.search(told))
    template = next(closer, SENTENCES[kind])
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        template = "{name} was not reached: the proxy wants a login{code}."
    return template.format(
        name=name,
        model=f"the model {model}" if model else "this model",
        code="" if status is None else f" ({_spoken(status)})",
    )


def _spoken(status: int) -> str:
    return "529 overloaded" if status == 529 else str(status)
