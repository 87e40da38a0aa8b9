"""The process in ``secret_service``: reads calls as JSON lines, answers each with a JSON line."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, is_dataclass
from typing import Any

from understudy.errors import UnderstudyError
from understudy.keys import KeyStore


async def main() -> None:
    """Serve until standard input ends."""
    store = KeyStore(**json.loads(sys.argv[1]))
    late: list[str] = []
    store.on_change.append(late.append)
    while line := await asyncio.to_thread(sys.stdin.readline):
        what, *arguments = json.loads(line)
        started = time.monotonic()
        try:
            result = late if what == "late" else await _call(store, what, arguments)
        except UnderstudyError as error:
            result = {"error": type(error).__name__, "says": str(error)}
        answer = _plain(result)
        if isinstance(answer, dict):
            answer["took"] = time.monotonic() - started
        print(json.dumps(answer), flush=True)  # noqa: T201 - the line is the answer


async def _call(store: KeyStore, what: str, arguments: list[Any]) -> Any:
    if what == "modules":
        return sorted({"keyring", "secretstorage"} & set(sys.modules))
    if what == "state":
        return store.state
    result = getattr(store, what)(*arguments)
    return await result if asyncio.iscoroutine(result) else result


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


if __name__ == "__main__":
    asyncio.run(main())
