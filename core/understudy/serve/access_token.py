"""The token that clients show: made once, and kept where keys are kept, never in a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from understudy.errors import KeyStoreError
from understudy.keys import OWN_TOKEN, clean_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.keys import KeyReading, KeyringState, KeyStore, Source

ENTRY: Final = "understudy serve"
"""Its name among the keys; a provider's id never has a space."""
VARIABLE: Final = "UNDERSTUDY_SERVE_TOKEN"
"""For machines without a keyring, the environment variable that may hold it."""
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The token; ``state`` says why the keyring does not hold it, where it does not.

    One of which the ``source`` is the session ends with this process.
    """

    value: str = field(repr=False)
    source: Source
    state: KeyringState


async def access_token(
    keys: KeyStore, environ: Mapping[str, str], *, unlock: bool = False, renew: bool = False
) -> AccessToken:
    """Read the token, or make the first one. Raises ``KeyStoreError`` where ``renew`` cannot be.

    A keyring that keeps to itself whether it has one is not written to: what is in it stays, and
    this process goes by a token of its own.
    """
    if given := environ.get(VARIABLE, "").strip():
        if renew:
            raise _not_ours()
        return AccessToken(clean_key(given), "environment", keys.state)
    reading = await keys.read(ENTRY)
    if _is_closed(reading) and unlock:
        await keys.unlock()
        reading = await keys.read(ENTRY)
    if _is_closed(reading):
        if renew:
            raise _not_renewed(reading.state)
        return AccessToken(_new(), "session", reading.state)
    if renew or reading.key is None:
        reading = await keys.save(ENTRY, _new())
    return AccessToken(reading.key or "", reading.source, reading.state)


def _is_closed(reading: KeyReading) -> bool:
    return reading.key is None and reading.state.state in {"locked", "refused"}


def _new() -> str:
    return f"{OWN_TOKEN}{secrets.token_urlsafe(_BYTES)}"


def _not_renewed(state: KeyringState) -> KeyStoreError:
    return KeyStoreError(
        f"The token could not be replaced. {state.why}",
        "The one that the keyring holds is still valid.",
        "Open it with --unlock, and try again.",
    )


def _not_ours() -> KeyStoreError:
    return KeyStoreError(
        f"The token is the one in the environment ({VARIABLE}).",
        "It was not replaced.",
        "Set another there, or none.",
    )
