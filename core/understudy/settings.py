"""What the user set, and the file that holds it.

The file is made for editing by hand as well: it is plain JSON that names only what differs from
the defaults, fields that this version does not know are kept, and an edit made while Understudy
runs is joined with its own. Keys are never in it.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from understudy.errors import SettingsError
from understudy.notices import Notice
from understudy.phrases import Phrase
from understudy.providers.catalog import row
from understudy.settings_model import (
    VERSION,
    AppearanceSettings,
    EntrySettings,
    ProviderSettings,
    RouteSettings,
    Settings,
)
from understudy.settings_repair import Fault, JsonObject, join, mend

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = [
    "AppearanceSettings",
    "EntrySettings",
    "Loaded",
    "ProviderSettings",
    "RouteSettings",
    "Settings",
    "SettingsFile",
    "SettingsNotice",
]

LOCK_TIMEOUT = 5.0
"""Seconds to wait for another Understudy that is writing the file."""

SettingsNotice = Notice


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as they are in effect, and what people should be told about their file."""

    settings: Settings
    notice: Notice | None = None
    read_only: bool = False


class SettingsFile:
    """The settings file at ``path``, which need not exist yet.

    ``load`` before ``save``: a save joins its settings with edits that others made since. Both
    block for the time of a small file's reading and writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base: JsonObject = {}
        self._read_only = ""

    def load(self) -> Loaded:
        """Read and validate the file. Whatever is wrong with it ends in defaults and a notice.

        A file that is no JSON is renamed to ``settings.broken-<time>.json``. Of one with invalid
        values a copy is set aside like that, and the file is rewritten with its good parts.
        """
        self._read_only = ""
        try:
            data = self._read()
        except _Broken as broken:
            self._base = {}
            return Loaded(Settings(), self._move_aside(broken.why))
        except OSError as error:
            happened = Phrase("The settings file cannot be read ({reason}).", reason=_reason(error))
            can_do = Phrase("Look at {path}.", path=self.path)
            self._read_only = happened
            notice = Notice(happened, "The defaults are used.", can_do)
            return Loaded(Settings(), notice, read_only=True)
        return self._adopt(data)

    def save(self, settings: Settings) -> Loaded:
        """Write ``settings``; what others changed in the file since it was read is joined in.

        Returns what is in the file now. Raises ``SettingsError`` where it cannot be written or
        belongs to a newer version; the file is then as it was.
        """
        with _errors_told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                return self._save(settings)

    def _save(self, settings: Settings) -> Loaded:
        self._refuse_if_read_only()
        ours, notice = _as_json(settings), None
        try:
            theirs = self._read()
        except _Broken as broken:
            notice = self._move_aside(broken.why)
        else:
            self._refuse_if_newer(theirs)
            theirs_mended, faults = mend(theirs, _faults)
            if theirs or self.path.exists():
                ours, gave_way = join(self._base, ours, _normal(theirs_mended))
                if faults or gave_way:
                    notice = self._copy_aside("changed", _EDITED)
        joined = Settings.model_validate(mend(ours, _faults)[0])
        self._write(_as_json(joined))
        return Loaded(joined, notice)

    def _adopt(self, data: JsonObject) -> Loaded:
        """Take up what was read: its good parts, where some are not."""
        good, faults = mend(data, _faults)
        settings = Settings.model_validate(good)
        self._base = _as_json(settings)
        newer = self._newer(data)
        if newer is not None:
            self._read_only = newer.happened
            return Loaded(settings, newer, read_only=True)
        return Loaded(settings, self._rewrite_mended(faults) if faults else None)

    def _rewrite_mended(self, faults: list[Fault]) -> Notice:
        happened = Phrase(
            "The settings file has values that cannot be used ({faults}).", faults=_listed(faults)
        )
        try:
            kept = self._copy_aside("broken", happened)
            self._write(self._base)
        except OSError as error:
            did = Phrase(
                "Everything else in it is used; the file was left as it is ({reason}).",
                reason=_reason(error),
            )
            return Notice(happened, did, Phrase("Mend it in {path}.", path=self.path))
        return kept

    def _newer(self, data: JsonObject) -> Notice | None:
        version = data.get("version", VERSION)
        if not isinstance(version, int | float) or version <= VERSION:
            return None
        return Notice(
            Phrase(
                "The settings file was written by a newer Understudy (version {version}).",
                version=version,
            ),
            "What this one understands of it is used, and nothing is written to it.",
            "Update Understudy to change settings.",
        )

    def _refuse_if_read_only(self) -> None:
        if self._read_only:
            raise SettingsError(
                self._read_only,
                "Nothing was written.",
                "Update Understudy, or mend the file, and start again.",
            )

    def _refuse_if_newer(self, data: JsonObject) -> None:
        newer = self._newer(data)
        if newer is not None:
            raise SettingsError(newer.happened, "Nothing was written to it.", newer.can_do)

    def _read(self) -> JsonObject:
        """Read the JSON object; nothing for no file. A byte order mark is Notepad's habit."""
        try:
            data: Any = json.loads(self.path.read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            return {}
        except json.JSONDecodeError as error:
            raise _Broken(
                Phrase(
                    "{what}, line {line} column {column}",
                    what=error.msg,
                    line=error.lineno,
                    column=error.colno,
                )
            ) from error
        except UnicodeDecodeError as error:
            raise _Broken(Phrase("it is not UTF-8 text")) from error
        except RecursionError as error:
            raise _Broken(Phrase("it is nested too deeply")) from error
        if not isinstance(data, dict):
            raise _Broken(Phrase("it is not a JSON object"))
        return cast("JsonObject", data)

    def _write(self, data: JsonObject) -> None:
        """Replace the file in one step; a crash leaves the old or the new one, whole."""
        target = self.path.resolve()  # a link into a folder of dotfiles stays one
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        try:
            with temporary.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
        self._base = data

    def _move_aside(self, why: Phrase) -> Notice:
        happened = Phrase("The settings file cannot be read as JSON ({why}).", why=why)
        kept = self._aside("broken")
        try:
            self.path.replace(kept)
        except OSError as error:
            self._read_only = happened
            did = Phrase(
                "The defaults are used; the file was left as it is ({reason}).",
                reason=_reason(error),
            )
            return Notice(happened, did, Phrase("Mend it in {path}.", path=self.path))
        did = Phrase("It was set aside as {name} and the defaults are used.", name=kept.name)
        return Notice(happened, did, _MEND, kept)

    def _copy_aside(self, kind: str, happened: str) -> Notice:
        kept = self._aside(kind)
        kept.write_bytes(self.path.read_bytes())
        did = Phrase("It was set aside as {name}; everything else stays.", name=kept.name)
        return Notice(happened, did, _MEND, kept)

    def _aside(self, kind: str) -> Path:
        """Find a name that is not taken, beside the file."""
        stem = f"{self.path.stem}.{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        names = (stem, *(f"{stem}-{number}" for number in range(2, 10_000)))
        paths = (self.path.with_name(f"{name}{self.path.suffix}") for name in names)
        return next(path for path in paths if not path.exists())

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Keep a second Understudy from writing at the same moment."""
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=LOCK_TIMEOUT):
                yield
        except Timeout as error:
            raise SettingsError(
                "Another Understudy is writing the settings.", "Nothing was written.", "Try again."
            ) from error


class _Broken(Exception):  # noqa: N818 - a state of the file, caught in this module
    """The file holds no JSON object; ``why`` not."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


_MEND = "Take over what you need from it, then delete it."
_EDITED = "The settings file was changed by another program at the same time."


def _as_json(settings: Settings) -> JsonObject:
    data = settings.model_dump(mode="json", exclude_defaults=True)
    return {"version": settings.version, **data}


def _normal(data: JsonObject) -> JsonObject:
    return _as_json(Settings.model_validate(data))


def _faults(data: JsonObject) -> list[Fault]:
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        return [Fault(each["loc"], _plainly(each["msg"])) for each in error.errors()]
    return [
        Fault(("providers", provider), "an endpoint of your own needs a wire format")
        for provider, each in settings.providers.items()
        if each.base_url and each.wire is None and row(provider) is None
    ]


def _plainly(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ").removesuffix(".")


def _listed(faults: list[Fault]) -> str:
    shown = "; ".join(str(fault) for fault in faults[:3])
    if len(faults) <= 3:
        return shown
    return Phrase("{some}; and {count} more", some=shown, count=len(faults) - 3)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


@contextmanager
def _errors_told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            Phrase("The settings could not be saved ({reason}).", reason=_reason(error)),
            "The file is as it was; what you changed holds until Understudy ends.",
            Phrase(
                "Make {folder} writable, or free some space, and try again.", folder=path.parent
            ),
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut; Windows does not open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
