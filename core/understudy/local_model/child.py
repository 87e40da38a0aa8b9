"""The process in which a model lives: ``python -m understudy.local_model.child``.

It reads an ``Order``, one line on standard input, and serves the model on a free port of this
computer until standard input ends: it does so when whoever started this is gone, in whichever way.
Reports go to standard output, llama.cpp's log to standard error.

The native library holds Python's lock while it loads. So the end of standard input is noticed only
after that, and a load that never ends is ended by a watchdog that needs no lock.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, NoReturn

from understudy.local_model.reports import Failed, Order, Ready, report_line

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT_LOADING: Final = "LLAMA_SERVER_ROUTER_PORT"
"""With this variable llama.cpp's server tells how far it has come, and that is all it does."""

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_WARNINGS: Final = 2  # llama.cpp's verbosity: errors are 1, what it does 3
_CHECKPOINTS: Final = (
    4  # of a conversation, for models that cannot go back; 32 would take gigabytes
)
_MIB: Final = 2**20


def main() -> int:
    """Serve until the parent is gone; returns only where there is nothing to serve."""
    line = sys.stdin.buffer.readline()
    if not line:  # whoever started this is gone already
        return 0
    order = Order.read(line)
    tell = _reporter()
    step_back()
    Thread(target=leave_with_parent, daemon=True).start()
    try:
        server = _load(order)
    except ImportError:
        return tell(Failed("not_installed"))
    except MemoryError:
        return tell(Failed("no_memory"))
    except Exception as error:  # noqa: BLE001 - whatever a native library raises
        sys.stderr.write(f" E {type(error).__name__}: {error}\n")
        return tell(Failed("not_loaded"))
    tell(Ready(server.listening_address))
    Event().wait()
    return 0


def _reporter() -> Callable[[Ready | Failed], int]:
    """Keep standard output for reports: llama.cpp turns it away from everybody but itself."""
    channel = os.dup(_STDOUT)

    def tell(report: Ready | Failed) -> int:
        with suppress(OSError):
            os.write(channel, report_line(report).encode())
        return int(isinstance(report, Failed))

    return tell


def step_back() -> None:
    """Be the one to go if anybody has to, and leave no trace.

    Where memory runs out the kernel ends whoever has the highest score, and that shall not be the
    window. Ctrl C in the terminal is meant for the program there.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with suppress(ImportError, OSError, ValueError):
        resource: Any = import_module("resource")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would be as large as the model


def leave_with_parent() -> None:
    """End the process when standard input does."""
    with suppress(OSError):
        while os.read(_STDIN, 1024):
            pass
    os._exit(0)


def _load(order: Order) -> Any:
    os.environ[REPORT_LOADING] = "0"
    xllamacpp: Any = import_module("xllamacpp")  # by name: a compiled module without types
    if order.lacking > _graphics_memory(xllamacpp, order.lacking):
        raise MemoryError
    parameters = _parameters(xllamacpp, order)
    faulthandler.dump_traceback_later(order.within, exit=True, file=_STDERR)
    try:
        return xllamacpp.Server(parameters)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _graphics_memory(xllamacpp: Any, lacking: int) -> int:
    """Bytes that are free on graphics cards with a memory of their own; a Mac's has none."""
    if not lacking or sys.platform == "darwin":
        return 0
    own = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_GPU
    devices = xllamacpp.get_device_info()
    return sum(device["memory_free"] for device in devices if device["type"] == own)


def _parameters(xllamacpp: Any, order: Order) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = order.model
    parameters.model_alias = {Path(order.model).stem}
    parameters.n_ctx = order.context
    parameters.n_batch = parameters.n_ubatch = order.batch
    parameters.n_parallel = 1
    parameters.embedding = order.embedding
    parameters.api_keys = [order.key]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.ui = False
    parameters.verbosity = _WARNINGS
    parameters.cache_ram_mib = order.prompt_cache // _MIB
    parameters.n_ctx_checkpoints = _CHECKPOINTS
    # Read, not mapped: then there is a progress to tell, and a computer that runs short of memory
    # loses this process instead of reading the file again for every word.
    parameters.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    return parameters


def run() -> NoReturn:
    """Be that process, and end at once: the native library's own ending may never end."""
    os._exit(main())


if __name__ == "__main__":
    run()
