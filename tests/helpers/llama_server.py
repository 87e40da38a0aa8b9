"""llama.cpp's own server in a process of its own, from the prebuilt ``xllamacpp`` wheel.

with llama_server(model_path) as base_url:
    ...
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

CONTEXT = 8192
STARTED = "listening at "


@contextmanager
def llama_server(model: Path, *, vectors: bool = False) -> Generator[str]:
    """Serve ``model`` on a free port of this computer; yields the address of its ``/v1``.

    With ``vectors`` it makes those, and answers nothing else.
    """
    command = [sys.executable, str(Path(__file__)), str(model), *(["vectors"] if vectors else [])]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield _address(process)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(STARTED):
            return f"{line.removeprefix(STARTED).strip()}/v1"
    raise RuntimeError("llama.cpp's server did not start")


def main(model: str, *, vectors: bool) -> None:
    """Serve until killed, or until whoever started this has gone and closed its end of the pipe."""
    xllamacpp: Any = import_module("xllamacpp")  # a compiled module without types
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.embedding = vectors
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.endpoint_slots = True
    params.sampling.temp = 0.0
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{STARTED}{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], vectors=sys.argv[2:] == ["vectors"])
