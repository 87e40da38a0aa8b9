"""Answers in which providers refuse, as rows of a table, and what each must be understood as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from understudy.errors import ProviderError
from understudy.wire.failures import error_from_event, error_from_response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.errors import ErrorKind

NOW = 1_794_000_000.0  # 2026-11-06T21:20:00Z
DATE = "Fri, 06 Nov 2026 21:20:00 GMT"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer as its provider sends it, and what it is.

    ``status`` is None for an error inside an answer that had begun with 200. ``code`` and
    ``said`` are compared where they are given.
    """

    name: str
    status: int | None
    body: str | bytes
    kind: ErrorKind
    wait: float | None = None
    code: str | None = None
    parameter: str = ""
    model_only: bool = False
    said: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def understood(self, secrets: Iterable[str] = ()) -> ProviderError:
        """Give the error that is made of it."""
        if self.status is None:
            assert isinstance(self.body, str)
            return error_from_event(
                self.body, name="Example", model="m-1", secrets=secrets, now=NOW
            )
        raw = self.body.encode() if isinstance(self.body, str) else self.body
        return error_from_response(
            self.status, self.headers, raw, name="Example", model="m-1", secrets=secrets, now=NOW
        )

    def check(self) -> None:
        """Hold what is made of it against the row."""
        error = self.understood()
        assert error.kind is self.kind
        assert error.retry_after == (None if self.wait is None else pytest.approx(self.wait))
        assert (error.parameter, error.model_only) == (self.parameter, self.model_only)
        if self.status is not None:
            assert error.status == self.status
        if self.code is not None:
            assert error.code == self.code
        if self.said is not None:
            assert str(error) == self.said


def each(rows: Iterable[Refusal]) -> pytest.MarkDecorator:
    """Make a test of every row."""
    listed = list(rows)
    return pytest.mark.parametrize("refusal", listed, ids=[row.name for row in listed])
