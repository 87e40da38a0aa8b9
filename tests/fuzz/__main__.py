"""``python3 dev.py fuzz [SECONDS] [NAME or FILE...]``: damaged bytes for all that parses.

Each target runs in a process of its own, SECONDS long (60 where nothing is said). A FILE is an
input that an earlier run wrote: it is tried once more. Exits with 1 where something broke.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fuzz.engine import check
from fuzz.targets import targets

SECONDS = 60.0
FOLDER = Path(__file__).resolve().parents[2] / "build" / "fuzz"
GRACE = 120.0
"""Seconds behind its time after which a target counts as hanging."""


def main() -> int:
    """Fuzz what is named, or everything."""
    parser = argparse.ArgumentParser(prog="dev.py fuzz", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**31), help="to run it again"
    )
    parser.add_argument(
        "what", nargs="*", metavar="SECONDS, NAME or FILE", help=", ".join(targets())
    )
    args = parser.parse_args()
    seconds = next((float(word) for word in args.what if _is_number(word)), SECONDS)
    names = [word for word in args.what if not _is_number(word)] or [*targets()]
    unknown = [name for name in names if name not in targets() and not Path(name).is_file()]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    say(f"seed {args.seed}, {seconds:g} s each")
    broken = [name for name in names if not _holds(name, seconds, args.seed)]
    say(f"broken: {', '.join(broken)}" if broken else "all of it held")
    return 1 if broken else 0


def say(text: str) -> None:
    """Print at once: a run is long, and may be watched through a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _holds(name: str, seconds: float, seed: int) -> bool:
    if name not in targets():
        return _still_holds(Path(name))
    slow = _told("fuzz.growth", name, within=GRACE * 5)
    for shape, times in slow.items():
        say(f"{name:17} SLOW with {shape}: {times}")
    began = time.monotonic()
    words = [name, f"{seconds}", f"{seed}", f"{FOLDER}"]
    told = _told("fuzz.engine", *words, within=seconds + GRACE)
    verdict = "held" if "broken" not in told else f"BROKEN {told['broken']}"
    took, inputs = time.monotonic() - began, told.get("inputs", 0)
    say(f"{name:17} {inputs:>9} inputs in {took:4.0f} s: {verdict}")
    if "file" in told:
        say(f"{'':17} {told['file']}: {told['input']}")
    return not slow and "broken" not in told


def _told(module: str, *arguments: str, within: float) -> dict[str, Any]:
    """Run a module in a process of its own; what it says, or how it ended without a word."""
    command = [sys.executable, "-m", module, *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        return {"broken": f"it did not end within {within:g} s"}
    if ran.stdout.strip():
        return json.loads(ran.stdout.strip().rpartition("\n")[2])
    return {"broken": f"its process ended with {ran.returncode}: {ran.stderr[-300:]}"}


def _still_holds(path: Path) -> bool:
    """Try one input again; its file's name begins with its target's."""
    name = path.stem.rpartition("-")[0]
    try:
        check(targets()[name](), path.read_bytes())
    except Exception as error:  # noqa: BLE001 - whatever comes here is what is looked for
        say(f"{path}: {type(error).__name__}: {error}")
        return False
    say(f"{path}: it holds")
    return True


if __name__ == "__main__":
    sys.exit(main())
