"""Stands where the model's process would be, and does what it is told to do wrong.

command = model_child(folder, "ready", server.url)
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def model_child(folder: Path, *words: str) -> tuple[str, ...]:
    """The command for a child that notes its start in ``folder`` and then acts as ``words`` say."""
    return (sys.executable, str(Path(__file__)), str(folder), *words)


def starts(folder: Path) -> list[int]:
    """The process ids of the children that were started, in their order."""
    path = folder / "starts"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def noted(folder: Path) -> dict[str, Any]:
    """What the last child was told, and the environment that it found."""
    return json.loads((folder / "noted.json").read_text())


def say(text: str) -> None:
    os.write(1, text.encode())


def loading(value: float) -> str:
    """The line in which llama.cpp tells how far it has come."""
    payload = {"stages": ["text_model"], "current": "text_model", "value": value}
    return f"cmd_child_to_router:state:{json.dumps({'state': 'loading', 'payload': payload})}\n"


def until_the_end() -> None:
    """Wait for the end of standard input, and so for that of the parent."""
    while os.read(0, 1024):
        pass


def ready(url: str) -> None:
    """Load in two steps and answer at ``url``."""
    say(loading(0.5) + loading(1.0) + f'understudy: {{"url": "{url}"}}\n')
    until_the_end()


def talkative(url: str) -> None:
    """Say much that means nothing before."""
    say("a stray line\n\xff\xfe\n" + "x" * 3_000_000 + "\ncmd_child_to_router:state:{broken\n")
    os.write(2, b"y" * 3_000_000 + b"\n")
    ready(url)


def hang() -> None:
    """Begin to load and never end."""
    say(loading(0.25))
    time.sleep(600)


def give_up(code: str, log: str = "") -> None:
    """Report a failure, with a line of log before it."""
    os.write(2, f"{log}\n".encode())
    say(f'understudy: {{"code": "{code}"}}\n')


def crash(code: str, log: str = "") -> None:
    """End without a word, by an exit code or a signal."""
    os.write(2, f"{log}\n".encode())
    if int(code) < 0:
        os.kill(os.getpid(), -int(code))
    os._exit(int(code))


ACTS: dict[str, Callable[..., None]] = {
    "ready": ready,
    "talkative": talkative,
    "hang": hang,
    "give_up": give_up,
    "crash": crash,
}


def main(folder: Path, act: str, *words: str) -> None:
    """Note the start, read the order and act."""
    with (folder / "starts").open("a") as file:
        file.write(f"{os.getpid()}\n")
    order = json.loads(sys.stdin.readline())
    (folder / "noted.json").write_text(json.dumps({"order": order, "environ": dict(os.environ)}))
    ACTS[act](*words)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
