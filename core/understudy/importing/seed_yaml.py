"""Reads a file of the shape of the seed's ``config/default.yaml``. Pure: text in, values out.

Its loader takes ``providers.<id>.endpoint``, ``runtime.requestTimeout`` and, below it in
``router``, ``providerTimeout`` and ``providerRetries``. Priorities stand in its code, models and
keys in variables (github.com/rexleimo/agno-go at ff01329: config/default.yaml and, under
go/internal, runtime/config/config.go and model/provider_meta.go). People write those into the file
too: a provider's ``priority``, ``model``, ``apiKey``, ``timeout``, ``retries`` and ``enabled``.
Names may be written with or without capitals, dashes and underscores.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.errors import FileError
from understudy.importing.yaml_tree import read_tree
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from understudy.importing.yaml_tree import Tree

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)?")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_YES, _NO = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


@dataclass(frozen=True, slots=True)
class SeedProvider:
    """One provider as it stands in the file; texts may refer to variables.

    ``endpoint`` is ``None`` where the file does not speak of it. ``within`` is seconds.
    """

    name: str
    endpoint: str | None = None
    key: str = field(default="", repr=False)
    model: str = ""
    priority: int | None = None
    within: float | None = None
    retries: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SeedConfig:
    """What a file says of providers.

    ``within`` (seconds) and ``retries`` hold for those that name none. ``unused`` lists the paths
    that were not read, ``faults`` those whose value cannot be meant, and why.
    """

    providers: tuple[SeedProvider, ...]
    within: float | None = None
    retries: int = 0
    unused: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


def read_seed(text: str, name: str) -> SeedConfig:
    """Read a file's text; ``name`` stands in the sentences. Raises ``FileError``."""
    tree = read_tree(text, name)
    notes = _Notes()
    top = _Part(tree if isinstance(tree, dict) else {}, "", notes)
    providers = top.part("providers")
    named = tuple(_provider(providers.part(each), each) for each in providers.names)
    if not named:
        raise FileError(
            Phrase("{name} names no providers.", name=name),
            "Nothing was changed.",
            "It has to have them under providers:, each with its settings below it.",
        )
    runtime = top.part("runtime")
    router = runtime.part("router")
    within = router.seconds("providerTimeout")
    if within is None:
        within = runtime.seconds("requestTimeout")
    retries = router.number("providerRetries") or 0
    for part in (top, providers, runtime, router):
        part.note_rest()
    return SeedConfig(named, within, retries, tuple(notes.unused), tuple(notes.faults))


def _provider(part: _Part, name: str) -> SeedProvider:
    read = SeedProvider(
        name,
        part.text("endpoint", "base_url", "url"),
        part.text("api_key", "key") or "",
        part.first("model", "chat_model", "default_model", "models") or "",
        part.number("priority"),
        part.seconds("timeout"),
        part.number("retries"),
        part.flag("enabled"),
    )
    part.note_rest()
    return read


@dataclass(frozen=True, slots=True)
class _Notes:
    """What was found on the way that is no value."""

    unused: list[str] = field(default_factory=list[str])
    faults: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class _Part:
    """One mapping of the file; remembers what of it was read."""

    def __init__(self, tree: dict[str, Tree], path: str, notes: _Notes) -> None:
        self._tree = tree
        self._path = path
        self._notes = notes
        self._read: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names as they are written."""
        return tuple(self._tree)

    def part(self, name: str) -> _Part:
        """Give the mapping below ``name``; an empty one where nothing stands there."""
        written, value = self._take(name)
        if value is not None and not isinstance(value, dict):
            self._fault(written, Phrase("it has no settings below it"))
        below = value if isinstance(value, dict) else {}
        return _Part(below, self._below(written), self._notes)

    def text(self, *names: str) -> str | None:
        """Give the first of ``names`` that holds a text; nothing counts as an empty one."""
        for name in names:
            written, value = self._take(name)
            if isinstance(value, str):
                return value
            if written and value is None:
                return ""
            if written:
                self._fault(written, Phrase("it is no text"))
        return None

    def first(self, *names: str) -> str | None:
        """Give a text, or the first of a list of texts."""
        for name in names:
            written, value = self._take(name)
            if isinstance(value, list) and value and isinstance(value[0], str):
                if len(value) > 1:
                    self._notes.unused.append(f"{self._below(written)} (all but the first)")
                return value[0]
            if isinstance(value, str):
                return value
            if value is not None:
                self._fault(written, Phrase("it is no text"))
        return None

    def number(self, name: str) -> int | None:
        """Give a whole number that is not negative."""
        written, value = self._take(name)
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value):
            return int(value)
        if value is not None:
            self._fault(written, Phrase("it is no whole number"))
        return None

    def seconds(self, name: str) -> float | None:
        """Give a time as Go writes it, such as ``1m30s``; a mere number is seconds."""
        written, value = self._take(name)
        seconds = _seconds(value) if isinstance(value, str) else None
        if value is not None and seconds is None:
            self._fault(written, Phrase("it is no length of time, such as 55s"))
        return seconds

    def flag(self, name: str) -> bool:
        """Give a yes or no; yes where nothing is said."""
        written, value = self._take(name)
        word = value.lower() if isinstance(value, str) else ""
        if value is not None and word not in _YES | _NO:
            self._fault(written, Phrase("it is neither true nor false"))
        return word not in _NO

    def note_rest(self) -> None:
        """Note what nobody has read."""
        unread = (name for name in self._tree if name not in self._read)
        self._notes.unused.extend(map(self._below, unread))

    def _take(self, name: str) -> tuple[str, Tree]:
        """Find a name however it is written; gives it as it is, and its value."""
        for written in self._tree:
            if _plain(written) == _plain(name) and written not in self._read:
                self._read.add(written)
                return written, self._tree[written]
        return "", None

    def _below(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _fault(self, written: str, what: Phrase) -> None:
        self._notes.faults.append((self._below(written), what))


def _plain(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _seconds(text: str) -> float | None:
    """Read Go's way of writing a time (pkg.go.dev/time#ParseDuration); none where it is zero."""
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(part[0] for part in parts) != text:
        return None
    if len(parts) > 1 and not all(part[2] for part in parts):
        return None
    return sum(float(part[1]) * _SECONDS[part[2] or "s"] for part in parts) or None
