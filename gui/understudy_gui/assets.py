"""Fonts and icons that come with the program.

Only the three faces of the first picture load at start (0.2 ms and 0.15 MB each); the others when
the first text needs them. Icons are Lucide's outlines, drawn by Qt's own SVG renderer (1 ms to
import, 0.1 ms an icon), one stroke width at every size, recoloured, and kept per scale factor.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPixmap

from understudy_resources import read, read_text

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

_FIRST_FACES: Final = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_TEXT_FACES: Final = ("Inter-Italic.otf", "Inter-SemiBoldItalic.otf", "Inter-Bold.otf")
_MONO_FACES: Final = ("JetBrainsMono-Regular.ttf", "JetBrainsMono-Bold.ttf")
_DISPLAY_FACES: Final = ("InterDisplay-SemiBold.otf",)
_APP_ICON_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)

STROKE: Final = 1.25
"""Logical pixels of every outline, whatever the icon's size."""

_GRID: Final = 24
_BLACK: Final = "#000"
_DRAWN_STROKE: Final = 'stroke-width="2"'


def load_fonts() -> None:
    """Register the faces that the first picture needs."""
    _load(_FIRST_FACES)


def load_text() -> None:
    """Register the italic and bold faces of running text."""
    _load(_TEXT_FACES)


def load_mono() -> None:
    """Register the face of code."""
    _load(_MONO_FACES)


def load_display() -> None:
    """Register the face of headings."""
    _load(_DISPLAY_FACES)


@cache
def _load(faces: tuple[str, ...]) -> None:
    for face in faces:
        data = QByteArray(read(f"fonts/{face}"))
        if QFontDatabase.addApplicationFontFromData(data) < 0:
            raise ValueError(f"The bundled font {face} cannot be read.")


def icon(name: str, color: QColor, size: int = 16) -> QIcon:
    """Return a Lucide icon in one colour, sharp at scale factors 1 and 2."""
    from PySide6.QtGui import QIcon

    result = QIcon()
    for ratio in (1.0, 2.0):
        result.addPixmap(glyph(name, color, size, ratio))
    return result


def glyph(
    name: str, color: QColor, size: int = 16, dpr: float = 1.0, *, stroke: float = STROKE
) -> QPixmap:
    """Return a Lucide icon as a pixmap of `size` logical pixels at the given scale factor.

    Raises FileNotFoundError for a name that is not bundled.
    """
    return _glyph(name, color.rgba(), size, dpr, stroke)


@lru_cache(maxsize=512)
def _glyph(name: str, rgba: int, size: int, dpr: float, stroke: float) -> QPixmap:
    width = f'stroke-width="{stroke * _GRID / size:.3f}"'
    pixmap = _drawn(read_text(f"icons/lucide/{name}.svg").replace(_DRAWN_STROKE, width), size, dpr)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(rgba))
    painter.drawRect(QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def logo(first: QColor, second: QColor, size: int, dpr: float = 1.0) -> QPixmap:
    """Return the U in two pieces: the stroke that stops, and the one that carries on."""
    return _logo(first.name(), second.name(), size, dpr)


@lru_cache(maxsize=16)
def _logo(first: str, second: str, size: int, dpr: float) -> QPixmap:
    svg = read_text("icons/logo.svg")
    return _drawn(svg.replace(_BLACK, first).replace('fill="#fff"', f'fill="{second}"'), size, dpr)


def app_icon() -> QIcon:
    """Return the program's icon, with the small sizes as they were drawn for them."""
    from PySide6.QtGui import QIcon

    result = QIcon()
    for size in _APP_ICON_SIZES:
        pixmap = QPixmap()
        pixmap.loadFromData(read(f"icons/app/understudy-{size}.png"))
        result.addPixmap(pixmap)
    return result


def _drawn(svg: str, size: int, dpr: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    pixmap = QPixmap(QSize(size, size) * dpr)
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
