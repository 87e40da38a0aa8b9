"""What went wrong, in the shape that OpenAI's clients expect, with the status that fits.

The shape and the codes: https://platform.openai.com/docs/guides/error-codes. ``x-should-retry`` is
what OpenAI's own libraries obey (github.com/openai/openai-python, _base_client.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from understudy.errors import AnswerInterrupted, ErrorKind, NobodyAnswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.errors import UnderstudyError

INVALID: Final = "invalid_request_error"


class ApiError(Exception):
    """A request that is answered with an error.

    ``param`` is the request's field that is at fault. ``more`` is Understudy's own: it stands
    beside OpenAI's fields under the name ``understudy``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def body(self) -> dict[str, Any]:
        """Give the body, as plain JSON values."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "param": self.param,
        }
        return {"error": error | ({"understudy": self.more} if self.more else {})}


@dataclass(frozen=True, slots=True)
class _Shape:
    status: int
    kind: str
    code: str | None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


_NOBODY: Final = _Shape(503, "server_error", "nobody_answered")
_INTERRUPTED: Final = _Shape(503, "server_error", "answer_interrupted")
_SHAPES: Final[Mapping[ErrorKind, _Shape]] = {
    ErrorKind.BAD_REQUEST: _Shape(400, INVALID, None),
    ErrorKind.CONTENT_POLICY: _Shape(400, INVALID, "content_filter"),
    ErrorKind.CONTEXT: _Shape(400, INVALID, "context_length_exceeded"),
    ErrorKind.MODEL_GONE: _Shape(404, INVALID, "model_not_found"),
    ErrorKind.RATE_LIMIT: _Shape(429, "requests", "rate_limit_exceeded"),
    ErrorKind.QUOTA: _Shape(
        429, "insufficient_quota", "insufficient_quota", {"x-should-retry": "false"}
    ),
}
"""What a failure is to the client where it is everybody's; any other is "nobody answered"."""

_THE_REQUESTS_OWN: Final = frozenset({ErrorKind.BAD_REQUEST, ErrorKind.CONTENT_POLICY})


@dataclass(frozen=True, slots=True)
class Unasked:
    """Who was not asked for a reason that passes: which, and the seconds until the first can be."""

    kinds: frozenset[ErrorKind] = frozenset()
    seconds: float | None = None


NOBODY: Final = Unasked()


def unknown_model(message: str) -> ApiError:
    """Say that the field ``model`` names nothing that is here."""
    return ApiError(404, message, code="model_not_found", param="model")


def as_api_error(error: UnderstudyError, others: Unasked = NOBODY) -> ApiError:
    """Translate what the router raised; one that nobody answered brings its trail along."""
    if not isinstance(error, NobodyAnswered):
        return ApiError(400, str(error))
    shape = _shape(error, others)
    more: dict[str, Any] = {"reasons": list(error.reasons), "trace": error.trace.as_json()}
    if isinstance(error, AnswerInterrupted):
        more["text"] = error.text
    return ApiError(
        shape.status,
        _message(error, shape),
        kind=shape.kind,
        code=shape.code,
        param=(error.first.parameter or None) if error.first and shape.status == 400 else None,
        headers={**shape.headers, **_retry_after(shape, others)},
        more=more,
    )


def _shape(error: NobodyAnswered, others: Unasked) -> _Shape:
    if isinstance(error, AnswerInterrupted):
        return _INTERRUPTED
    failed = [attempt.kind for attempt in error.trace.attempts if attempt.kind is not None]
    if failed and failed[-1] in _THE_REQUESTS_OWN:  # it stopped the walk, whoever failed before
        return _SHAPES[failed[-1]]
    kinds = {*failed, *others.kinds}
    if kinds == {ErrorKind.RATE_LIMIT, ErrorKind.QUOTA}:
        kinds.remove(ErrorKind.QUOTA)  # one of them can be asked again soon
    return _SHAPES.get(kinds.pop(), _NOBODY) if len(kinds) == 1 else _NOBODY


def _message(error: NobodyAnswered, shape: _Shape) -> str:
    """Give our sentences; of a request that was refused also the provider's, which name the field.

    Its words have been through ``redact``.
    """
    attempts = error.trace.attempts
    detail = attempts[-1].detail if attempts else ""
    return f"{error} It said: {detail}" if detail and shape.status == 400 else str(error)


def _retry_after(shape: _Shape, others: Unasked) -> dict[str, str]:
    if shape.status not in {429, 503} or others.seconds is None:
        return {}
    return {"retry-after": str(max(1, ceil(others.seconds)))}
