"""What a rehearsal found: who answered, what it was taken for, what was lost. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from math import inf, isinf
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from understudy.errors import ErrorKind
from understudy.rehearsal.fault import Rests
from understudy.rehearsal.run import Who
from understudy.rehearsal.speech import ANSWER
from understudy.routing.rules import rules_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.rehearsal.fault import Fault
    from understudy.rehearsal.run import Heard, Run
    from understudy.routing.policy import Candidate, Skipped
    from understudy.routing.route import Route

Outcome: TypeAlias = Literal["answered", "stopped", "unanswered"]
Played: TypeAlias = Literal["over a socket", "in process"]
_FROM_BEST: Final[tuple[Outcome, ...]] = ("answered", "stopped", "unanswered")


@dataclass(frozen=True, slots=True)
class Result:
    """A fault met by some of a route.

    ``outcome``: every question was ``answered`` in full; or nobody was asked any more because the
    rules want it so (``stopped``); or it stayed ``unanswered``. ``understood`` is what the failure
    was taken for. ``lost`` and ``doubled`` are characters of the answer. ``first_word`` and
    ``duration`` are virtual seconds, of the question that waited longest. ``remembered``: whoever
    failed rests as long as it should, and nobody else rests.
    """

    met_by: tuple[str, ...]
    outcome: Outcome
    understood: ErrorKind | None
    answered_by: tuple[str, ...]
    first_word: float | None
    duration: float
    lost: int
    doubled: int
    requests: Mapping[str, int]
    rests: Mapping[str, float]
    remembered: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing comes twice."""
        return self.outcome != "unanswered" and not self.lost and not self.doubled

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON values; a rest until the key is replaced has no end and is ``null``."""
        first = None if self.first_word is None else round(self.first_word, 3)
        rests = {who: None if isinf(rest) else round(rest, 3) for who, rest in self.rests.items()}
        return asdict(self) | {
            "first_word": first,
            "duration": round(self.duration, 3),
            "rests": rests,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One fault: met by the first, and where the route is long enough by all but the last too."""

    fault: Fault
    results: tuple[Result, ...]

    @property
    def played(self) -> Played:
        """How it was played, on virtual time either way."""
        return "over a socket" if self.fault.matters == "bytes" else "in process"

    @property
    def outcome(self) -> Outcome:
        """The worst of its results."""
        return _worst(result.outcome for result in self.results)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost or doubled."""
        return all(result.is_whole for result in self.results)

    @property
    def is_understood(self) -> bool:
        """Whether the failure was taken for what it is, and is remembered as it should be."""
        return all(
            result.remembered
            and (not result.met_by or self.fault.kind in {result.understood, None})
            for result in self.results
        )

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "type": "fault",
            "id": self.fault.id,
            "title": self.fault.title,
            "kind": self.fault.kind,
            "played": self.played,
            "outcome": self.outcome,
            "nothing_lost": self.is_whole,
            "understood": self.is_understood,
            "met": [result.as_json() for result in self.results],
        }


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All faults against one route. ``order`` is who would be asked, ``skipped`` who would not."""

    route: str
    order: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]
    lines: tuple[Line, ...]

    @property
    def nothing_lost(self) -> bool:
        """Whether every fault was answered in full, or stopped as the rules want it."""
        return all(line.is_whole for line in self.lines)

    @property
    def nobody_behind(self) -> str:
        """Name the one that has nobody behind it; empty where there are two at least."""
        return self.order[0].provider_name if len(self.order) == 1 else ""

    def count(self, outcome: Outcome) -> int:
        """Count the faults that came out so."""
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def misunderstood(self) -> tuple[str, ...]:
        """Name the faults that were taken for something else, or remembered otherwise."""
        return tuple(line.fault.id for line in self.lines if not line.is_understood)

    def verdict(self) -> str:
        """Say it in one sentence."""
        told = [f"{self.count('answered')} of {len(self.lines)} answered"]
        stopped, unanswered = self.count("stopped"), self.count("unanswered")
        told += [f"{stopped} rightly stopped"] if stopped else []
        told += [f"{unanswered} unanswered"] if unanswered else []
        told += ["nothing lost"] if self.nothing_lost else []
        return f"{', '.join(told)}."

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON values: the summary, without the lines."""
        return {
            "type": "summary",
            "route": self.route,
            "order": [str(Who(each.provider, each.model)) for each in self.order],
            "skipped": [asdict(each) for each in self.skipped],
            "faults": len(self.lines),
            "answered": self.count("answered"),
            "stopped": self.count("stopped"),
            "unanswered": self.count("unanswered"),
            "nothing_lost": self.nothing_lost,
            "nobody_behind": self.nobody_behind or None,
            "misunderstood": self.misunderstood,
            "verdict": self.verdict(),
        }


def judge(fault: Fault, run: Run, route: Route) -> Result:
    """Hold what came of a fault against what should have."""
    outcomes: list[Outcome] = [_outcome(fault, heard, route) for heard in run.heard]
    scores = [
        compare(heard.text, whole=outcome != "stopped")
        for heard, outcome in zip(run.heard, outcomes, strict=True)
    ]
    firsts = [heard.first_word for heard in run.heard if heard.first_word is not None]
    return Result(
        tuple(map(str, run.met_by)),
        _worst(outcomes),
        _understood(run),
        tuple(dict.fromkeys(_answered_by(run))),
        max(firsts, default=None),
        max(heard.duration for heard in run.heard),
        sum(lost for lost, _ in scores),
        sum(doubled for _, doubled in scores),
        {str(who): count for who, count in run.requests.items()},
        {str(who): rest for who, rest in run.rests.items()},
        _remembered(fault, run),
    )


def compare(text: str, *, whole: bool = True) -> tuple[int, int]:
    """Count the characters of the known answer that are lost, and those that are too many.

    Of an answer that rightly stopped only what was shown counts, and nothing of it can be missing.
    """
    known = ANSWER if whole else ANSWER[: len(text)]
    if text == known:
        return 0, 0
    blocks = SequenceMatcher(None, known, text, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return len(known) - same, len(text) - same


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=_FROM_BEST.index)


def _outcome(fault: Fault, heard: Heard, route: Route) -> Outcome:
    if heard.finished:
        return "answered"
    keeps = route.rescue == "keep" and bool(heard.text)
    may_stop = fault.may_stop or keeps or _stops(fault, route)
    return "stopped" if may_stop else "unanswered"


def _stops(fault: Fault, route: Route) -> bool:
    """Tell whether the user's own rules let not everybody be asked."""
    return fault.kind is not None and rules_with(route.rules)[fault.kind].then != "anyone"


def _understood(run: Run) -> ErrorKind | None:
    attempts = (attempt for heard in run.heard for attempt in heard.trail)
    return next((attempt.kind for attempt in attempts if attempt.kind is not None), None)


def _answered_by(run: Run) -> list[str]:
    return [
        attempt.provider_name
        for heard in run.heard
        for attempt in heard.trail
        if attempt.outcome == "answered"
    ]


def _remembered(fault: Fault, run: Run) -> bool:
    """Whether each rests as it should: who failed by the fault's rule, all others not at all."""
    if fault.rests == "any":
        return True
    met = {who.provider for who in run.met_by}
    local = {each.provider for each in run.order if each.local}
    failures = _failures(run)
    for who, rest in run.rests.items():
        if who.provider in met and who not in failures:
            continue  # it was not asked; the whole provider may rest, or nobody
        spared = fault.kind is ErrorKind.NETWORK and who.provider in local
        rule = "none" if spared else fault.rests
        if not _rests_rightly(rule, rest, failures.get(who, 0)):
            return False
    return True


def _failures(run: Run) -> dict[Who, int]:
    """Count the failures of each whose last attempt was one."""
    failures: dict[Who, int] = {}
    for heard in run.heard:
        for attempt in heard.trail:
            who = Who(attempt.provider, attempt.model)
            failed = attempt.outcome == "failed"
            failures[who] = failures.get(who, 0) + 1 if failed else 0
    return failures


def _rests_rightly(rule: Rests, rest: float, failures: int) -> bool:
    if failures == 0 or rule == "none":
        return rest == 0.0
    if rule == "counted":
        return (rest > 0.0) == (failures > 1)
    return rest == inf if rule == "until-key" else abs(rest - float(rule)) < 0.1
