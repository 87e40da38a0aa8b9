"""``keys import`` and ``routes import``: what people have in other programs' files.

No key and no part of one is ever printed, and no value of a variable that is not understood.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.cli.session import with_workspace
from understudy.errors import FileError, KeyStoreError
from understudy.importing.carrying_out import (
    carry_out,
    closed_keyring,
    needs_keyring,
    placements,
    plan_for,
    read_keys,
)
from understudy.importing.dotenv import read_env
from understudy.importing.env_offers import offers_of
from understudy.importing.files import read_file, read_stream

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.importing.dotenv import EnvFile
    from understudy.importing.env_offers import EnvOffers
    from understudy.importing.plan import Offer, ProviderPlan, Step
    from understudy.keys import KeyringState

LISTED = 8
"""Names in a sentence; a file of a whole company's settings has hundreds."""


def import_keys(args: argparse.Namespace, console: Console) -> int:
    """Put the keys of a file of variables into the keyring, and its addresses into the settings."""
    text = read_named(args.file)

    async def change(workspace: Workspace) -> int:
        file = read_env(text, os.environ)
        found = offers_of(file, placements(workspace))
        if not found.offers:
            raise _nothing_known(args.file)
        plans = await planned(workspace, found.offers, args, console)
        if not args.dry_run:
            await carry_out(workspace, plans)
        if console.json:
            console.object(_as_json(args, plans, file, found))
        else:
            _print(console, args, plans, file, found)
        return 1 if all(is_unusable(plan) for plan in plans) else 0

    return with_workspace(console, change, keys=False)


def read_named(name: str) -> str:
    """Read the file that was named; ``-`` is standard input. Raises ``FileError``."""
    if name == "-":
        return read_stream(sys.stdin.buffer, "Standard input")
    return read_file(Path(name))


async def planned(
    workspace: Workspace, offers: Sequence[Offer], args: argparse.Namespace, console: Console
) -> tuple[ProviderPlan, ...]:
    """Plan what becomes of ``offers``. Raises ``KeyStoreError`` where the keyring is in the way.

    To see what would be done is possible without it.
    """
    readings = await read_keys(workspace, offers)
    if closed_keyring(readings) is not None and args.unlock:
        console.note("The system asks for the password of the keyring.")
        await workspace.keys.unlock()
        readings = await read_keys(workspace, offers)
    plans = plan_for(workspace, offers, readings, replacing=args.replace)
    closed = closed_keyring(readings)
    if closed is not None and needs_keyring(plans, closed):
        _refuse(closed, console, dry_run=args.dry_run)
    return plans


def is_unusable(plan: ProviderPlan) -> bool:
    """Whether nothing of what the file has for a provider is any good."""
    return all(step is None or step.outcome == "skipped" for step in (plan.key, plan.address))


def print_plans(console: Console, plans: Sequence[ProviderPlan], *, dry_run: bool) -> None:
    """Print a line for each provider."""
    console.table((plan.name, _told(plan, "would be " if dry_run else "")) for plan in plans)


def _told(plan: ProviderPlan, would: str) -> str:
    """Say what becomes of a provider's key and address, and why something does not."""
    steps = {"key": plan.key, "address": plan.address}
    parts = [_told_step(what, step, would) for what, step in steps.items() if step is not None]
    told = [f"{', '.join(parts)}.", plan.why]
    if any(step is not None and step.outcome == "kept" for step in steps.values()):
        told.append("--replace takes what the file has.")
    return " ".join(filter(None, told))


def _told_step(what: str, step: Step, would: str) -> str:
    shown = f"{what} {step.value}" if what == "address" and step.value else what
    match step.outcome:
        case "new":
            return f"{shown} {would}taken from {step.source}"
        case "replaced":
            return f"{shown} {would}replaced from {step.source}"
        case "same":
            return f"{shown} is there already"
        case "kept":
            return f"{what} of {step.source} {would}left"
        case "skipped":
            return f"{what} of {step.source} cannot be used"


def _print(
    console: Console,
    args: argparse.Namespace,
    plans: Sequence[ProviderPlan],
    file: EnvFile,
    found: EnvOffers,
) -> None:
    if args.dry_run:
        console.line("Nothing was changed. This would be done:")
    print_plans(console, plans, dry_run=args.dry_run)
    for told in _remarks(file, found):
        console.line(told)
    if not args.dry_run and any(plan.key is not None and plan.key.changes for plan in plans):
        console.line(f"{args.file} still holds these keys; Understudy does not need it any more.")


def _remarks(file: EnvFile, found: EnvOffers) -> Iterator[str]:
    """Say what of the file was not used, by its names alone."""
    if found.repeated:
        yield f"Set more than once, and the last counts: {listed(found.repeated)}."
    if found.second:
        yield f"Left for another variable of the same provider: {listed(found.second)}."
    if found.empty:
        yield f"Without a value: {listed(found.empty)}."
    if found.unknown or found.unnamed:
        yield f"Not known to Understudy: {listed(found.unknown, found.unnamed)}."
    for fault in file.faults[:LISTED]:
        yield f"Line {fault.line} was left out: {fault.what}."
    if len(file.faults) > LISTED:
        yield f"{len(file.faults) - LISTED} more lines were left out like that."


def listed(names: Sequence[str], more: int = 0) -> str:
    """Name some, and count the others."""
    more += max(0, len(names) - LISTED)
    shown = ", ".join(names[:LISTED])
    if not more:
        return shown
    return f"{shown} and {more} more" if shown else f"{more} lines"


def plan_as_json(plan: ProviderPlan) -> dict[str, Any]:
    """Describe what becomes of a provider as plain JSON values; its key is in none of them."""
    key, address = plan.key, plan.address
    return {
        "provider": plan.provider,
        "name": plan.name,
        "key": None if key is None else {"outcome": key.outcome, "from": key.source},
        "address": None
        if address is None
        else {"outcome": address.outcome, "from": address.source, "base_url": address.value},
        "why": plan.why,
    }


def _as_json(
    args: argparse.Namespace, plans: Sequence[ProviderPlan], file: EnvFile, found: EnvOffers
) -> dict[str, Any]:
    return {
        "file": args.file,
        "dry_run": args.dry_run,
        "providers": [plan_as_json(plan) for plan in plans],
        "empty": found.empty,
        "second": found.second,
        "unknown": found.unknown,
        "unnamed": found.unnamed,
        "repeated": found.repeated,
        "faults": [asdict(fault) for fault in file.faults],
    }


def _refuse(closed: KeyringState, console: Console, *, dry_run: bool) -> None:
    if dry_run:
        console.note(f"{closed.why} Without it this cannot be done.")
        return
    if closed.state == "absent":
        can_do = "Set the variables in the environment in its place."
    else:
        can_do = "Give --unlock to have the system ask for its password."
    did = "Nothing was changed: Understudy never writes keys into files."
    raise KeyStoreError(closed.why, did, can_do)


def _nothing_known(name: str) -> FileError:
    return FileError(
        f"{name} has no value for a variable that Understudy knows.",
        "Nothing was changed.",
        "It looks for the providers' own names, such as OPENAI_API_KEY or OLLAMA_HOST.",
    )
