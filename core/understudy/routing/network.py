"""Whether it is the user's own network that is down. Then nobody is to blame, and nobody rests.

One server that cannot be reached may be down itself. Two that have nothing to do with each other,
one after the other and with no answer from anybody in between, are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.errors import ProviderError

WITHIN: Final = 20.0
"""Seconds in which two servers are not reached where it is the network's doing."""
_UNREACHED: Final = frozenset(
    {"unknown_host", "no_network", "ConnectTimeout", "ConnectError", "proxy"}
)
"""How the transport calls a server that no byte came from; a refusal came from somewhere."""


class NetworkSense:
    """Remembers who was not reached. Servers on this computer tell nothing of the network."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._unreached: dict[str, float] = {}

    def reached(self, provider: str, *, local: bool) -> None:
        """Note that a provider answered, if only to refuse: the network is there."""
        if not local:
            self._unreached.clear()

    def failed(self, provider: str, error: ProviderError, *, local: bool) -> tuple[str, ...]:
        """Note a failure; gives those who were not reached for want of a network, if that is so."""
        if local:
            return ()
        if error.kind is not ErrorKind.NETWORK or error.code not in _UNREACHED:
            if error.kind is not ErrorKind.OFFLINE:
                self.reached(provider, local=False)
            return ()
        now = self._clock()
        self._unreached[provider] = now
        recent = [name for name, at in self._unreached.items() if now - at <= WITHIN]
        return tuple(recent) if len(recent) > 1 else ()
