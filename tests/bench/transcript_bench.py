"""Figures of the transcript: CPU time, medians. Each function wants a process of its own.

``python -m bench.transcript_bench NAME`` prints one as JSON, with tests/ and the source roots on
the path. Ratios compare two states of the same program, or the program with a plain text widget, in
the same process, so that the machine's load cancels out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from bench.fresh import measure
from helpers.history import seed_conversation
from understudy_gui import assets
from understudy_gui.models.transcript import Item, Segment, TranscriptModel
from understudy_gui.theme import ThemeManager
from understudy_gui.transcript import prewarm
from understudy_gui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = (900, 700)
DELTA: Final = 20
SAMPLES: Final = 40
MEMORY_ROUNDS: Final = 3

_PARAGRAPH = (
    "The Moon pulls every part of the **Earth**, but not equally; 달은 지구의 모든 부분을 "
    "끌어당기지만 그 힘은 같지 않다. See `tides.py` and [the table](https://example.org/tides)."
    "\n\n"
)
_LIST = "".join(f"- item {n} with some text and **weight**\n" for n in range(6)) + "\n"
_CODE = "```python\n" + "".join(f"    x_{n} = compute({n}, 'str')  # note\n" for n in range(12))
_TABLE = "| a | b | c |\n|---|--:|---|\n" + "".join(f"| cell {n} | {n} | 셋 |\n" for n in range(6))
_MIXED = (
    f"## Heading\n\n{_PARAGRAPH * 3}{_LIST}{_CODE}```\n\n{_PARAGRAPH}{_TABLE}\n> quoted text\n\n"
)

_WORDS = "word and more words with **bold** and 한국어 "
OPEN_BLOCKS: Final[dict[str, tuple[str, str]]] = {
    "paragraph": ("", _WORDS),
    "item": ("- ", _WORDS),
    "quote": ("> ", _WORDS),
    "list": ("", f"- item with some text {_WORDS}\n"),
    "table": ("| a | b | c |\n|---|---|---|\n", "| cell one | cell two | 셋 |\n"),
    "fence": ("```python\n", "    x = compute(y, 'str', 12)  # comment\n"),
}


def _repeated(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def _application() -> QApplication:
    app = QApplication.instance()
    made = app if isinstance(app, QApplication) else QApplication(sys.argv)
    assets.load_fonts()
    prewarm()
    return made


def _view() -> tuple[TranscriptModel, TranscriptView]:
    model = TranscriptModel()
    view = TranscriptView(model, ThemeManager("light"))
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    return model, view


def _question(key: int) -> Item:
    return Item(key, "user", [Segment("", "", "How do the tides come about?")])


def _answer(key: int, text: str = "", *, streaming: bool = False) -> Item:
    segment = Segment("Groq", "llama", text)
    return Item(key, "assistant", [segment], "streaming" if streaming else "complete")


def _milliseconds(step: Callable[[int], None], count: int = SAMPLES) -> float:
    """Return the median CPU time of ``step``, in milliseconds."""
    times: list[float] = []
    for number in range(count):
        begin = process_time()
        step(number)
        times.append((process_time() - begin) * 1000)
    return median(times)


def _paint() -> None:
    QApplication.sendPostedEvents()
    QApplication.processEvents()


def _settle() -> None:
    """Wait until nothing is left to paint: colours of code come in portions."""
    end = monotonic() + 2
    while monotonic() < end:
        _paint()


def _delta_cost(start: str, more: str, length: int) -> float:
    """Return what a delta costs, painted, at the end of an answer of ``length`` characters."""
    model, view = _view()
    row = model.append(_answer(1, start, streaming=True))
    for at in range(0, length, 4000):
        model.append_text(row, _repeated(more, 4000)[: max(0, min(4000, length - at))])
        view.flush()
    _settle()
    text = _repeated(more, length + DELTA * (SAMPLES + 8))[length:]

    def step(number: int) -> None:
        model.append_text(row, text[number * DELTA : (number + 1) * DELTA])
        view.flush()
        _paint()

    for number in range(8):
        step(number)
    cost = _milliseconds(lambda number: step(number + 8))
    view.close()
    return cost


def delta_100k_over_1k() -> dict[str, float]:
    """Measure a delta at the end of 100,000 characters over one at the end of 1,000."""
    _application()
    short, long = _delta_cost("", _MIXED, 1000), _delta_cost("", _MIXED, 100_000)
    return {"delta_100k_over_1k": long / short, "ms_at_1k": short, "ms_at_100k": long}


def delta_open_block() -> dict[str, float]:
    """Measure the same inside one block that does not end, and name the worst of six kinds."""
    _application()
    figures: dict[str, float] = {}
    for name, (start, more) in OPEN_BLOCKS.items():
        short, long = _delta_cost(start, more, 1000), _delta_cost(start, more, 100_000)
        figures[f"{name}_ms_at_1k"], figures[f"{name}_ms_at_100k"] = short, long
        figures[f"{name}_ratio"] = long / short
    worst = max(value for name, value in figures.items() if name.endswith("_ratio"))
    return {"delta_open_block_100k_over_1k": worst, **figures}


def delta_over_plain() -> dict[str, float]:
    """Measure a delta over QPlainTextEdit's insertText and paint, at the same length."""
    _application()
    length = 20_000
    ours = _delta_cost("", _MIXED, length)
    edit = QPlainTextEdit(_repeated(_MIXED, length))
    edit.resize(*SIZE)
    edit.show()
    edit.moveCursor(QTextCursor.MoveOperation.End)
    _paint()
    text = _repeated(_MIXED, length + DELTA * (SAMPLES + 8))[length:]

    def step(number: int) -> None:
        edit.textCursor().insertText(text[number * DELTA : (number + 1) * DELTA])
        edit.moveCursor(QTextCursor.MoveOperation.End)
        _paint()

    for number in range(8):
        step(number)
    plain = _milliseconds(lambda number: step(number + 8))
    edit.close()
    return {"delta_over_plain": ours / plain, "ms_ours": ours, "ms_plain": plain}


def streams_8_over_1() -> dict[str, float]:
    """Measure a picture of eight growing answers over a picture of one."""
    _application()

    def cost(streams: int) -> float:
        model, view = _view()
        rows = [model.append(_answer(n, _MIXED * 3, streaming=True)) for n in range(streams)]
        _paint()

        def step(number: int) -> None:
            for row in rows:
                model.append_text(row, _repeated(_MIXED, 4000)[number * DELTA :][:DELTA])
            view.flush()
            _paint()

        step(0)
        measured = _milliseconds(lambda number: step(number + 1))
        view.close()
        return measured

    one, eight = cost(1), cost(8)
    return {"streams_8_over_1": eight / one, "ms_1": one, "ms_8": eight}


class _Source:
    """A conversation that is read by pages, as from a database."""

    def __init__(self, model: TranscriptModel, count: int) -> None:
        self._model = model
        self._count = count

    def open(self) -> None:
        tail = [self._item(row) for row in range(max(0, self._count - 64), self._count)]
        self._model.set_source(self._count, tail, self._load)

    def _item(self, row: int) -> Item:
        return _answer(row, _MIXED[: 200 + row % 7 * 90]) if row % 2 else _question(row)

    def _load(self, start: int, stop: int) -> None:
        self._model.set_page(start, [self._item(row) for row in range(start, stop)])


def open_10k_over_10() -> dict[str, float]:
    """Measure opening a conversation of 10,000 messages over one of 10, painted."""
    _application()
    model, _view_kept = _view()

    def cost(count: int) -> float:
        source = _Source(model, count)

        def step(_number: int) -> None:
            source.open()
            _paint()

        step(0)
        return _milliseconds(step, 15)

    ten, many = cost(10), cost(10_000)
    return {"open_10k_over_10": many / ten, "ms_10": ten, "ms_10k": many}


def scroll_10k_over_1k() -> dict[str, float]:
    """Measure a scroll step of 60 pixels upwards, 10,000 messages over 1,000."""
    _application()
    model, view = _view()

    def cost(count: int) -> float:
        _Source(model, count).open()
        _paint()

        def step(_number: int) -> None:
            view.scroll_pixels(-60)
            _paint()

        for number in range(10):
            step(number)
        return _milliseconds(step, 80)

    thousand, many = cost(1000), cost(10_000)
    return {"scroll_10k_over_1k": many / thousand, "ms_1k": thousand, "ms_10k": many}


def memory_10k() -> dict[str, float]:
    """Measure the resident memory of a process that shows 10,000 messages over one with 10.

    Both read a real history, page by page, and are scrolled about; the median of a few each.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "history.db"
        kinds = {count: seed_conversation(database, count) for count in (10, 10_000)}
        held: dict[int, list[float]] = {count: [] for count in kinds}
        for _ in range(MEMORY_ROUNDS):
            for count, conversation in kinds.items():
                found = measure("conversation_memory", str(database), str(conversation))
                held[count].append(found)
    ten, many = median(held[10]), median(held[10_000])
    return {"memory_10k_mb": many - ten, "rss_10_mb": ten, "rss_10k_mb": many}


FIGURES: Final = {
    function.__name__: function
    for function in (
        delta_100k_over_1k,
        delta_open_block,
        delta_over_plain,
        streams_8_over_1,
        open_10k_over_10,
        scroll_10k_over_1k,
        memory_10k,
    )
}

if __name__ == "__main__":
    print(json.dumps(FIGURES[sys.argv[1]]()))
