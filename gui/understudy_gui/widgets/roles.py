"""Accessible roles for widgets that Qt would call a mere client area."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_PROPERTY = "understudyRole"


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Tell assistive technology what a widget is. Call it before anything asks."""
    _install()
    widget.setProperty(_PROPERTY, role.value)


@cache
def _install() -> None:
    QAccessible.installFactory(_interface)


def _interface(_name: str, widget: QObject) -> QAccessibleInterface | None:
    """Answer Qt's question for a widget's interface; None leaves it to Qt."""
    role = widget.property(_PROPERTY) if isinstance(widget, QWidget) else None
    if role is None or not isinstance(widget, QWidget):
        return None
    interface = QAccessibleWidget(widget, QAccessible.Role(role))
    # Qt keeps the interface as long as the widget; the wrapper must live as long.
    widget.setProperty("understudyAccessible", interface)
    return interface
