"""The rehearsal: every fault of the catalogue against a user's own route, offline.

Each provider of the route is replaced by a stand-in with its id, name, models and dialect, behind
which a stage plays. Nothing leaves this computer, no key is read, and neither health nor history
nor settings are touched. Time is virtual: a deadline of 8 s takes none.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from understudy.rehearsal.clock import VirtualLoop
from understudy.rehearsal.faults import CATALOGUE
from understudy.rehearsal.in_process import InProcess
from understudy.rehearsal.on_sockets import OnSockets
from understudy.rehearsal.run import Terms, run
from understudy.rehearsal.scorecard import Line, Scorecard, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from understudy.providers.base import ProviderRow
    from understudy.rehearsal.fault import Fault
    from understudy.rehearsal.run import Run
    from understudy.rehearsal.stage import Stage
    from understudy.routing.route import Route

TERMS: Final = Terms()


def rehearse(
    route: Route,
    rows: Mapping[str, ProviderRow],
    *,
    faults: Sequence[Fault] = CATALOGUE,
    terms: Terms = TERMS,
    told: Callable[[Line], None] | None = None,
) -> Scorecard:
    """Run ``faults`` against ``route``; ``rows`` describe its providers, any other is skipped.

    Blocks, on event loops of its own: call it in a thread where another loop runs. ``told`` is
    called with each line as it is done. Raises ``UsageError`` where nobody can be asked.
    """
    card = Scorecard(route.name, (), (), ())
    for fault in faults:
        runs = _runs(fault, route, rows, terms)
        line = Line(fault, tuple(judge(fault, each, route) for each in runs))
        card = Scorecard(route.name, runs[0].order, runs[0].skipped, (*card.lines, line))
        if told is not None:
            told(line)
    return card


def play(
    fault: Fault,
    route: Route,
    rows: Mapping[str, ProviderRow],
    stage: Stage,
    *,
    all_but_last: bool = False,
    terms: Terms = TERMS,
) -> Run:
    """Play one fault on ``stage``, in virtual time: the first of the route meets it, or more."""

    async def played() -> Run:
        async with stage:
            return await run(fault, route, rows, stage, terms, all_but_last=all_but_last)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(played())


def _runs(fault: Fault, route: Route, rows: Mapping[str, ProviderRow], terms: Terms) -> list[Run]:
    """Have the first meet the fault, then all but the last, where that is somebody else too."""
    stage = OnSockets if fault.matters == "bytes" else InProcess
    runs = [play(fault, route, rows, stage(), terms=terms)]
    if len(runs[0].order) > 2 and not (fault.everywhere or fault.alone):
        runs.append(play(fault, route, rows, stage(), terms=terms, all_but_last=True))
    return runs
