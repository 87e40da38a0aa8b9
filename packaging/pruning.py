"""What of Qt the frozen program leaves out: a third of the folder, and nothing that it uses.

PyInstaller takes every plugin of every Qt module that is imported, and on a Linux with GTK all of
GTK with them. An entry is PyInstaller's own: (name in the folder, source file, kind).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Entry: TypeAlias = tuple[str, str, str]

# By the names of Linux; Windows and macOS have the same with another prefix and ending.
PLUGINS = {
    "iconengines": ("svgicon",),
    "imageformats": ("gif", "ico", "jpeg", "svg", "webp"),
    "platforminputcontexts": ("compose", "ibus"),
    "platforms": ("cocoa", "offscreen", "wayland", "windows", "xcb"),
    "platformthemes": ("xdgdesktopportal",),
    "styles": ("mac", "modernwindows"),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-graphics-integration-client": ("wayland-egl",),
    "wayland-shell-integration": ("xdg-shell",),
    "xcbglintegrations": ("egl", "glx"),
}


def is_wanted(name: str) -> bool:
    """Tell whether a file belongs into the folder, judged by its name there."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if "PySide6" not in parts:
        return True
    if "translations" in parts:
        return False
    if "plugins" not in parts:
        return True
    kind, *_, file = parts[parts.index("plugins") + 1 :]
    return any(word in file for word in PLUGINS.get(kind, ()))


def reachable(
    entries: Iterable[Entry], imports: Callable[[str], Iterable[tuple[str, str | None]]]
) -> list[Entry]:
    """Keep what is loaded by Python or by Qt, and the libraries that those need, and theirs.

    ``imports`` names the libraries that a file asks the linker for, as PyInstaller's
    ``get_imports`` does.
    """
    files = [entry for entry in entries if entry[2] != "SYMLINK"]
    by_name = {file_of(entry): entry for entry in files}
    waiting = [entry for entry in files if is_loaded_by_itself(entry)]
    seen: set[str] = set()
    while waiting:
        entry = waiting.pop()
        if file_of(entry) in seen:
            continue
        seen.add(file_of(entry))
        names = [PurePosixPath(name).name for name, _ in imports(entry[1])]
        waiting += [by_name[name] for name in names if name in by_name]
    return [entry for entry in entries if file_of(entry) in seen]


def file_of(entry: Entry) -> str:
    """Give the name that the linker looks for."""
    return PurePosixPath(entry[0].replace("\\", "/")).name


def is_loaded_by_itself(entry: Entry) -> bool:
    """Tell whether nobody need ask the linker for it: extensions, plugins, and Python itself."""
    return (
        entry[2] == "EXTENSION"
        or "/plugins/" in entry[0].replace("\\", "/")
        or file_of(entry).startswith("libpython")
    )
