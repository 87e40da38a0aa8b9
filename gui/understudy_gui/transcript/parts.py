"""What a message is made of on the screen: parts, one below the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import QPoint, QRect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from understudy_gui.transcript.style import Style

LINK: Final = "link"
"""Begins the action of a link; its address stands behind the first space."""

Selection: TypeAlias = tuple[int, int]
"""From and to, in UTF-16 units of a part's text."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A place in a part that can be pointed at, clicked and reached by key."""

    rect: QRect
    action: str
    label: str


@dataclass(slots=True)
class Canvas:
    """What a part is painted with. ``hovered`` and ``focused`` name one of its zones."""

    painter: QPainter
    style: Style
    clip: QRect
    dpr: float = 1.0
    selection: Selection | None = None
    hovered: str = ""
    focused: str = ""
    shows_actions: bool = True


class Part:
    """A rectangle of the column: laid out to a width, painted, and asked what is where.

    All points and rectangles are relative to the part's own top left corner.
    """

    indent = 0
    """How far right of the column's edge the part begins."""

    def __init__(self) -> None:
        self.height = 0
        self.width = 0

    def lay(self, style: Style, width: int) -> None:
        """Lay the part out and set ``height``."""
        raise NotImplementedError

    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        """Paint the part with its corner at (x, y)."""
        raise NotImplementedError

    def zones(self) -> Sequence[Zone]:
        """Return what can be clicked."""
        return ()

    def zone_at(self, point: QPoint) -> Zone | None:
        """Return the zone under ``point``."""
        return next((zone for zone in self.zones() if zone.rect.contains(point)), None)


class TextPart(Part):
    """A part with text that can be selected."""

    glue: str | None = None
    """What joins the text to the part above where a seam parts the two; None for a new block."""

    @property
    def length(self) -> int:
        """The length of the text in UTF-16 units."""
        raise NotImplementedError

    def plain(self, start: int, stop: int) -> str:
        """Return the text between two offsets as it is copied."""
        raise NotImplementedError

    def offset_at(self, point: QPoint) -> int:
        """Return the offset nearest to ``point``."""
        raise NotImplementedError

    def top_of(self, offset: int) -> int:
        """Return the top of the line in which ``offset`` stands."""
        raise NotImplementedError

    def caret(self) -> QRect:
        """Return where the caret stands behind the last character."""
        raise NotImplementedError

    def word_at(self, offset: int) -> Selection:
        """Return the word around ``offset``."""
        return offset, offset

    def line_at(self, offset: int) -> Selection:
        """Return what a triple click at ``offset`` selects."""
        return 0, self.length

    def link_at(self, point: QPoint) -> str:
        """Return the address of the link under ``point``."""
        return ""

    def links(self) -> Sequence[Zone]:
        """Return every link: where its first line stands, and its address as the action."""
        return ()

    def scroll_by(self, pixels: int) -> bool:
        """Move what is too wide for the column; False if nothing moved."""
        return False

    def has_bar_at(self, point: QPoint) -> bool:
        """Say whether a scroll bar for what is too wide is under ``point``."""
        return False

    def hold_bar(self, point: QPoint) -> None:
        """Take hold of the scroll bar; beside its handle, of the middle of it."""

    def drag_bar(self, point: QPoint) -> None:
        """Move the scroll bar so that what is held of it is at ``point``."""
