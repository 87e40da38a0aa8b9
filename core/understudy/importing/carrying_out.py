"""Does what a plan says: keys into the keyring, addresses and routes into the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.effective import with_accounts
from understudy.errors import KeyStoreError
from understudy.importing.plan import Present, plan_provider
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.assembly import Workspace
    from understudy.effective import Placed
    from understudy.importing.plan import Offer, ProviderPlan
    from understudy.keys import KeyReading, KeyringState


def placements(workspace: Workspace) -> dict[str, Placed]:
    """List who could be asked, as the settings place them, further keys included."""
    placed = {provider: workspace.placed(provider) for provider in workspace.provider_ids}
    return with_accounts(placed)


async def read_keys(workspace: Workspace, offers: Iterable[Offer]) -> dict[str, KeyReading]:
    """Read from the keyring the keys of those providers of ``offers`` that take one."""
    wanted = [each.provider for each in offers if each.provider in workspace.keyed]
    return await workspace.load_keys(wanted)


def closed_keyring(readings: Mapping[str, KeyReading]) -> KeyringState | None:
    """Give the state of a keyring that cannot be used now; ``None`` where it can, or need not."""
    states = (reading.state for reading in readings.values())
    return next((state for state in states if state.state != "ready"), None)


def needs_keyring(plans: Iterable[ProviderPlan], closed: KeyringState) -> bool:
    """Whether plans cannot be carried out, or trusted, while the keyring is like this.

    Where there is none there is no key in it. One that is locked may hold keys that a new address
    must not get.
    """
    if closed.state == "absent":
        return any(plan.key is not None and plan.key.changes for plan in plans)
    return any(plan.changes for plan in plans)


def plan_for(
    workspace: Workspace,
    offers: Iterable[Offer],
    readings: Mapping[str, KeyReading],
    *,
    replacing: bool,
) -> tuple[ProviderPlan, ...]:
    """Say what becomes of each offer, given what is there."""
    placed = placements(workspace)

    def present(provider: str) -> Present:
        reading, given = readings.get(provider), workspace.settings.providers.get(provider)
        return Present(
            placed[provider],
            reading.key if reading is not None and reading.source == "keyring" else None,
            reading.key if reading is not None else None,
            (given.base_url if given is not None else None) or "",
        )

    return tuple(
        plan_provider(each, present(each.provider), replacing=replacing) for each in offers
    )


async def carry_out(workspace: Workspace, plans: Sequence[ProviderPlan]) -> None:
    """Write what is to be written; where the keyring stops on the way, whole providers are done.

    Raises ``KeyStoreError``, and ``SettingsError`` before any key was kept.
    """
    wanted = [plan for plan in plans if plan.changes]
    if any(plan.address is not None and plan.address.changes for plan in wanted):
        workspace.save(workspace.settings)  # shows whether it can be written
    done: list[ProviderPlan] = []
    try:
        for plan in wanted:
            await _keep_key(workspace, plan, done)
            done.append(plan)
    finally:
        _set_addresses(workspace, done)


async def _keep_key(workspace: Workspace, plan: ProviderPlan, done: Sequence[ProviderPlan]) -> None:
    if plan.key is None or not plan.key.changes:
        return
    reading = await workspace.set_key(plan.provider, plan.key.value)
    if reading.source == "keyring":
        return
    names = ", ".join(each.name for each in done)
    did = Phrase("Kept before it: {names}.", names=names) if names else "Nothing was changed."
    raise KeyStoreError(
        Phrase(
            "The key for {name} could not be kept: {why}", name=plan.name, why=reading.state.why
        ),
        did,
        "Open the keyring and import again: what is kept already stays.",
    )


def _set_addresses(workspace: Workspace, plans: Iterable[ProviderPlan]) -> None:
    from understudy.settings_model import ProviderSettings

    settings = workspace.settings
    for plan in plans:
        if plan.address is None or not plan.address.changes:
            continue
        given = settings.providers.get(plan.provider, ProviderSettings())
        at = given.model_copy(update={"base_url": plan.address.value})
        settings = settings.with_provider(plan.provider, at)
    if settings != workspace.settings:
        workspace.save(settings)
