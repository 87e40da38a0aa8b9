"""The tokens put on Qt's own widgets: a palette, and a style sheet for what a palette cannot say.

Controls of this package paint themselves. The sheet covers menus, tips, scroll bars and the lists
that selects open, and stays short because Qt matches every rule against every widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from understudy_gui.theme import font, scaled

if TYPE_CHECKING:
    from understudy_gui.theme import Theme, ThemeManager

_SHEET = """
QMenu {{ background: {raised}; border: 1px solid {border}; border-radius: 8px; padding: 4px; }}
QMenu::item {{ color: {text}; padding: {item}px 10px; border-radius: 6px; }}
QMenu::item:selected {{ background: {hover_raised}; }}
QMenu::item:disabled {{ color: {disabled}; background: transparent; }}
QMenu::icon {{ padding-left: 10px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px -4px; }}
QToolTip {{ background: {text}; color: {surface}; border: none; padding: 6px 10px; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {scrollbar}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
LineEdit, QComboBox QLineEdit {{ background: transparent; border: none; padding: 0; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox QListView {{ background: {raised}; color: {text}; border: 1px solid {border};
  padding: 4px; outline: none; }}
QComboBox QListView::item {{ min-height: {row}px; padding: 0 8px; border-radius: 6px; }}
QComboBox QListView::item:selected {{ background: {hover_raised}; color: {text}; }}
"""

_SHEET_COLORS = (
    "raised",
    "border",
    "text",
    "hover_raised",
    "disabled",
    "surface",
    "scrollbar",
    "control",
)


def stylesheet(theme: Theme) -> str:
    """Return the style sheet for a theme at the text size that is set."""
    colors = {name: getattr(theme, name).name() for name in _SHEET_COLORS}
    return _SHEET.format(**colors, item=scaled(6), row=scaled(28))


def palette(theme: Theme) -> QPalette:
    """Return the palette for a theme."""
    role, result = QPalette.ColorRole, QPalette()
    colors: dict[QPalette.ColorRole, QColor] = {
        role.Window: theme.surface,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.inset,
        role.Text: theme.text,
        role.PlaceholderText: theme.text3,
        role.Button: theme.inset if theme.dark else theme.raised,
        role.ButtonText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent_text,
        role.LinkVisited: theme.accent_text,
        role.ToolTipBase: theme.text,
        role.ToolTipText: theme.surface,
        role.Light: theme.raised,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border_strong,
        role.Shadow: theme.shadow,
    }
    for where, color in colors.items():
        result.setColor(where, color)
    for where in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, where, theme.disabled)
    return result


def dress(application: QApplication, themes: ThemeManager) -> None:
    """Give the whole program the theme's look, now and whenever it changes."""

    def put_on() -> None:
        theme = themes.current
        application.setPalette(palette(theme))
        application.setFont(font("ui"))
        application.setStyleSheet(stylesheet(theme))
        QToolTip.setFont(font("caption"))

    application.setStyle("Fusion")
    put_on()
    themes.changed.connect(put_on)
