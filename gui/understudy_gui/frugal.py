"""What the start does without."""

from __future__ import annotations

import gc
import importlib
import sys


def begin() -> None:
    """Leave out what a start does not need; ``end`` takes it up again."""
    gc.disable()  # a tenth of the start is spent looking for garbage among what was just made
    spare_source_reading()


def end() -> None:
    """Collect garbage again; what the start made stays, and is not looked through each time."""
    gc.freeze()
    gc.enable()


def spare_source_reading() -> None:
    """Keep PySide from reading the source of every module that is imported from here on.

    It looks for its own name in there, to offer snake_case names, which Understudy does not use:
    25 ms until the first paint and as much again until everything is loaded (PySide6 6.11). Where a
    later version does it in another way, nothing is changed.
    """
    importlib.import_module("PySide6.QtCore")
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        setattr(feature, "_mod_uses_pyside", _uses_no_feature)  # noqa: B010 - it is not declared


def _uses_no_feature(_module: object) -> bool:
    return False
