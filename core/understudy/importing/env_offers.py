"""What a file of variables has for whom. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.importing.looks import fault_of_key, may_be_shown
from understudy.importing.plan import Given, Offer
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.effective import Placed
    from understudy.importing.dotenv import EnvFile

_ADDRESS_ENDINGS = ("_ENDPOINT", "_BASE_URL", "_API_BASE", "_HOST")
"""After a provider's id in capitals: the seed's name for it, the official libraries', LiteLLM's,
Ollama's. (github.com/rexleimo/agno-go, .env.example; docs.litellm.ai/docs/providers)"""


@dataclass(frozen=True, slots=True)
class EnvOffers:
    """Offers by provider, and what is left of the file.

    ``empty`` are variables without a value, ``repeated`` those with several, ``second`` those that
    hold another value for somebody who has one already, ``unknown`` all others. ``unnamed`` counts
    unknown ones that are not named, as they may be something else than a name.
    """

    offers: tuple[Offer, ...] = ()
    empty: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unnamed: int = 0


def offers_of(file: EnvFile, placed: Mapping[str, Placed]) -> EnvOffers:
    """Sort a file's variables by whose they are; a provider's first usable one counts."""
    offers: list[Offer] = []
    known: set[str] = set()
    second: list[str] = []
    for provider, each in placed.items():
        keys = [name for name in each.inviting_variables if name in file.variables]
        addresses = [name for name in address_variables(each) if name in file.variables]
        known.update(keys, addresses)
        key, others = _first(file, keys, is_key=True)
        address, more = _first(file, addresses, is_key=False)
        second += [*others, *more]
        if key is not None or address is not None:
            offers.append(Offer(provider, key, address))
    unknown = [name for name in file.variables if name not in known]
    shown = tuple(filter(may_be_shown, unknown))
    return EnvOffers(
        tuple(offers),
        tuple(name for name in file.variables if name in known and _is_empty(file, name)),
        tuple(name for name in file.repeated if name in known),
        tuple(second),
        shown,
        len(unknown) - len(shown),
    )


def address_variables(placed: Placed) -> tuple[str, ...]:
    """Name the variables that may hold a provider's address, the one of its own programs first.

    An endpoint of the user's own has the address that they gave it, and a twin its elder's.
    """
    if placed.own or placed.row.wire == "practice" or (placed.twin and not placed.chosen):
        return ()
    usual = (f"{placed.row.id.upper()}{ending}" for ending in _ADDRESS_ENDINGS)
    own = placed.row.endpoint_env
    return tuple(dict.fromkeys((own, *usual) if own else usual))


def _first(
    file: EnvFile, names: Iterable[str], *, is_key: bool
) -> tuple[Given | None, tuple[str, ...]]:
    """Give the first that can be used, else the first with a value; and who else differs."""
    given = [_given(file, name) for name in names if not _is_empty(file, name)]
    usable = [
        each
        for each in given
        if not each.fault and not (is_key and fault_of_key(each.value, each.source))
    ]
    chosen = next(iter(usable or given), None)
    others = tuple(each.source for each in usable if chosen and each.value != chosen.value)
    return chosen, others


def _given(file: EnvFile, name: str) -> Given:
    variable = file.variables[name]
    if not variable.missing:
        return Given(name, variable.value)
    fault = Phrase("It refers to {name}, which is set nowhere.", name=variable.missing[0])
    return Given(name, variable.value, fault)


def _is_empty(file: EnvFile, name: str) -> bool:
    variable = file.variables[name]
    return not variable.value.strip() and not variable.missing
