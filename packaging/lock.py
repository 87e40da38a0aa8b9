"""Writes requirements.lock from pyproject.toml. Run it with `python3 dev.py lock`.

Everything is resolved at once, for all systems and Pythons, then dealt out to sections, so that a
start of the program need not install what only a test needs. A section holds what its requirements
lead to and what is in none of the sections that it stands upon.

A section that stands alone is the whole of an environment of its own. It is resolved apart from the
others, so that what other people's libraries need moves no version of the program's.
"""

from __future__ import annotations

import re
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
    alone: bool = False


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
    "fuzz": Section(group("fuzz"), ("base", "build")),
    "lock": Section(group("lock")),
    "peers": Section((str(PROJECT), *group("build"), *group("peers")), alone=True),
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


def read_lock() -> dict[str, str]:
    """Read the sections as they are."""
    parts = re.split(r"^# \[(\w+)\]\n", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def compile_anew(
    words: Sequence[str], known: Sequence[str], options: Sequence[str], into: Path
) -> list[str]:
    """Resolve requirements; the versions ``known`` are kept where ``options`` say nothing else."""
    into.write_text("".join(known), encoding="utf-8")
    compile_with_uv([*words, *options, "--output-file", into])
    return blocks_of(into.read_text(encoding="utf-8"))


def compile_sections(folder: Path, options: Sequence[str]) -> dict[str, list[str]]:
    """Resolve all, then each section as a part of it; those that stand alone by themselves."""
    old, whole, part = read_lock(), folder / "whole.txt", folder / "part.txt"
    joined = {name: section for name, section in SECTIONS.items() if not section.alone}
    everything = [word for section in joined.values() for word in section.words]
    compile_anew(everything, [old.get(name, "") for name in joined], options, whole)
    found: dict[str, list[str]] = {}
    for name, section in SECTIONS.items():
        if section.alone:
            found[name] = compile_anew(section.words, [old.get(name, "")], options, part)
            continue
        blocks = compile_anew([*section.words, "--constraints", str(whole)], [], [], part)
        known = {block for other in section.below for block in found[other]}
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
