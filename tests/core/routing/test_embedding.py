"""Vectors come from one model, whoever serves it, and a fallback never mixes two."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from helpers.providers import provider
from helpers.virtual_time import wall_clock
from understudy.errors import ErrorKind, NobodyAnswered, ProviderError, UsageError
from understudy.providers.base import Availability
from understudy.providers.embedding import same_model
from understudy.requests import EmbeddingRequest, Usage
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.wire.format import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.routing.trace import Attempt

pytestmark = pytest.mark.anyio

WANTED = EmbeddingRequest(("one", "two"), "bge-m3")


@dataclass
class Maker:
    """An ``EmbeddingProvider`` that has ``models`` and fails as told, first to last."""

    id: str
    models: tuple[str, ...] = ("bge-m3",)
    failures: list[ProviderError] = field(default_factory=list[ProviderError])
    local: bool = False
    available: Availability = field(default_factory=lambda: Availability("available"))
    asked: list[tuple[str, int | None]] = field(default_factory=list[tuple[str, "int | None"]])

    @property
    def name(self) -> str:
        return self.id.upper()

    def availability(self) -> Availability:
        return self.available

    def embedding_model(self, model: str) -> str | None:
        return next((each for each in self.models if same_model(each, model)), None)

    async def embed(self, texts: Sequence[str], model: str, dimensions: int | None) -> Vectors:
        self.asked.append((model, dimensions))
        await asyncio.sleep(0.1)
        if self.failures:
            raise self.failures.pop(0)
        return Vectors(tuple((float(len(text)),) for text in texts), Usage(input_tokens=2))


def fails(kind: ErrorKind, retry_after: float | None = None) -> ProviderError:
    return ProviderError(kind, f"It failed ({kind}).", retry_after=retry_after)


def router_of(*makers: Maker) -> Router:
    router = Router(clock=wall_clock)
    for maker in makers:
        router.register_embedding_provider(maker)
    return router


async def test_that_the_first_that_has_the_model_makes_the_vectors() -> None:
    other = Maker("a", ("text-embedding-3-small",))
    own = Maker("b", ("BAAI/bge-m3",))
    router = router_of(other, own)
    seen: list[Attempt] = []
    router.on_attempt.append(seen.append)
    response = await router.embed(WANTED)
    assert response.vectors == ((3.0,), (3.0,))
    assert (response.provider, response.model) == ("b", "BAAI/bge-m3")
    assert response.usage == Usage(input_tokens=2)
    assert [attempt.outcome for attempt in response.trace.attempts] == ["answered"]
    assert list(response.trace.attempts) == seen
    assert other.asked == []


async def test_that_a_failure_goes_on_only_to_the_same_model() -> None:
    first = Maker("a", failures=[fails(ErrorKind.AUTH)])
    other = Maker("b", ("text-embedding-3-small",))
    third = Maker("c", ("bge-m3:latest",))
    response = await router_of(first, other, third).embed(WANTED)
    assert response.provider == "c"
    assert [attempt.decision for attempt in response.trace.attempts] == ["next", "done"]
    assert other.asked == []


async def test_that_nobody_with_the_model_is_told_and_nobody_is_asked() -> None:
    other = Maker("a", ("text-embedding-3-small",))
    with pytest.raises(NobodyAnswered) as caught:
        await router_of(other).embed(WANTED)
    assert str(caught.value) == (
        "Nobody here makes vectors with bge-m3. "
        "Nobody was asked: vectors of another model would not compare. "
        "Set up a provider that has this model."
    )
    assert other.asked == []


async def test_that_a_passing_failure_is_tried_again_and_then_left() -> None:
    first = Maker("a", failures=[fails(ErrorKind.TRANSIENT), fails(ErrorKind.TRANSIENT)])
    second = Maker("b")
    response = await router_of(first, second).embed(WANTED)
    decisions = [attempt.decision for attempt in response.trace.attempts]
    assert decisions == ["again", "next", "done"]
    assert len(first.asked) == 2


async def test_that_a_rate_limited_one_rests_for_the_next_request_too() -> None:
    first = Maker("a", failures=[fails(ErrorKind.RATE_LIMIT, retry_after=60.0)])
    router = router_of(first, Maker("b"))
    await router.embed(WANTED)
    response = await router.embed(WANTED)
    assert (response.provider, len(first.asked)) == ("b", 1)
    await asyncio.sleep(61)
    assert (await router.embed(WANTED)).provider == "a"


async def test_that_the_error_is_the_first_ones_with_everybody_elses_reason() -> None:
    makers = (
        Maker("a", failures=[fails(ErrorKind.QUOTA)]),
        Maker("b", failures=[fails(ErrorKind.AUTH)]),
        Maker("c", available=Availability("not-configured", "C has no key.")),
    )
    with pytest.raises(NobodyAnswered) as caught:
        await router_of(*makers).embed(WANTED)
    assert caught.value.first is not None
    assert caught.value.first.kind is ErrorKind.QUOTA
    assert caught.value.reasons == ("It failed (quota).", "It failed (auth).", "C has no key.")


async def test_that_a_bad_request_stops() -> None:
    first, second = Maker("a", failures=[fails(ErrorKind.BAD_REQUEST)]), Maker("b")
    with pytest.raises(NobodyAnswered):
        await router_of(first, second).embed(WANTED)
    assert second.asked == []


async def test_that_a_route_is_a_wall() -> None:
    inside, outside = Maker("a", failures=[fails(ErrorKind.AUTH)]), Maker("b")
    off = Maker("c")
    router = router_of(outside, inside, off)
    entries = (RouteEntry("a", "chat-model"), RouteEntry("c", "m", enabled=False))
    router.set_route(Route("private", entries))
    with pytest.raises(NobodyAnswered):
        await router.embed(EmbeddingRequest(("text",), "bge-m3", route="private"))
    assert (len(inside.asked), outside.asked, off.asked) == (1, [], [])
    with pytest.raises(UsageError):
        await router.embed(EmbeddingRequest(("text",), "bge-m3", route="nowhere"))


async def test_that_cancelling_is_recorded_and_asks_nobody_else() -> None:
    first, second = Maker("a"), Maker("b")
    router = router_of(first, second)
    seen: list[Attempt] = []
    router.on_attempt.append(seen.append)
    task = asyncio.ensure_future(router.embed(WANTED))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(attempt.outcome, attempt.kind) for attempt in seen] == [("cancelled", "cancelled")]
    assert second.asked == []


async def test_that_the_wanted_length_reaches_the_provider() -> None:
    maker = Maker("a")
    await router_of(maker).embed(EmbeddingRequest(("text",), "bge-m3", dimensions=256))
    assert maker.asked == [("bge-m3", 256)]


async def test_that_one_that_is_unregistered_makes_no_vectors_either() -> None:
    maker = Maker("a")
    router = router_of(maker)
    router.unregister_provider("a")
    with pytest.raises(NobodyAnswered):
        await router.embed(WANTED)
    with pytest.raises(UsageError):
        router.unregister_provider("a")
    router.register_chat_provider(provider("a"))
    router.unregister_provider("a")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("BAAI/bge-m3", "bge-m3", True),
        ("bge-m3:latest", "Bge-M3", True),
        ("Pro/BAAI/bge-m3", "BAAI/bge-m3", True),
        ("bge-m3:567m", "bge-m3", False),
        ("nomic-embed-text", "nomic-embed-text-v1.5", False),
        ("text-embedding-3-small", "text-embedding-3-large", False),
    ],
)
async def test_that_only_what_is_certain_counts_as_the_same_model(
    one: str, other: str, same: bool
) -> None:
    assert same_model(one, other) is same
