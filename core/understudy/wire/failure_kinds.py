"""What a refusal is: its kind, the models that it concerns, and a sentence for people.

Decided over what ``failure_body`` found, by what ``failure_tables`` knows.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind
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

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from understudy.wire.failure_body import Said

_READ = 4000  # characters of a message in which words are looked for
_PAGE = 20_000  # characters of a web page that are looked through
_WHOLE_PROVIDER = frozenset({ErrorKind.QUOTA, ErrorKind.AUTH, ErrorKind.REGION})
"""Failures that concern the whole provider, unless it is only one of its models that failed."""


def status_of(said: Said) -> int | None:
    """Tell the status of a failure inside an answer that began well, where it is known."""
    told = next((STATUS_OF_CODE[code] for code in said.codes if code in STATUS_OF_CODE), None)
    return told if said.status is None else said.status


def kind_of(status: int | None, said: Said, text: str) -> ErrorKind:
    """Find the kind of a refusal whose whole body is ``text``."""
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


def concerns_one_model(kind: ErrorKind, said: Said) -> bool:
    """Whether others of the provider's models may answer, though this kind concerns all.

    Google and Qwen count the free requests of each model by itself; behind a gateway it is the
    provider of this model that refused.
    """
    if kind not in _WHOLE_PROVIDER:
        return False
    counted_apart = any("PerModel" in limit for limit in said.limits)
    return said.upstream or counted_apart or not ONE_MODEL_CODES.isdisjoint(said.codes)


def sentence(kind: ErrorKind, said: Said, status: int | None, name: str, model: str) -> str:
    """Say what happened, for people."""
    told = " ".join((said.message[:_READ], *said.codes, *said.limits))
    closer = (s for k, pattern, s in CLOSER_SENTENCES if k is kind and pattern.search(told))
    template = next(closer, SENTENCES[kind])
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        template = "{name} was not reached: the proxy wants a login{code}."
    return template.format(
        name=name,
        model=f"the model {model}" if model else "this model",
        code=_in_brackets(status),
    )


def _in_brackets(status: int | None) -> str:
    if status is None or status < 400:  # MiniMax refuses with 200
        return ""
    return " (529 overloaded)" if status == 529 else f" ({status})"
