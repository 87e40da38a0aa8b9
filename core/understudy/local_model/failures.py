"""What is said where a model is not loaded or does not live on, and what follows from it.

The model is gone, for half a minute, where only another file or another llama.cpp helps. It failed
for the moment, so that the next one answers and this one is tried again soon, where memory or luck
was short: that concerns this model and nobody else.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError
from understudy.local_model.model_file import LOOK_AGAIN, spoken_size
from understudy.local_model.reports import ran_out_of_memory, unknown_kind, why_not_loaded
from understudy.phrases import Phrase
from understudy.wire.redact import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.local_model.memory import Fit

INSTALL: Final = '{name} needs llama.cpp: install "understudy[local]".'
_LEFT_OUT: Final = (
    "{name} needs llama.cpp, which this edition of Understudy leaves out: "
    "open its file in Ollama or LM Studio, and it is found there."
)
_KILLED: Final = 9


def not_installed(name: str) -> Phrase:
    """Say how to get llama.cpp; whoever has the frozen program has no pip to install it with."""
    return Phrase(_LEFT_OUT if getattr(sys, "frozen", False) else INSTALL, name=name)


def too_large(file: str, fit: Fit) -> ProviderError:
    """The memory does not suffice; whoever closes another program can have it tried again."""
    said = Phrase(
        "{file} needs about {needed} of memory and {free} is free.",
        file=file,
        needed=spoken_size(fit.needed),
        free=spoken_size(fit.free or 0),
    )
    return ProviderError(ErrorKind.TRANSIENT, said, code="no_memory", model_only=True)


def not_loaded(file: str, code: str, log: Sequence[str], fit: Fit) -> ProviderError:
    """The child gave up; ``log`` is what llama.cpp said last."""
    detail = redact(why_not_loaded(log))
    if code == "no_memory" or ran_out_of_memory(log):
        error = too_large(file, fit)
        error.detail = detail
        return error
    kind = unknown_kind(log)
    if code == "not_installed":
        said = not_installed(file)
    elif kind:
        code = "unknown_kind"
        said = Phrase(
            "{file} is of a kind ({kind}) that the installed llama.cpp does not know.",
            file=file,
            kind=kind,
        )
    else:
        said = Phrase("{file} could not be loaded.", file=file)
    return ProviderError(
        ErrorKind.MODEL_GONE, said, code=code, detail=detail, retry_after=LOOK_AGAIN
    )


def not_started(name: str, error: OSError) -> ProviderError:
    """The system started no process."""
    said = Phrase("The process of {name} could not be started.", name=name)
    return ProviderError(
        ErrorKind.TRANSIENT, said, code="not_started", detail=error.strerror or "", model_only=True
    )


def too_slow(name: str, seconds: float) -> ProviderError:
    """Loading did not come to its end."""
    said = Phrase("{name} was not loaded within {seconds} s.", name=name, seconds=f"{seconds:.3g}")
    return ProviderError(ErrorKind.FIRST_TOKEN_TIMEOUT, said, code="load_timeout")


def hung(name: str) -> ProviderError:
    """The process no longer answered, and was ended for it."""
    said = Phrase("{name} no longer answered and was ended.", name=name)
    return ProviderError(ErrorKind.TRANSIENT, said, code="hung", model_only=True)


def ended(name: str) -> ProviderError:
    """Understudy itself ended the process."""
    said = Phrase("{name} was unloaded.", name=name)
    return ProviderError(ErrorKind.INTERRUPTED, said, code="ended", model_only=True)


def died(name: str, code: int) -> ProviderError:
    """The process ended by itself, or the system ended it; ``code`` is its exit code.

    Nothing of its log is repeated: it may quote what was asked.
    """
    if -code == _KILLED:
        word, said = "killed", Phrase("The system ended {name}: memory may be short.", name=name)
    else:
        word, said = "crashed", Phrase("The process of {name} crashed.", name=name)
    detail = _exit_word(code)
    return ProviderError(ErrorKind.TRANSIENT, said, code=word, detail=detail, model_only=True)


def _exit_word(code: int) -> str:
    """Name the signal, or the code as the system's own tools write it."""
    if code < 0:
        known = {each.value: each.name for each in signal.Signals}
        return known.get(-code, f"signal {-code}")
    return f"exit code {code:#x}" if sys.platform == "win32" else f"exit code {code}"
