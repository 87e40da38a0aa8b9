"""What the process with the model is told, and the lines in which it tells how it fares.

Pure. Both kinds of lines on its standard output are read: the child's own, and those in which
llama.cpp's server tells a parent how far it has come in loading
(https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-models.cpp).
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from understudy.wire.values import loads_object, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

_OWN: Final = "understudy: "
_LLAMA: Final = "cmd_child_to_router:state:"
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is to do.

    ``key`` has to come with every request. ``lacking`` is how many bytes of memory there are too
    few, to be made up for by a graphics card. After ``within`` seconds of loading it gives up.
    """

    model: str
    context: int
    batch: int
    embedding: bool
    key: str
    prompt_cache: int = 0
    lacking: int = 0
    within: float = 120.0

    def line(self) -> str:
        """Write it as the one line that the child reads."""
        return f"{json.dumps(asdict(self))}\n"

    @classmethod
    def read(cls, line: str | bytes) -> Order:
        """Read what ``line`` wrote."""
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Loading:
    """The weights are being read; ``fraction`` is how much of them."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Ready:
    """The model answers at ``url``."""

    url: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The model will not answer; ``code`` is ``not_installed``, ``no_memory`` or ``not_loaded``."""

    code: str


Report: TypeAlias = Loading | Ready | Failed


def report_line(report: Ready | Failed) -> str:
    """Write a report of the child's own."""
    return f"{_OWN}{json.dumps(asdict(report))}\n"


def read_report(line: str) -> Report | None:
    """Read a line of the child's output; None where it tells nothing that matters."""
    if line.startswith(_OWN):
        values = loads_object(line.removeprefix(_OWN)) or {}
        if isinstance(values.get("url"), str):
            return Ready(values["url"])
        return Failed(str(values.get("code", "not_loaded")))
    _, found, told = line.partition(_LLAMA)
    return _loading(loads_object(told) or {}) if found else None


def _loading(told: dict[str, Any]) -> Loading | None:
    """Read how far llama.cpp has come: it may load several models, one stage each."""
    payload = mapping(told.get("payload"))
    stages, current, value = (payload.get(name) for name in ("stages", "current", "value"))
    if told.get("state") != "loading" or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    names = cast("list[object]", stages) if isinstance(stages, list) else []
    done = names.index(current) if current in names else 0
    return Loading((done + value) / max(1, len(names)))


_REASONS: Final = (
    re.compile(r"error loading model: (?:error loading model [a-z]+: )?(?P<reason>.+)"),
    re.compile(r" E (?:\w+: )?(?P<reason>.+)"),
)
_KIND: Final = re.compile(r"unknown model architecture: '([^']*)'")
_NO_MEMORY: Final = re.compile(
    r"(?:failed|unable) to allocate|insufficient memory|out of memory|bad_alloc|Cannot allocate",
    re.IGNORECASE,
)


def why_not_loaded(log: Iterable[str]) -> str:
    """Find llama.cpp's own reason in its log; empty where it gives none."""
    lines = list(log)
    for pattern in _REASONS:
        for line in lines:
            found = pattern.search(line)
            if found is not None:
                return found["reason"].strip()[:_LONGEST_REASON]
    return ""


def unknown_kind(log: Iterable[str]) -> str:
    """Find the name of a kind of model that this llama.cpp does not know."""
    return next((found[1] for line in log if (found := _KIND.search(line))), "")


def ran_out_of_memory(log: Iterable[str]) -> bool:
    """Tell whether llama.cpp says that it did not get the memory it wanted."""
    return any(_NO_MEMORY.search(line) for line in log)
