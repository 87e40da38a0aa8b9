"""What importing keys and addresses would do, before anything is done. Pure.

A provider is taken over whole or not at all. A file from elsewhere must not send a key that is
here to an address that it names, nor its own key to an address that was set here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from understudy.errors import UsageError
from understudy.importing.looks import fault_of_key, stands_in
from understudy.keys import clean_key
from understudy.phrases import Phrase
from understudy.providers.address import base_of_format, check_base_url, ollama_base_url
from understudy.providers.catalog import row as row_of

if TYPE_CHECKING:
    from understudy.effective import Placed
    from understudy.providers.base import ProviderRow

Outcome: TypeAlias = Literal["new", "replaced", "same", "kept", "skipped"]
"""``kept``: what is there stays, though it differs. ``skipped``: what was given cannot be used."""

# Examples still name it; the API is elsewhere: modelscope.cn/docs/model-service/API-Inference/intro
_MOVED = {"modelscope": ("https://api.modelscope.cn/v1",)}


@dataclass(frozen=True, slots=True)
class Given:
    """A value from a file; ``source`` says from where in it, ``fault`` why it cannot be used."""

    source: str
    value: str = field(repr=False)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a file has for one provider."""

    provider: str
    key: Given | None = None
    address: Given | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """What is there: the key in the keyring, the one in use, and the address in the settings."""

    placed: Placed
    kept_key: str | None = field(default=None, repr=False)
    key_in_use: str | None = field(default=None, repr=False)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one value."""

    outcome: Outcome
    source: str
    value: str = field(repr=False)

    @property
    def changes(self) -> bool:
        """Whether something would be written."""
        return self.outcome in {"new", "replaced"}


@dataclass(frozen=True, slots=True)
class ProviderPlan:
    """What becomes of what a file has for one provider; ``why`` tells why something is left."""

    provider: str
    name: str
    key: Step | None = None
    address: Step | None = None
    why: str = ""

    @property
    def changes(self) -> bool:
        """Whether something would be written."""
        return any(step is not None and step.changes for step in (self.key, self.address))


def plan_provider(offer: Offer, present: Present, *, replacing: bool) -> ProviderPlan:
    """Say what becomes of an offer; with ``replacing`` it wins over what is there."""
    key, key_fault = _key_step(offer.key, present, replacing=replacing)
    address, address_fault = _address_step(offer, present, replacing=replacing)
    name = present.placed.row.name
    plan = ProviderPlan(offer.provider, name, key, address, key_fault or address_fault)
    return _whole_or_not_at_all(plan, present, replacing=replacing)


def _key_step(given: Given | None, here: Present, *, replacing: bool) -> tuple[Step | None, str]:
    if given is None:
        return None, ""
    fault = given.fault or fault_of_key(given.value, given.source)
    if fault:
        return Step("skipped", given.source, ""), fault
    key = clean_key(given.value)
    if here.kept_key == key:
        return Step("same", given.source, key), ""
    if here.kept_key is None:
        return Step("new", given.source, key), ""
    if replacing:
        return Step("replaced", given.source, key), ""
    return Step("kept", given.source, ""), Phrase("A different key is there already.")


def _address_step(offer: Offer, here: Present, *, replacing: bool) -> tuple[Step | None, str]:
    given, row = offer.address, here.placed.row
    if given is None:
        return None, ""
    address, fault = _address(given, row)
    if fault:
        return Step("skipped", given.source, ""), fault
    if _is_in_effect(address, here):
        return Step("same", given.source, address), ""
    if not here.address:
        return Step("new", given.source, address), ""
    if replacing:
        return Step("replaced", given.source, address), ""
    return Step("kept", given.source, ""), Phrase("A different address is set already.")


def _address(given: Given, row: ProviderRow) -> tuple[str, str]:
    """Read an address as its provider's own programs do; returns it, or why it cannot be used."""
    if given.fault:
        return "", given.fault
    try:
        local_ollama = row.wire == "ollama" and row.local
        address = (ollama_base_url if local_ollama else check_base_url)(given.value)
    except UsageError as error:
        return "", error.happened
    if stands_in(urlsplit(address).hostname or ""):
        return "", Phrase("What stands there is an example, no address.")
    if address in _MOVED.get(row.id, ()):
        return _default_address(row), ""
    return base_of_format(row.wire, address), ""


def _default_address(row: ProviderRow) -> str:
    known = row_of(row.id)
    return row.base_url if known is None else known.base_url


def _is_in_effect(address: str, here: Present) -> bool:
    """Whether nothing need be written. A local server is put in line by being named at all."""
    row = here.placed.row
    if here.address:
        return base_of_format(row.wire, here.address) == address
    wanted = row.needs_key or here.placed.chosen
    return wanted and row.base_url == address == _default_address(row)


def _whole_or_not_at_all(plan: ProviderPlan, here: Present, *, replacing: bool) -> ProviderPlan:
    key, address = plan.key, plan.address
    if address is None:
        return plan
    if key is not None and key.changes and address.outcome in {"kept", "skipped"}:
        return replace(plan, key=Step(address.outcome, key.source, ""))
    if not address.changes or replacing:
        return plan
    if key is not None and key.outcome == "kept":
        return replace(plan, address=Step("kept", address.source, ""))
    if here.key_in_use and (key is None or key.outcome == "skipped"):
        why = Phrase("The key that is in use here would go to another address.")
        return replace(plan, address=Step("kept", address.source, ""), why=plan.why or why)
    return plan
