"""What the settings amount to: the providers and routes that are in effect. Plain functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from understudy.errors import UsageError
from understudy.phrases import Phrase
from understudy.providers.address import (
    base_of_format,
    check_base_url,
    endpoint_from_environment,
)
from understudy.providers.base import ProviderRow
from understudy.providers.catalog import CATALOG
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from understudy.settings_model import ProviderSettings, Settings
    from understudy.wire.format import WireName

EVERYDAY = "Everyday"
"""The route that Understudy makes itself as long as the user has set none."""

PRACTICE = "practice"
PRACTICE_ROW = ProviderRow(PRACTICE, "Practice", "practice", "", local=True, needs_key=False)
"""Built in and needing nothing, so that it stands in no catalogue of services."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A provider as it is in effect.

    ``row`` holds the address, name and models that apply now. ``own`` is one that the user added,
    ``chosen`` one that the settings name at all. ``problem`` says why it cannot be asked, whatever
    its key is. A ``twin`` is another way to somebody who stands before it, with the same key.
    ``keys`` is how many keys there may be, the others are limits of the user's own.
    """

    row: ProviderRow
    enabled: bool = True
    own: bool = False
    chosen: bool = False
    problem: str = ""
    twin: bool = False
    keys: int = 1
    at_once: int | None = None
    per_minute: int | None = None
    budget: float | None = None

    @property
    def inviting_variables(self) -> tuple[str, ...]:
        """Give the variables by which it stands in line unasked; a twin has to be chosen."""
        return () if self.twin and not self.chosen else self.row.key_env


def placed_providers(settings: Settings, environ: Mapping[str, str]) -> dict[str, Placed]:
    """List every provider that could be asked, by id: those built in, then the user's own.

    An own one without an address or a wire format is left out: there is nothing to ask.
    """
    placed: dict[str, Placed] = {}
    variables: set[str] = set()
    for row in (*CATALOG, PRACTICE_ROW):
        each = _of_catalogue(row, settings.providers.get(row.id), environ)
        placed[row.id] = replace(each, twin=not variables.isdisjoint(row.key_env))
        variables.update(row.key_env)
    for provider, given in settings.providers.items():
        if given.wire == "gguf" and given.file:
            placed[provider] = _inside(provider, given, given.file)
        elif given.wire and given.base_url:  # also where the catalogue has come to know its name
            placed[provider] = _own(provider, given, given.wire, given.base_url)
    for provider, given in settings.providers.items():
        if provider in placed:
            placed[provider] = replace(
                placed[provider],
                keys=given.keys,
                at_once=given.at_once,
                per_minute=given.per_minute,
                budget=given.budget,
            )
    return placed


def placed_at(row: ProviderRow, address: str, environ: Mapping[str, str]) -> Placed:
    """Place a row without any settings: at ``address``, else where the environment says."""
    return _at(Placed(row), address) if address else _of_catalogue(row, None, environ)


def account_of(row: ProviderRow, number: int) -> ProviderRow:
    """Make the row of a provider's further key, ``number`` counted from 2.

    It is kept under an id of its own, and its variables end in the number.
    """
    return replace(
        row,
        id=f"{row.id}#{number}",
        name=f"{row.name} #{number}",
        key_env=tuple(f"{variable}_{number}" for variable in row.key_env),
    )


def with_accounts(placed: Mapping[str, Placed]) -> dict[str, Placed]:
    """List the further keys too, each behind the provider that it is a key of."""
    listed: dict[str, Placed] = {}
    for provider, each in placed.items():
        listed[provider] = each
        if each.row.base_url and not each.problem:
            for number in range(2, each.keys + 1):
                account = replace(account_of(each.row, number), endpoint_env="")
                listed[account.id] = replace(each, row=account, keys=1)
    return listed


def _of_catalogue(
    row: ProviderRow, given: ProviderSettings | None, environ: Mapping[str, str]
) -> Placed:
    address = environ.get(row.endpoint_env, "").strip() if row.endpoint_env else ""
    if given is None:
        return _at(Placed(row), address, from_environment=True)
    changed = replace(
        row,
        name=given.name or row.name,
        key_env=(given.key_env, *row.key_env) if given.key_env else row.key_env,
        models=tuple(given.models) or row.models,
    )
    placed = Placed(changed, given.enabled, chosen=True)
    return _at(placed, given.base_url or address, from_environment=not given.base_url)


def _own(provider: str, given: ProviderSettings, wire: WireName, address: str) -> Placed:
    row = ProviderRow(
        provider,
        given.name or provider,
        wire,
        address,
        key_env=(given.key_env,) if given.key_env else (),
        models=tuple(given.models),
        local=given.local,
        needs_key=given.key_env is not None,
    )
    return _at(Placed(row, given.enabled, own=True, chosen=True), address)


def _inside(provider: str, given: ProviderSettings, file: str) -> Placed:
    """Place a model's file, which is asked inside this program."""
    name, models = given.name or provider, (Path(file).stem,)
    row = ProviderRow(
        provider, name, "gguf", "", models=models, local=True, needs_key=False, file=file
    )
    return Placed(row, given.enabled, own=True, chosen=True)


def _at(placed: Placed, address: str, *, from_environment: bool = False) -> Placed:
    """Put a provider at ``address``, if there is one; one that cannot be meant is its problem."""
    row = placed.row
    if not address:
        problem = _address_missing(row) if row.needs_address else ""
        return replace(placed, problem=problem) if problem else placed
    check = partial(endpoint_from_environment, row) if from_environment else check_base_url
    try:
        base_url = base_of_format(row.wire, check(address))
        if row.needs_address and not urlsplit(base_url).path:  # the resource alone, as Azure shows
            base_url += urlsplit(row.base_url).path
        return replace(placed, row=replace(row, base_url=base_url))
    except UsageError as error:
        return replace(placed, problem=_problem(error, row, from_environment=from_environment))


def _address_missing(row: ProviderRow) -> Phrase:
    """Say that everybody has an address of their own there, and how it looks."""
    if row.endpoint_env:
        return Phrase(
            "{name} has no address yet: set your own, as in {example}, or set {variable}.",
            name=row.name,
            example=row.base_url,
            variable=row.endpoint_env,
        )
    return Phrase(
        "{name} has no address yet: set your own, as in {example}.",
        name=row.name,
        example=row.base_url,
    )


def _problem(error: UsageError, row: ProviderRow, *, from_environment: bool) -> Phrase:
    """Say whose address it is that cannot be used, and where it came from."""
    if not from_environment:
        return Phrase("{fault} It is the one of {name}.", fault=error.happened, name=row.name)
    return Phrase(
        "{fault} It is the one of {name} ({variable} in the environment).",
        fault=error.happened,
        name=row.name,
        variable=row.endpoint_env,
    )


def routes_in_effect(
    settings: Settings, placed: Mapping[str, Placed], with_key: Collection[str]
) -> tuple[Route, ...]:
    """List the user's routes, or as long as there are none the one that is made for them."""
    return tuple(route.as_route() for route in settings.routes) or (everyday(placed, with_key),)


def everyday(placed: Mapping[str, Placed], with_key: Collection[str]) -> Route:
    """Put whoever can be asked in order: those with a key, and those that were added or chosen.

    With nobody of that kind the built-in practice provider answers, so that a first start without
    any key holds a conversation.
    """
    entries = tuple(
        RouteEntry(provider)
        for provider, each in placed.items()
        if each.enabled
        and not each.problem
        and (provider in with_key if each.row.needs_key else each.chosen)
    )
    return Route(EVERYDAY, entries or (RouteEntry(PRACTICE),))


def default_route(settings: Settings, routes: tuple[Route, ...]) -> str:
    """Name the route of requests that name none: the one chosen as default, else the first."""
    names = [route.name for route in routes]
    return settings.default_route if settings.default_route in names else names[0]


def provider_id(name: str) -> str:
    """Make an id of a name that people gave: "My Server" becomes "my-server".

    Ids stand before the slash in PROVIDER/MODEL, so that none may hold one.
    """
    made = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    if not made:
        raise UsageError(
            Phrase('"{name}" cannot be a provider\'s name.', name=name),
            "Nothing was added.",
            "Use some letters.",
        )
    return made
