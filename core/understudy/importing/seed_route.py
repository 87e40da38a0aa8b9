"""What a file of the seed's shape amounts to: a route, and offers of keys and addresses. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from understudy.importing.plan import Given, Offer
from understudy.importing.references import References
from understudy.model_facts import ModelFacts
from understudy.phrases import Phrase
from understudy.providers.model_table import facts_of
from understudy.routing.route import RouteEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.effective import Placed
    from understudy.importing.seed_yaml import SeedConfig, SeedProvider

PRIORITIES = {
    "openai": 100,
    "openrouter": 95,
    "gemini": 90,
    "groq": 85,
    "glm4": 80,
    "siliconflow": 75,
    "cerebras": 70,
    "modelscope": 65,
    "ollama": 60,
}
"""Whom the seed prefers where nothing is said, the highest first; others come after them.
(github.com/rexleimo/agno-go at ff01329, go/internal/model/provider_meta.go)"""


@dataclass(frozen=True, slots=True)
class SeedRoute:
    """A route's places in order, and what is to be known about them.

    ``in_clear`` are paths at which a key stands in the file itself, ``unknown`` those of providers
    that are not there, ``doubtful`` models that no list knows, as PROVIDER/MODEL.
    """

    entries: tuple[RouteEntry, ...]
    offers: tuple[Offer, ...] = ()
    in_clear: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def seed_route(
    config: SeedConfig,
    placed: Mapping[str, Placed],
    environ: Mapping[str, str],
    beside: Mapping[str, str],
) -> SeedRoute:
    """Make the route. References are looked up in ``environ``, then in a file ``beside`` it."""
    variables = {**beside, **environ}
    found = [(each, _id_of(each.name, placed)) for each in config.providers]
    known = [(each, provider) for each, provider in found if provider]
    known.sort(key=lambda pair: _rank(*pair))
    entries = tuple(_entry(each, config, placed[provider], variables) for each, provider in known)
    offers = (_offer(each, placed[provider], environ, variables) for each, provider in known)
    return SeedRoute(
        entries,
        tuple(offer for offer in offers if offer.key is not None or offer.address is not None),
        tuple(_path(each, "apiKey") for each, _ in known if each.key and "$" not in each.key),
        tuple(f"providers.{each.name}" for each, provider in found if not provider),
        tuple(f"{e.provider}/{e.model}" for e in entries if _is_doubtful(e, placed[e.provider])),
    )


def _id_of(name: str, placed: Mapping[str, Placed]) -> str:
    """Find whom a name means, with capitals, dashes and underscores or without."""
    plain = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    return name if name in placed else next((each for each in placed if each == plain), "")


def _rank(each: SeedProvider, provider: str) -> int:
    return -(PRIORITIES.get(provider, 0) if each.priority is None else each.priority)


def _entry(
    each: SeedProvider, config: SeedConfig, placed: Placed, variables: Mapping[str, str]
) -> RouteEntry:
    """Make a place. The seed switches a local server off by leaving its address empty."""
    provider = placed.row.id
    model = _filled(each.model, variables).value or variables.get(f"{provider.upper()}_CHAT_MODEL")
    address = None if each.endpoint is None else _filled(each.endpoint, variables).value
    return RouteEntry(
        provider,
        (model or "").strip(),
        first_token_within=config.within if each.within is None else each.within,
        retries=config.retries if each.retries is None else each.retries,
        enabled=each.enabled and not (placed.row.local and address == ""),
    )


def _offer(
    each: SeedProvider, placed: Placed, environ: Mapping[str, str], variables: Mapping[str, str]
) -> Offer:
    key = _filled(each.key, variables)
    address = _filled(each.endpoint or "", variables)
    in_use_already = any(environ.get(name) == key.value for name in placed.row.key_env)
    wants_key = (key.value or key.fault) and not in_use_already
    wants_address = (address.value or address.fault) and not placed.own
    return Offer(
        placed.row.id,
        replace(key, source=_path(each, "apiKey")) if wants_key else None,
        replace(address, source=_path(each, "endpoint")) if wants_address else None,
    )


def _filled(text: str, variables: Mapping[str, str]) -> Given:
    """Fill in references as Go's ``os.ExpandEnv`` does; one to nothing alone is nothing at all."""
    filled = References(variables.get, bare=True).fill(text)
    value = filled.text.strip()
    if filled.overfull:
        return Given("", "", Phrase("The variables in it make it far too long."))
    if value and filled.missing:
        name = filled.missing[0]
        return Given("", value, Phrase("It refers to {name}, which is set nowhere.", name=name))
    return Given("", value)


def _path(each: SeedProvider, name: str) -> str:
    return f"providers.{each.name}.{name}"


def _is_doubtful(entry: RouteEntry, placed: Placed) -> bool:
    """Whether a list would know the model if it were there: the seed's own are of 2024."""
    row = placed.row
    if not entry.model or entry.model in row.models or row.local or placed.own:
        return False
    return facts_of(row.id, entry.model) == ModelFacts()
