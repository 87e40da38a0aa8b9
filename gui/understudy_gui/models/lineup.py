"""The line-up as rows: who stands where, and how each is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from understudy_gui.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Health: TypeAlias = Literal[
    "ready",
    "cooling",
    "resting",
    "rejected",
    "no-credit",
    "no-key",
    "off",
    "not-set-up",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Place:
    """One provider's place in the line-up.

    ``cooling`` waits for a limit to reset and ``resting`` recovers from a failure, both until
    ``until`` (seconds since the epoch, None where no end is known), ``since`` when it began;
    ``rejected``, ``no-credit``, ``no-key`` and ``not-set-up`` need the user; ``unknown`` is what
    was last seen, before anything was read. ``on`` marks who answers now, or would answer first.
    ``limit`` is one of the user's own that is reached.
    """

    provider: str
    name: str
    model: str = ""
    health: Health = "unknown"
    until: float | None = None
    since: float | None = None
    on: bool = False
    why: str = ""
    limit: Literal["", "over-budget", "own-limit"] = ""


class LineUpModel(QAbstractListModel):
    """The places of the route in use, in the user's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[Place, ...] = ()
        self._route = ""

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._places)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._places):
            return None
        place = self._places[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return place.name
        return place.why if role == Qt.ItemDataRole.ToolTipRole else None

    @property
    def route(self) -> str:
        """The route's name."""
        return self._route

    @property
    def places(self) -> tuple[Place, ...]:
        """The places in order."""
        return self._places

    @property
    def on(self) -> Place | None:
        """Who answers now, or would answer first."""
        return next((place for place in self._places if place.on), None)

    def show(self, route: str, places: Sequence[Place]) -> None:
        """Show the places of ``route``; only a change of who stands there resets the rows."""
        new = tuple(places)
        if route == self._route and new == self._places:
            return
        same = [(p.provider, p.model) for p in new] == [(p.provider, p.model) for p in self._places]
        if same and route == self._route:
            self._places = new
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1), [])
            return
        self.beginResetModel()
        self._route, self._places = route, new
        self.endResetModel()
