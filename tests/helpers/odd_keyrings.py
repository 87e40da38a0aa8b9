"""Keyring backends that misbehave as real ones have been seen to."""

from __future__ import annotations

from typing import ClassVar

from keyring.backend import KeyringBackend


class Raising(KeyringBackend):
    """Fails with an exception of its own, with the key in its words."""

    priority: ClassVar[float] = 5  # pyright: ignore[reportIncompatibleVariableOverride] - as keyring's manual tells

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError(f"the vault of {service} is on fire")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ValueError(f"cannot store {password!r} for {username}")

    def delete_password(self, service: str, username: str) -> None:
        raise OSError("no")


class EmptyHanded(Raising):
    """Answers as if nothing had ever been stored, though it takes what it is given."""

    def get_password(self, service: str, username: str) -> str | None:
        return ""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Take it."""
