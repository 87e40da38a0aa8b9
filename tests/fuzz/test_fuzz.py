"""The fuzzer: its targets hold, and it finds what does not hold."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from fuzz.engine import Found, smallest
from fuzz.growth import slow
from fuzz.invariants import Broken, check_decoder, check_error
from fuzz.mutation import damage
from fuzz.targets import Target, targets
from understudy.errors import ErrorKind, ProviderError
from understudy.events import Stop, TextDelta

if TYPE_CHECKING:
    from understudy.events import ProviderEvent

INPUTS = 60


@pytest.mark.parametrize("name", targets())
def test_that_a_target_holds_with_its_seeds_whole_and_damaged(name: str) -> None:
    target, chance = targets()[name](), random.Random(1)
    for data in target.seeds:
        target.check(data)
    for _ in range(INPUTS):
        target.check(damage(chance.choice(target.seeds), chance, target.seeds, 4_000))


class Wrong:
    """A decoder with a fault that shows only when the bytes are cut, or none."""

    failure: ProviderError | None = None
    done = False
    chunks = 0
    settled = False

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def feed(self, data: bytes) -> list[ProviderEvent]:
        text = {"half": "\ud83c", "long": "x" * 9_000}.get(self.fault, "x")
        if self.fault == "crash" and b"!" in data:
            raise KeyError("!")
        return [TextDelta(text)] if self.fault in {"half", "long", "cut"} else []

    def close(self) -> list[ProviderEvent]:
        stop: list[ProviderEvent] = [Stop("stop")]
        return {"stop": stop, "stops": stop * 2}.get(self.fault, [])


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("half", "half a character"),
        ("long", "more text than bytes"),
        ("cut", "another split"),
        ("stop", "without a word of an end"),
        ("stops", "not the last"),
    ],
)
def test_that_what_does_not_hold_is_told(fault: str, told: str) -> None:
    with pytest.raises(Broken, match=told):
        check_decoder(lambda: Wrong(fault), (b"finish",), b"abc" if fault == "cut" else b"a")


def test_that_a_key_in_an_error_is_told() -> None:
    said = ProviderError(ErrorKind.AUTH, "It failed.", detail="for sk-fuzz-0123456789abcdef")
    with pytest.raises(Broken, match="a key gets out"):
        check_error(said)


def test_that_an_input_is_made_as_small_as_it_goes() -> None:
    target = Target((b"",), lambda data: check_decoder(lambda: Wrong("crash"), (), data))
    assert smallest(target, Found(b"what a pity! is it not?", KeyError("!"))) == b"!"


@pytest.mark.parametrize(("power", "noticed"), [(1, False), (2, True)])
def test_that_growth_with_the_square_is_noticed(power: int, noticed: bool) -> None:
    spent = [0.0]

    def check(data: bytes) -> None:
        spent[0] += (len(data) / 24_000) ** power

    found = slow(Target((b"x",), check), lambda: spent[0])
    assert bool(found) is noticed
