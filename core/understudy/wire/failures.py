"""From a provider's refusal to the error that stands for it.

Read in this order: the provider's own code, then words in its message, then the status. Quota can
arrive as 429, a bad key as 400, an overload inside a 200. ``failure_body`` finds what is said,
``failure_tables`` knows what it means: a new provider's dialect is a new word there.

All that is imported when the first refusal comes: its patterns take 10 ms to compile.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.wire.failure_body import Said

_CODE_LENGTH = 60


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
    from understudy.wire.failure_body import read_text
    from understudy.wire.retry_after import retry_after

    text = body.decode("utf-8-sig", "replace")
    lower = {key.lower(): value for key, value in headers.items()}
    said = _with_header(read_text(text), lower)
    return _error(status, said, text, retry_after(lower, text, now), name, model, secrets)


def error_from_event(
    payload: object,
    *,
    name: str = "The provider",
    model: str = "",
    secrets: Iterable[str] = (),
    now: float | None = None,
) -> ProviderError:
    """Make the error that stands inside an answer which had begun with 200."""
    from understudy.wire.failure_body import read_payload, read_text
    from understudy.wire.failure_kinds import status_of
    from understudy.wire.retry_after import retry_after

    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    said = read_text(payload) if isinstance(payload, str) else read_payload(payload)
    wait = retry_after({}, text, now)
    return _error(status_of(said), said, text, wait, name, model, secrets)


def _with_header(said: Said, headers: Mapping[str, str]) -> Said:
    """Add the code that AWS sends in a header: ``ThrottlingException:http://…``."""
    code = headers.get("x-amzn-errortype", "").partition(":")[0].rpartition("#")[2].lower()
    return replace(said, codes=(*said.codes, code)) if code else said


def _error(
    status: int | None,
    said: Said,
    text: str,
    wait: float | None,
    name: str,
    model: str,
    secrets: Iterable[str],
) -> ProviderError:
    from understudy.wire.failure_kinds import concerns_one_model, kind_of, sentence
    from understudy.wire.redact import redact

    known = tuple(secrets)
    kind = kind_of(status, said, text)
    return ProviderError(
        kind,
        sentence(kind, said, status, name, model),
        status=status,
        code=redact("web_page" if said.page else said.code, known, _CODE_LENGTH),
        detail=redact(said.message, known),
        retry_after=wait,
        model_only=concerns_one_model(kind, said),
        parameter=_field(said.parameter, known) if kind is ErrorKind.BAD_REQUEST else "",
    )


def _field(parameter: str, secrets: tuple[str, ...]) -> str:
    """Name the field, unless a server wrote a key or its beginning in place of one."""
    from understudy.wire.redact import redact

    begins_one = any(secret.lower().startswith(parameter.lower()) for secret in secrets)
    return parameter if redact(parameter, secrets) == parameter and not begins_one else ""
