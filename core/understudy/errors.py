"""Everything that can go wrong, in one place.

    UnderstudyError
    ├── UsageError               the caller's fault: an unknown provider, route or setting
    ├── ProviderError            one provider could not answer; its ``kind`` says in which way
    ├── NobodyAnswered           every candidate failed; carries the first error and the whole trail
    │   └── AnswerInterrupted    the answer broke off and nobody carried on; what was shown is kept
    ├── SettingsError            the settings file cannot be used as it is
    ├── KeyStoreError            keys cannot be read or written (locked, absent, refused)
    ├── HistoryError             the history cannot be used (locked, read-only, newer, corrupt)
    └── FileError                a file that was named cannot be read, or is not what it should be

Every one reads as three short sentences: what happened, what Understudy did, what one can do.
No key and no message text ever stands in one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.routing.trace import Trace


class ErrorKind(StrEnum):
    """The closed set of ways in which a provider fails. What follows from each is routing's."""

    OFFLINE = "offline"
    NETWORK = "network"
    TRANSIENT = "transient"
    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"
    AUTH = "auth"
    MODEL_GONE = "model_gone"
    REGION = "region"
    CONTEXT = "context"
    CONTENT_POLICY = "content_policy"
    BAD_REQUEST = "bad_request"
    FIRST_TOKEN_TIMEOUT = "first_token_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    INTERRUPTED = "interrupted"
    MALFORMED_CHUNK = "malformed_chunk"
    CANCELLED = "cancelled"


class UnderstudyError(Exception):
    """The root. ``happened``, ``did`` and ``can_do`` are plain sentences for people."""

    def __init__(self, happened: str, did: str = "", can_do: str = "") -> None:
        super().__init__(" ".join(part for part in (happened, did, can_do) if part))
        self.happened = happened
        self.did = did
        self.can_do = can_do


class UsageError(UnderstudyError):
    """Asked for something that is not there or cannot be meant."""


class SettingsError(UnderstudyError):
    """The settings file cannot be used as it is."""


class KeyStoreError(UnderstudyError):
    """Keys cannot be read or written just now."""


class HistoryError(UnderstudyError):
    """The history database cannot be used as it is."""


class FileError(UnderstudyError):
    """A file that somebody named cannot be read, or is not what it should be."""


class ProviderError(UnderstudyError):
    """One provider could not answer.

    ``status`` is the HTTP status, of a failure in mid-answer the one that it stands for where that
    is known; ``code`` is the provider's own word for the failure, ``detail`` its message with
    secrets removed (for the trace), ``retry_after`` the seconds until it asked to be tried again.
    ``model_only`` says that the failure concerns the model that was asked, though failures of its
    kind concern the whole provider as a rule.
    ``parameter`` is the request's field that the server says it does not take, as a path such as
    ``reasoning.summary``, where the request was refused for one: without it the same request may be
    asked again.
    """

    def __init__(
        self,
        kind: ErrorKind,
        happened: str,
        *,
        status: int | None = None,
        code: str = "",
        detail: str = "",
        retry_after: float | None = None,
        model_only: bool = False,
        parameter: str = "",
    ) -> None:
        super().__init__(happened)
        self.kind = kind
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.model_only = model_only
        self.parameter = parameter


class NobodyAnswered(UnderstudyError):  # noqa: N818 - reads as the sentence that people see
    """Every candidate failed. ``first`` is the first provider's error, ``trace`` the whole trail.

    ``reasons`` holds one sentence a provider, those that were not asked included.
    """

    def __init__(
        self,
        first: ProviderError | None,
        trace: Trace,
        reasons: tuple[str, ...],
        *,
        happened: str = "Nobody in the line-up could answer.",
        did: str = "",
        can_do: str = "The question is kept: try again, or mend one of the providers.",
    ) -> None:
        super().__init__(happened, did or " ".join(reasons), can_do)
        self.first = first
        self.trace = trace
        self.reasons = reasons


class AnswerInterrupted(NobodyAnswered):
    """An answer broke off after its first words and nobody carried on.

    ``text`` is what was shown. Ask with it as ``Message.assistant(text, interrupted=True)`` in the
    conversation to have it carried on later.
    """

    def __init__(
        self, first: ProviderError | None, trace: Trace, reasons: tuple[str, ...], text: str
    ) -> None:
        super().__init__(
            first,
            trace,
            reasons,
            happened="The answer broke off and nobody carried on.",
            can_do="What was shown is kept: have it carried on, or ask again.",
        )
        self.text = text
