"""Writes requirements.lock from pyproject.toml. Run it with `python3 dev.py lock`.

Everything is resolved at once, for all systems and Pythons, then dealt out to sections, so that a
start of the program need not install what only a test needs. A section holds what its requirements
lead to and what is in none of the sections that it stands upon.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"


class Section(NamedTuple):
    """What is compiled into a section, in uv's words, and the sections it stands upon."""

    words: tuple[str, ...]
    below: tuple[str, ...] = ()


def group(name: str) -> tuple[str, str]:
    """Name one of the project's dependency groups, without the project's own requirements."""
    return "--group", f"{PROJECT}:{name}"


SECTIONS = {
    "installer": Section(group("installer")),
    "bootstrap": Section(group("bootstrap")),
    "base": Section((str(PROJECT),)),
    "build": Section(group("build"), ("base",)),
    "desktop": Section((str(PROJECT), "--extra", "desktop"), ("base", "build")),
    "test": Section(
        (str(PROJECT), "--extra", "serve", *group("test")), ("base", "build", "desktop")
    ),
    "check": Section(group("check"), ("base", "build", "desktop", "test")),
    "package": Section(group("package"), ("base", "build", "desktop")),
    "lock": Section(group("lock")),
}


def compile_with_uv(words: Sequence[object]) -> None:
    """Resolve requirements; uv says on stderr what is wrong with them."""
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--no-config", "--quiet"]
    kind = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    bare = ["--no-annotate", "--no-header"]
    subprocess.run([*uv, *kind, *bare, *map(str, words)], check=True)


def blocks_of(text: str) -> list[str]:
    """Split compiled requirements into one block a package: its line and those of its hashes."""
    return re.findall(r"^\S.*(?:\n[ \t].*)*\n", text, flags=re.MULTILINE)


def compile_sections(folder: Path, options: Sequence[str]) -> dict[str, list[str]]:
    """Resolve all, then each section as a part of it; versions of the old lock are kept."""
    whole, part = folder / "whole.txt", folder / "part.txt"
    shutil.copy(LOCK, whole)
    everything = [word for section in SECTIONS.values() for word in section.words]
    compile_with_uv([*everything, *options, "--output-file", whole])
    found: dict[str, list[str]] = {}
    for name, section in SECTIONS.items():
        part.unlink(missing_ok=True)
        compile_with_uv([*section.words, "--constraints", whole, "--output-file", part])
        known = {block for other in section.below for block in found[other]}
        blocks = blocks_of(part.read_text(encoding="utf-8"))
        found[name] = [block for block in blocks if block not in known]
    return found


def main(options: Sequence[str]) -> None:
    """Write the lock; ``options`` go to uv, such as --upgrade."""
    with tempfile.TemporaryDirectory() as folder:
        found = compile_sections(Path(folder), options)
    text = "".join(f"# [{name}]\n{''.join(blocks)}" for name, blocks in found.items())
    LOCK.write_text(text, encoding="utf-8")
    counts = (f"{name} {len(blocks)}" for name, blocks in found.items())
    sys.stderr.write(f"{LOCK.name}: {', '.join(counts)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
