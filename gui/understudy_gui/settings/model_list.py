"""The models of a provider as rows with a check mark each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from understudy.model_facts import ModelFacts
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings import facts_wording
from understudy_gui.settings.row_view import Index, RowDelegate, RowView
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.toggles import paint_check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy_gui.theme import Theme, ThemeManager

_NAME_AT_LEAST = 150
"""Pixels that a model's id keeps, whatever else is known of it."""

CHECK = Qt.ItemDataRole.CheckStateRole


class ModelListModel(QAbstractListModel):
    """Model ids, those in use checked; the first one in use is the default.

    Signals: `used(ids)` when the user changed what is in use.
    """

    used_changed = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[str, ...] = ()
        self._shown: tuple[str, ...] = ()
        self._used: list[str] = []
        self._facts: Mapping[str, ModelFacts] = {}
        self._filter = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The ids in use, the default first."""
        return tuple(self._used)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._shown)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        checkable = Qt.ItemFlag.ItemIsUserCheckable
        return super().flags(index) | checkable if index.isValid() else Qt.ItemFlag.NoItemFlags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        model = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return model
            case Qt.ItemDataRole.CheckStateRole:
                state = Qt.CheckState.Checked if model in self._used else Qt.CheckState.Unchecked
                return state.value
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(index)
            case _:
                return None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != CHECK or not index.isValid():
            return False
        model = self._shown[index.row()]
        checked = value in {Qt.CheckState.Checked, Qt.CheckState.Checked.value}
        if checked == (model in self._used):
            return False
        if checked:
            self._used.append(model)
        else:
            self._used.remove(model)
        self._tell()
        return True

    def facts(self, index: Index) -> ModelFacts:
        """What is known of a model."""
        return self._facts.get(self._shown[index.row()], ModelFacts())

    def is_default(self, index: Index) -> bool:
        """Whether this model is asked where a route names none."""
        return bool(self._used) and self._shown[index.row()] == self._used[0]

    def make_default(self, index: Index) -> None:
        """Ask this model where a route names none."""
        model = self._shown[index.row()]
        self._used = [model, *(each for each in self._used if each != model)]
        self._tell()

    def show(
        self, models: Sequence[str], used: Sequence[str], facts: Mapping[str, ModelFacts]
    ) -> None:
        """Show these models; rows stay where they are as long as they are the same."""
        self._used = list(used)
        self._facts = facts
        # Where a check mark is put, the row must stay under the pointer.
        known = set(models)
        kept = [model for model in self._all if model in known]
        before = set(kept)
        self._set_all((*kept, *(model for model in models if model not in before)))

    def clear(self) -> None:
        """Show nothing."""
        self._filter = ""
        self._used = []
        self._set_all(())

    def narrow(self, text: str) -> None:
        """Show only the models whose id contains the text."""
        self._filter = text.strip().casefold()
        self._set_all(self._all)

    def _set_all(self, models: tuple[str, ...]) -> None:
        shown = tuple(model for model in models if self._filter in model.casefold())
        self._all = models
        if shown == self._shown:
            self._repaint()
            return
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def _spoken(self, index: Index) -> str:
        """Give all that the row shows, in words."""
        model, facts = self._shown[index.row()], self.facts(index)
        name = tr("{model}, asked first", model=model) if self.is_default(index) else model
        told = (facts_wording.window(facts), facts_wording.abilities(facts))
        return ", ".join(filter(None, (name, *told, facts_wording.price(facts))))

    def _tell(self) -> None:
        self._repaint()
        self.used_changed.emit(list(self._used))

    def _repaint(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1), [])


class ModelDelegate(RowDelegate):
    """Paints a model's row, 32 high: check mark, id, which is asked first, and what is known.

    Where the row is too narrow, the abilities go first, then the window; the price stays.
    """

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 32, margin=1)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        if index.row():
            painter.fillRect(QRect(box.left(), box.top(), box.width(), 1), theme.border)
        side = scaled(16)
        check = QRectF(box.left() + 11, box.top() + (box.height() - side) / 2, side, side)
        state = Qt.CheckState(index.data(CHECK))
        paint_check(
            painter,
            check,
            state,
            ground=theme.surface,
            edge=theme.control,
            accent=theme.accent,
            tick=theme.on_accent,
        )
        left = box.left() + 11 + side + 10
        words = QRect(left, box.top(), box.right() - left - 11, box.height())
        model = index.model()
        if isinstance(model, ModelListModel):
            words.setRight(self._paint_facts(painter, words, model.facts(index), theme))
            self._paint_name(painter, words, index, theme, first=model.is_default(index))

    @staticmethod
    def _paint_name(
        painter: QPainter, box: QRect, index: Index, theme: Theme, *, first: bool
    ) -> None:
        code, small = font("code"), font("caption")
        code.setPixelSize(scaled(12))
        note = tr("Asked first") if first else ""
        room = painting.advance(small, note) + 12 if note else 0
        name = str(index.data())
        width = min(painting.advance(code, name) + 2, box.width() - room)
        painting.text(
            painter, QRect(box.left(), box.top(), width, box.height()), name, code, theme.text
        )
        if note:
            beside = QRect(box.left() + width + 10, box.top(), room, box.height())
            painting.text(painter, beside, note, small, theme.text3)

    @staticmethod
    def _paint_facts(painter: QPainter, box: QRect, facts: ModelFacts, theme: Theme) -> int:
        """Paint the columns at the right; where what is left of them ends."""
        small = font("caption", tabular=True)
        columns = (
            (facts_wording.price(facts), 88, Qt.AlignmentFlag.AlignRight, theme.text2),
            (facts_wording.abilities(facts), 86, Qt.AlignmentFlag.AlignLeft, theme.text3),
            (facts_wording.window(facts), 44, Qt.AlignmentFlag.AlignLeft, theme.text2),
        )
        right = box.right()
        for said, width, where, ink in columns:
            wide = scaled(width)
            if right - wide - box.left() < scaled(_NAME_AT_LEAST):
                break
            place = QRect(right - wide, box.top(), wide, box.height())
            painting.text(painter, place, said, small, ink, where)
            right -= wide
        return right - 8


class ModelView(RowView):
    """The list of models. Space or a click checks one, Enter makes it the one asked first."""

    def __init__(self, themes: ThemeManager, model: ModelListModel) -> None:
        self._delegate = ModelDelegate(themes)
        self._models = model
        super().__init__(themes, tr("Models"), model, self._delegate, on=None)

    @override
    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        super().mouseReleaseEvent(e)
        index = self.indexAt(e.position().toPoint())
        if index.isValid() and e.button() == Qt.MouseButton.LeftButton:
            self._toggle(index)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        match event.key():
            case Qt.Key.Key_Space if index.isValid():
                self._toggle(index)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if index.isValid():
                self._models.make_default(index)
            case _:
                super().keyPressEvent(event)

    def _toggle(self, index: Index) -> None:
        checked = Qt.CheckState(index.data(CHECK)) == Qt.CheckState.Checked
        other = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
        self._models.setData(index, other, CHECK)
