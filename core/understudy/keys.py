"""Keys: the operating system's keyring, else the environment, else this session's memory.

Nothing here writes a file, logs anything, or shows a key. The keyring is asked on a thread of its
own, with a time limit: a prompt that nobody answers never stops the program, and an answer that
comes late is still used.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from understudy.errors import KeyStoreError, UsageError
from understudy.keyring_access import Answer, Keyring, KeyringState
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["KeyReading", "KeyStore", "KeyringState", "Source", "clean_key"]

Source: TypeAlias = Literal["keyring", "environment", "session", "none"]

ANSWER_TIMEOUT = 5.0
"""Seconds for an answer; the keyring itself takes about 10 ms, its first start 200."""

UNLOCK_TIMEOUT = 120.0
"""Seconds in which a person types the keyring's password."""

OWN_TOKEN = "understudy-"
"""How the token of ``understudy serve`` begins. Clients look for it in variables such as
``OPENAI_API_KEY``, where it is no key: no provider may ever be sent it."""

_QUOTES = ("''", '""', "``", "“”", "‘’", "«»")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


@dataclass(frozen=True, slots=True)
class KeyReading:
    """A provider's key and where it came from; the key is left out of every representation."""

    key: str | None = field(repr=False)
    source: Source
    state: KeyringState


class KeyStore:
    """One key for each provider, in the keyring under ``service``.

    ``on_change`` callbacks are called on the event loop with a provider's id when its key came
    later than it was asked for.
    """

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        service: str = "Understudy",
        *,
        answer_timeout: float = ANSWER_TIMEOUT,
        unlock_timeout: float = UNLOCK_TIMEOUT,
    ) -> None:
        self.on_change: list[Callable[[str], None]] = []
        self._environ = environ
        self._answer_timeout = answer_timeout
        self._unlock_timeout = unlock_timeout
        self._keyring = Keyring(service)
        self._thread: _KeyringThread | None = None
        self._state = KeyringState("absent", "", "The keyring was not asked yet.")
        self._found: dict[str, str] = {}
        self._session: dict[str, str] = {}
        self._asked: set[str] = set()
        self._seen: set[str] = set()
        self._overdue = 0

    @property
    def state(self) -> KeyringState:
        """How the keyring was when it was last asked."""
        return self._state

    def peek(self, provider_id: str, env_names: Sequence[str] = ()) -> str | None:
        """Give the key from memory or the environment, at once, without asking the keyring."""
        return self._effective(provider_id, env_names)[0]

    def secrets(self) -> tuple[str, ...]:
        """Give every key that was seen in this session, to be taken out of what is written."""
        return tuple(self._seen)

    async def read(self, provider_id: str, env_names: Sequence[str] = ()) -> KeyReading:
        """Ask the keyring for a provider's key, and fall back where it has none.

        An empty answer changes nothing that is known already.
        """
        self._asked.add(provider_id)
        await self._ask(provider_id, lambda: self._keyring.get(provider_id), self._take)
        return self._reading(provider_id, env_names)

    async def save(self, provider_id: str, key: str, env_names: Sequence[str] = ()) -> KeyReading:
        """Put a key into the keyring, or into memory until Understudy ends where that fails.

        Returns the key that is in effect now, and from where; its state says why the keyring did
        not take it. Raises ``UsageError`` for what is no key.
        """
        key = clean_key(key)
        self._session[provider_id] = key
        self._found.pop(provider_id, None)
        await self._store(provider_id, key)
        return self._reading(provider_id, env_names)

    async def remove(self, provider_id: str) -> None:
        """Forget a provider's key, in the keyring and in memory.

        Raises ``KeyStoreError`` where the keyring does not let go of it; nothing changes then.
        """
        if self._overdue:
            raise _not_removed(self._state)
        answer = await self._ask(
            provider_id, lambda: self._keyring.delete(provider_id), self._removed
        )
        if answer is None or answer.state.state in {"locked", "refused"}:
            raise _not_removed(self._state)

    async def unlock(self) -> KeyringState:
        """Have the system ask for the keyring's password, and try again what it refused before.

        Keys that were typed meanwhile go into the keyring, those asked for in vain are read.
        """
        await self._ask("", self._keyring.unlock, _nothing, timeout=self._unlock_timeout)
        if self._state.state != "ready":
            return self._state
        for provider_id, key in list(self._session.items()):
            await self._store(provider_id, key)
        # not by set operations: a late answer may come to the thread meanwhile
        for provider_id in [each for each in self._asked if each not in self._found]:
            if (await self.read(provider_id)).source == "keyring":
                self._changed(provider_id)
        return self._state

    async def _store(self, provider_id: str, key: str) -> None:
        def store() -> Answer:
            return self._keyring.set(provider_id, key)

        def stored(name: str, answer: Answer) -> None:
            if answer.state.state == "ready" and self._session.get(name) == key:
                self._found[name] = self._session.pop(name)

        await self._ask(provider_id, store, stored)

    def _take(self, provider_id: str, answer: Answer) -> None:
        # What was typed in this session is newer than what the keyring did not let go.
        if answer.key and provider_id not in self._session:
            self._found[provider_id] = answer.key

    def _removed(self, provider_id: str, answer: Answer) -> None:
        if answer.state.state in {"ready", "absent"}:
            self._found.pop(provider_id, None)
            self._session.pop(provider_id, None)

    def _reading(self, provider_id: str, env_names: Sequence[str]) -> KeyReading:
        key, source = self._effective(provider_id, env_names)
        return KeyReading(key, source, self._state)

    def _effective(self, provider_id: str, env_names: Sequence[str]) -> tuple[str | None, Source]:
        key, source = self._best(provider_id, env_names)
        if key is not None:
            self._seen.add(key)
        return key, source

    def _best(self, provider_id: str, env_names: Sequence[str]) -> tuple[str | None, Source]:
        if found := self._found.get(provider_id):
            return found, "keyring"
        for name in env_names:
            if key := _usable(self._environ.get(name, "")):
                return key, "environment"
        if typed := self._session.get(provider_id):
            return typed, "session"
        return None, "none"

    async def _ask(
        self,
        provider_id: str,
        job: Callable[[], Answer],
        take: Callable[[str, Answer], None],
        timeout: float | None = None,
    ) -> Answer | None:
        """Run ``job`` on the keyring's thread; ``None`` where no answer came in time.

        While an earlier call is overdue nobody waits: what is asked is done when that one ends.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()

        def work() -> None:
            answer = job()
            take(provider_id, answer)
            self._state = answer.state
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(self._answered, provider_id, done, answer)

        if self._thread is None:
            self._thread = _KeyringThread()
        self._thread.post(work)
        wait = timeout or (0 if self._overdue else self._answer_timeout)
        await asyncio.wait((done,), timeout=wait)
        if done.done():
            return done.result()
        self._overdue += 1
        done.cancel()
        self._state = KeyringState(
            "locked",
            self._state.backend_name,
            "The keyring has not answered yet; it may be waiting for its password.",
        )
        return None

    def _answered(self, provider_id: str, done: asyncio.Future[Answer], answer: Answer) -> None:
        if not done.done():
            done.set_result(answer)
            return
        self._overdue -= 1
        self._state = answer.state  # it may have come in the moment in which it was given up
        if provider_id in self._found:
            self._changed(provider_id)

    def _changed(self, provider_id: str) -> None:
        for listener in self.on_change:
            listener(provider_id)


class _KeyringThread:
    """Runs jobs in their order; a prompt that nobody answers does not keep it at its end."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        Thread(target=self._run, name="keyring", daemon=True).start()

    def post(self, job: Callable[[], None]) -> None:
        """Have ``job`` run after those before it."""
        self._jobs.put(job)

    def _run(self) -> None:
        while True:
            self._jobs.get()()


def clean_key(text: str) -> str:
    """Take a key out of what was pasted: white space and one pair of quotes around it go.

    Raises ``UsageError`` that says what is wrong without showing the key.
    """
    key = text.strip().strip(_INVISIBLE).strip()
    if len(key) > 1 and key[0] + key[-1] in _QUOTES:
        key = key[1:-1].strip()
    if not key:
        raise UsageError("The key is empty.", "Nothing was changed.", "Paste the key itself.")
    fault = _fault(key)
    if fault:
        raise UsageError(
            Phrase("This is no key: it has {fault}.", fault=fault),
            "Nothing was changed.",
            "Copy the key again, all of it and nothing else.",
        )
    return key


def _fault(key: str) -> str:
    if "\n" in key or "\r" in key:
        return Phrase("a line break inside")
    if any(character.isspace() for character in key):
        return Phrase("a space inside")
    if not key.isprintable():
        return Phrase("control characters inside")
    if not key.isascii():
        return Phrase("characters that cannot be sent in a key, such as é or 가")
    return ""


def _usable(text: str) -> str | None:
    """Clean what the environment holds; what is no key there counts as none."""
    try:
        key = clean_key(text)
    except UsageError:
        return None
    return None if key.startswith(OWN_TOKEN) else key


def _not_removed(state: KeyringState) -> KeyStoreError:
    happened = "The key could not be removed."
    if state.why:
        happened = Phrase("The key could not be removed. {why}", why=state.why)
    return KeyStoreError(
        happened,
        "It is kept as it was.",
        "Unlock the keyring and try again.",
    )


def _nothing(provider_id: str, answer: Answer) -> None:
    """Take nothing from an answer that has no key in it."""
