"""Fuzzes one target in a process of its own: ``python -m fuzz.engine NAME SECONDS SEED FOLDER``.

With atheris, which is libFuzzer for Python, what is new in coverage leads on to more; without it
chance alone does. Prints one line of JSON; an input that breaks something is made as small as it
goes and written into the folder.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from contextlib import nullcontext, suppress
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fuzz.targets import Target

LONGEST = 16_384
"""Bytes of an input: what takes longer to find shows in ``growth``."""

SLOWEST, SLOWEST_BYTE = 0.25, 100e-6
"""CPU seconds that an input may take, and those for each of its bytes, instrumented and all."""

SHRINK_FOR = 20.0


class Slow(AssertionError):  # noqa: N818 - reads as what it tells
    """It took far longer than its size allows, three times over."""


class Found(Exception):  # noqa: N818 - reads as what it tells
    """An input that breaks something, with what it broke."""

    def __init__(self, data: bytes, error: BaseException) -> None:
        super().__init__(repr(error))
        self.data = data
        self.error = error


def check(target: Target, data: bytes) -> None:
    """Hold the target to its invariants, and to a time that its size allows."""
    allowed = SLOWEST + len(data) * SLOWEST_BYTE
    took = 0.0
    for _ in range(3):
        began = time.process_time()
        target.check(data)
        took = time.process_time() - began
        if took <= allowed:
            return
    raise Slow(f"{took:.2f} s of CPU for {len(data)} bytes")


class Run:
    """One run: counts, and stops at the first input that breaks something or when time is up."""

    def __init__(self, name: str, target: Target, seconds: float, seed: int, folder: Path) -> None:
        self.name = name
        self.target = target
        self.folder = folder
        self.inputs = 0
        self.seed = seed
        self._chance = random.Random(seed)
        self._corpus = folder / f"corpus-{name}-{os.getpid()}"
        self._seconds = seconds
        self._began = time.monotonic()

    def input(self, data: bytes) -> None:
        """Try one input."""
        self.inputs += 1
        try:
            check(self.target, data)
        except Exception as error:
            raise Found(data, error) from error

    @property
    def is_over(self) -> bool:
        """Whether time is up."""
        return time.monotonic() - self._began >= self._seconds

    def by_chance(self) -> None:
        """Try damaged seeds, and what became of them."""
        mutation: Any = import_module("fuzz.mutation")
        pool = list(self.target.seeds)
        while not self.is_over:
            data = mutation.damage(self._chance.choice(pool), self._chance, pool, LONGEST)
            self.input(data)
            if self._chance.random() < 0.02:  # so that damage adds up
                pool[self._chance.randrange(len(self.target.seeds), len(pool) + 1) :] = [data]

    def by_coverage(self) -> None:
        """Let libFuzzer lead. It never comes back: ``tell`` is called from inside."""
        atheris: Any = import_module("atheris")
        mutation: Any = import_module("fuzz.mutation")

        def mutate(data: bytes, longest: int, seed: int) -> bytes:
            chance = random.Random(seed)
            if chance.random() < 0.4:
                return bytes(atheris.Mutate(data, len(data)))
            return bytes(mutation.damage(data, chance, self.target.seeds, longest))

        def one(data: bytes) -> None:
            if self.is_over:
                self.tell()
            try:
                self.input(data)
            except Found as found:
                self.tell(found)

        self._corpus.mkdir(parents=True, exist_ok=True)
        for data in self.target.seeds:
            (self._corpus / sha256(data).hexdigest()[:16]).write_bytes(data)
        options = [f"-seed={self.seed}", f"-max_len={LONGEST}", "-timeout=0", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options, str(self._corpus)], one, custom_mutator=mutate)
        atheris.Fuzz()

    def tell(self, found: Found | None = None) -> None:
        """Print what came of it and end the process at once: libFuzzer would go on."""
        told: dict[str, Any] = {"name": self.name, "inputs": self.inputs, "seed": self.seed}
        if found is not None:
            data = smallest(self.target, found)
            path = self.folder / f"{self.name}-{sha256(data).hexdigest()[:8]}.bin"
            path.write_bytes(data)
            told |= {"broken": f"{type(found.error).__name__}: {found.error}"[:600]}
            told |= {"file": str(path), "input": repr(data[:400])}
        shutil.rmtree(self._corpus, ignore_errors=True)  # else the seed would say nothing
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        os._exit(0 if found is None else 1)


def smallest(target: Target, found: Found) -> bytes:
    """Take away from an input what it does not need in order to break the same thing."""
    deadline = time.monotonic() + SHRINK_FOR
    data, size = found.data, max(1, len(found.data) // 2)
    while size and time.monotonic() < deadline:
        at = 0
        while at < len(data) and time.monotonic() < deadline:
            less = data[:at] + data[at + size :]
            if _breaks_alike(target, less, found.error):
                data = less
            else:
                at += size
        size //= 2
    return data


def _breaks_alike(target: Target, data: bytes, error: BaseException) -> bool:
    try:
        check(target, data)
    except Exception as other:  # noqa: BLE001 - whatever comes here is what is looked for
        return type(other) is type(error) and str(other)[:24] == str(error)[:24]
    return False


def begin(name: str) -> Target:
    """Make a target and try its seeds, all that this loads instrumented where there is atheris."""
    atheris: Any = import_module("atheris") if find_spec("atheris") else None
    with nullcontext() if atheris is None else atheris.instrument_imports(["understudy.wire"]):
        target: Target = import_module("fuzz.targets").targets()[name]()
        for data in target.seeds:
            with suppress(Exception):  # it is tried again, where it counts
                target.check(data)
    return target


def main(name: str, seconds: float, seed: int, folder: Path) -> None:
    """Fuzz a target."""
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(name, begin(name), seconds, seed, folder)
    try:
        for data in run.target.seeds:
            run.input(data)
        if find_spec("atheris") is None:
            run.by_chance()
        else:
            run.by_coverage()
    except Found as found:
        run.tell(found)
    run.tell()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
