"""What the pictures show: the same conversations every time, in English and in Korean.

Model names and figures are placeholders.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import TYPE_CHECKING, Literal, TypeAlias

from shots import texts
from understudy.errors import ErrorKind
from understudy.routing.trace import Attempt
from understudy_gui.controllers import failures, items, trail, wording
from understudy_gui.controllers.conversation import question_row
from understudy_gui.i18n import tr
from understudy_gui.models.conversations import Entry
from understudy_gui.models.lineup import Place
from understudy_gui.models.transcript import Item, Meta, Seam, Segment, Waiting

if TYPE_CHECKING:
    from understudy_gui.models.lineup import Health

Language: TypeAlias = Literal["en", "ko"]

TODAY = date(2026, 11, 20)
_NOON = clock_time(12)


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation on screen: its title, its rows, and who is in the line-up."""

    title: str
    items: list[Item]
    places: list[Place]


def entries(language: Language) -> list[Entry]:
    """Return the sidebar's conversations."""
    found: list[Entry] = []
    for number, (title, days, pinned) in enumerate(texts.TITLES[language]):
        day = datetime.combine(TODAY - timedelta(days=days), _NOON) - timedelta(minutes=number)
        found.append(Entry(number + 1, title, day.timestamp(), pinned))
    return found


def line_up(first: Health = "ready", on: int = 0) -> list[Place]:
    """Return four providers; the first may be resting, and another one on."""
    now = time.time()
    resting = first in {"cooling", "resting"}
    names = (("anthropic", "Anthropic"), ("openai", "OpenAI"), ("gemini", "Gemini"))
    names = (*names, ("ollama", "Ollama"))
    return [
        Place(
            provider,
            name,
            health=first if number == 0 else "ready",
            until=now + 41.9 if resting and number == 0 else None,
            since=now - 18 if resting and number == 0 else None,
            on=number == on,
        )
        for number, (provider, name) in enumerate(names)
    ]


def answered(language: Language) -> Sample:
    """Give a question answered by the first, with everything markdown has."""
    asked, said = texts.ANSWERED[language]
    meta = Meta("Anthropic", "Claude Haiku 4.5", _figures(0.6, 84, 1204, 0.0061))
    answer = Item(2, "assistant", [Segment("Anthropic", "Claude Haiku 4.5", said)], meta=meta)
    title = texts.TITLES[language][2][0]
    return Sample(title, [question_row(1, asked), answer], line_up())


def stood_in(language: Language) -> Sample:
    """Give an answer whose first provider never spoke."""
    asked, said = texts.ANSWERED[language]
    limited = _attempt("Anthropic", ErrorKind.RATE_LIMIT, status=429, retry_after=42.0)
    done = _attempt("OpenAI", None, first_token=0.7)
    line, rows = items.standin([limited, done], ())
    meta = Meta("OpenAI", "GPT-5.1", _figures(0.7, 79, 986, 0.0102))
    answer = Item(
        2,
        "assistant",
        [Segment("OpenAI", "GPT-5.1", said)],
        standin=line,
        standin_trace=rows,
        meta=meta,
    )
    title = texts.TITLES[language][2][0]
    return Sample(title, [question_row(1, asked), answer], line_up("cooling", 1))


def seam(language: Language, *, streaming: bool) -> Sample:
    """Give an answer that broke off and was carried on, whole or still being written."""
    asked, before, after = texts.SEAM[language]
    broke = _attempt(
        "Anthropic", ErrorKind.TRANSIENT, status=529, characters=len(before),
        detail="overloaded_error", decision="carry_on",
    )  # fmt: skip
    again = _attempt("OpenAI", ErrorKind.RATE_LIMIT, status=429, retry_after=0.8, decision="again")
    done = _attempt("OpenAI", None, first_token=0.4, at=6.2)
    title, detail, end, pause = wording.seam_words(broke, "OpenAI", 1.3)
    rows = trail.rows([broke, again, done])
    route = items.trace_title(tr("Everyday"))
    join = Seam(title, detail, end, pause, rows, route)
    figures = (tr("carrying on from {name}", name="Anthropic"),)
    answer = Item(
        2,
        "assistant",
        [
            Segment("Anthropic", "Claude Sonnet 4.5", before),
            Segment("OpenAI", "GPT-5.1", after, join),
        ],
        "streaming" if streaming else "complete",
        meta=Meta("OpenAI", "GPT-5.1", figures if streaming else _figures(0.4, 61, 530, 0.0042)),
    )
    name = texts.TITLES[language][3][0]
    return Sample(name, [question_row(1, asked), answer], line_up("resting", 1))


def restarted(language: Language) -> Sample:
    """Give an answer that broke off and was begun again by the next."""
    asked, before, after = texts.RESTART[language]
    broke = _attempt(
        "OpenAI", ErrorKind.INTERRUPTED, characters=len(before), decision="restart"
    )  # fmt: skip
    done = _attempt("Anthropic", None, first_token=0.6, at=5.1)
    title, detail, end, pause = wording.seam_words(broke, "Anthropic", 1.9, anew=True)
    rows, route = trail.rows([broke, done]), items.trace_title(tr("Everyday"))
    join = Seam(title, detail, end, pause, rows, route, "starts-again")
    answer = Item(
        2,
        "assistant",
        [
            Segment("OpenAI", "GPT-5.1", before),
            Segment("Anthropic", "Claude Sonnet 4.5", after, join),
        ],
        meta=Meta("Anthropic", "Claude Sonnet 4.5", _figures(0.6, 72, 318, 0.0052)),
    )
    name = texts.TITLES[language][3][0]
    return Sample(name, [question_row(1, asked), answer], line_up())


def loading(language: Language) -> Sample:
    """Give a question that waits for a model on this computer, which is being loaded."""
    asked = texts.RESTART[language][0]
    said = wording.loading("qwen3-8b", 0.4)
    waiting = Waiting(said, 0.4, "Ollama", said)
    answer = Item(2, "assistant", state="streaming", waiting=waiting)
    name = texts.TITLES[language][3][0]
    return Sample(name, [question_row(1, asked), answer], line_up("resting", 3))


def failed(language: Language) -> Sample:
    """Give a question that nobody could answer."""
    asked = texts.SEAM[language][0]
    attempts = [
        _attempt("Anthropic", ErrorKind.TRANSIENT, status=529),
        _attempt("OpenAI", ErrorKind.AUTH, status=401),
        _attempt("Ollama", ErrorKind.NETWORK),
    ]
    local = {"ollama"}
    shown = failures.failure({"case": "nobody"}, attempts, local, has_text=False)
    answer = Item(2, "assistant", state="failed", failure=shown)
    answer.standin_trace = trail.rows(attempts, local)
    name = texts.TITLES[language][3][0]
    places = [*line_up("resting", 9)[:1], *_out()]
    return Sample(name, [question_row(1, asked), answer], places)


def _out() -> list[Place]:
    return [
        Place("openai", "OpenAI", health="rejected"),
        Place("gemini", "Gemini", health="no-key"),
        Place("ollama", "Ollama", health="off"),
    ]


def empty(language: Language) -> Sample:
    """Give a conversation that has not begun."""
    return Sample("", [], line_up())


def practice() -> Sample:
    """Give a first start on a computer without any key."""
    return Sample("", [], [Place("practice", "Practice", "steady", "ready", on=True)])


def _figures(first: float, speed: float, count: int, cost: float) -> tuple[str, ...]:
    written = wording.first_token(first), wording.speed(speed), wording.tokens(count)
    return *written, wording.cost(cost)


_MODELS = {"Anthropic": "Claude Sonnet 4.5", "OpenAI": "GPT-5.1", "Ollama": "llama3.3"}
_BEGAN = datetime(2026, 11, 20, 21, 14, 2, 100_000).timestamp()


def _attempt(
    name: str,
    kind: ErrorKind | None,
    *,
    status: int | None = None,
    detail: str = "",
    decision: Literal["again", "next", "carry_on", "restart"] = "next",
    characters: int = 0,
    retry_after: float | None = None,
    first_token: float | None = None,
    at: float = 0.0,
) -> Attempt:
    return Attempt(
        name.lower(),
        name,
        _MODELS[name],
        _BEGAN + at,
        8.0,
        "failed" if kind else "answered",
        decision if kind else "done",
        kind,
        status,
        detail=detail,
        characters=characters,
        retry_after=retry_after,
        first_token=first_token,
    )
