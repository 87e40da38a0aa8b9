"""What is set while an answer streams: that answer ends as it would have, the next goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import broken_stream, openai_stream
from understudy import ChatRequest, Finished, HandedOver, Message, TextDelta
from understudy.assembly import Workspace
from understudy.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from understudy.events import StreamEvent
    from understudy.settings_model import Settings

QUESTION = ChatRequest((Message.user("Hello?"),))
ANSWER = "The first one tells all of this without a stop. " * 4
BROKEN = "The first one breaks off in the middle "


def opened(home: Path) -> Workspace:
    """Open the workspace below ``home``."""
    return Workspace.open(Paths.under(home), {})


def words(events: list[StreamEvent]) -> str:
    """Join the words that were streamed."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def who_finished(events: list[StreamEvent]) -> str:
    """Who said the last word."""
    last = events[-1]
    assert isinstance(last, Finished)
    return last.provider


def replaced(settings: Settings, other: str) -> Settings:
    """Put another model and name in place of the first provider's."""
    given = settings.providers["first"].model_copy(update={"name": "New", "models": ["new"]})
    return settings.with_provider("first", given)


def readdressed(settings: Settings, other: str) -> Settings:
    """Move the first provider to the address of the other."""
    given = settings.providers["first"].model_copy(update={"base_url": other})
    return settings.with_provider("first", given)


def switched_off(settings: Settings, other: str) -> Settings:
    """Switch the first provider off."""
    given = settings.providers["first"].model_copy(update={"enabled": False})
    return settings.with_provider("first", given)


def unregistered(settings: Settings, other: str) -> Settings:
    """Take the first provider away, and out of the route."""
    return turned_over(settings, other, keep=1).without_provider("first")


def without_its_route(settings: Settings, other: str) -> Settings:
    """Delete the route that is being followed."""
    return settings.without_route("Test")


def turned_over(settings: Settings, other: str, keep: int = 2) -> Settings:
    """Put the second one first."""
    route = settings.routes[0]
    return settings.with_route(route.model_copy(update={"entries": route.entries[::-1][:keep]}))


CHANGES = [
    (replaced, "first"),
    (readdressed, "first"),
    (switched_off, "second"),
    (unregistered, "second"),
    (without_its_route, "first"),
    (turned_over, "second"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("change", "then"), CHANGES)
async def test_that_an_answer_under_way_is_whole_and_the_next_goes_by_the_change(
    home: Path, change: Callable[[Settings, str], Settings], then: str
) -> None:
    first = Loopback(openai_stream(ANSWER, delay=0.005))
    async with first, Loopback(openai_stream("Second.")) as second:
        write_lineup(home, first.base_url, second.base_url)
        workspace = opened(home)
        stream = workspace.router.stream(QUESTION)
        events = [await anext(stream) for _ in range(4)]
        assert words(events)
        workspace.apply(change(workspace.settings, second.base_url))
        events += [event async for event in stream]
        after = await workspace.router.chat(QUESTION)
        await workspace.aclose()
    assert (words(events), who_finished(events)) == (ANSWER, "first")
    assert after.provider == then
    assert (after.message.text == ANSWER) == (then == "first" and change is not readdressed)


@pytest.mark.anyio
@pytest.mark.parametrize("change", [change for change, _ in CHANGES])
async def test_that_an_answer_that_breaks_off_after_a_change_is_still_carried_on(
    home: Path, change: Callable[[Settings, str], Settings]
) -> None:
    first = Loopback(broken_stream(BROKEN, delay=0.02))
    async with first, Loopback(openai_stream("and the second one ends it.")) as second:
        write_lineup(home, first.base_url, second.base_url)
        workspace = opened(home)
        stream = workspace.router.stream(QUESTION)
        events = [await anext(stream) for _ in range(3)]
        workspace.apply(change(workspace.settings, second.base_url))
        events += [event async for event in stream]
        await workspace.aclose()
    seams = [event for event in events if isinstance(event, HandedOver)]
    assert [(seam.failed.provider, seam.provider) for seam in seams] == [("first", "second")]
    assert words(events).startswith(BROKEN)
    assert who_finished(events) == "second"
