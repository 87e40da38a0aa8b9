"""asyncio on Qt's own event loop, in one thread.

qasync does the joining; this mends what it does less well than asyncio promises:

- callbacks run in the order in which they were scheduled, the thread-safe ones included;
- timers are exact, never early, answer ``when()``, and cancelling one costs O(1);
- ``call_soon_threadsafe`` keeps its context and gives back a handle;
- asynchronous generators are closed when the loop shuts down.

Rules for its users: run it with ``asyncio.Runner(loop_factory=...)``, never open a nested Qt loop
(``QDialog.exec``) inside a coroutine, and let the application not quit by itself when its last
window closes. Importing this module loads asyncio: do it after the first paint.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import signal
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVarTuple, Unpack

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer

from understudy_gui.overriding import override

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextvars import Context

    class QtEventLoopBase(asyncio.SelectorEventLoop):
        """qasync's loop as the checker sees it, with what asyncio has but its stubs leave out."""

        def __init__(self, app: QCoreApplication) -> None: ...
        def _check_closed(self) -> None: ...
        def _asyncgen_firstiter_hook(self, agen: AsyncGenerator[object]) -> None: ...
        def _asyncgen_finalizer_hook(self, agen: AsyncGenerator[object]) -> None: ...
else:
    from qasync import QEventLoop as QtEventLoopBase

_Args = TypeVarTuple("_Args")

WORKERS = 4
"""Threads for what blocks: name look-ups, the keyring. qasync would start ten QThreads at once."""

_SWEEP_ABOVE = 64
"""Cancelled timers kept before the heap is rebuilt: a stream cancels one deadline a chunk."""


class _Waker(QObject):
    """Carries a wish to run the queue over from any thread: posting an event is thread-safe."""

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__()
        self._wake = wake

    def post(self) -> None:
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    @override
    def customEvent(self, event: QEvent) -> None:
        self._wake()


class Loop(QtEventLoopBase):
    """An asyncio event loop that lives in the running ``QApplication``."""

    def __init__(self, app: QCoreApplication) -> None:
        self._ready_queue: deque[asyncio.Handle] = deque()
        self._deadlines: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._cancelled_deadlines = 0
        self._soon = self._single_shot(self._run_ready)
        self._alarm = self._single_shot(self._run_due)
        self._alarm_at = math.inf
        self._waker = _Waker(self._arm_soon)
        super().__init__(app)
        self.set_default_executor(ThreadPoolExecutor(WORKERS, "understudy-worker"))

    @staticmethod
    def _single_shot(slot: Callable[[], None]) -> QTimer:
        timer = QTimer()
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        return timer

    # What is to run as soon as possible

    @override
    def call_soon(
        self,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready_queue.append(handle)
        self._arm_soon()
        return handle

    @override
    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready_queue.append(handle)
        self._waker.post()
        return handle

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """Take what asyncio itself wants run: signal handlers and ready sockets (no ``delay``)."""
        self._ready_queue.append(handle)
        self._waker.post()
        return handle

    def _arm_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start(0)

    def _run_ready(self) -> None:
        """Run what was queued until now; what these callbacks queue waits for the next round."""
        if not self.is_running():  # Qt's events are handled between two runs as well
            return
        queue = self._ready_queue
        for _ in range(len(queue)):
            if not queue:  # a Qt loop nested inside a callback has run the rest
                return
            handle = queue.popleft()
            if queue:
                self._arm_soon()  # so that such a nested loop, a native menu say, can run the rest
            if not handle.cancelled():
                handle._run()  # noqa: SLF001 - what every asyncio loop calls

    # What is to run at a time

    @override
    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    @override
    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._deadlines, (when, next(self._order), handle))
        if when < self._alarm_at:
            self._set_alarm(when)
        return handle

    def _set_alarm(self, when: float) -> None:
        self._alarm_at = when
        self._alarm.start(max(0, math.ceil((when - self.time()) * 1000)))

    def _run_due(self) -> None:
        self._alarm_at = math.inf
        now = self.time()
        while self._deadlines and self._deadlines[0][0] <= now:
            handle = heapq.heappop(self._deadlines)[2]
            if handle.cancelled():
                self._cancelled_deadlines -= 1
            else:
                self._ready_queue.append(handle)
        if self._deadlines:
            self._set_alarm(self._deadlines[0][0])
        self._run_ready()

    @property
    def pending_timers(self) -> int:
        """How many timers are kept, the cancelled ones that were not yet swept included."""
        return len(self._deadlines)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Leave the handle in the heap, where it is passed over; sweep when they are the most."""
        self._cancelled_deadlines += 1
        if self._cancelled_deadlines > max(_SWEEP_ABOVE, len(self._deadlines) // 2):
            self._deadlines = [entry for entry in self._deadlines if not entry[2].cancelled()]
            heapq.heapify(self._deadlines)
            self._cancelled_deadlines = 0

    # Life

    @override
    def run_forever(self) -> None:
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        self._arm_soon()
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    @override
    def close(self) -> None:
        super().close()
        self._soon.stop()
        self._alarm.stop()
        self._ready_queue.clear()
        self._deadlines.clear()


def on_request_to_end(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    """Call ``callback`` in the loop when the system asks the program to end (Ctrl+C, a log-out)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, callback)
        except NotImplementedError:  # Windows: a plain handler that hands over to the loop

            def hand_over(_number: int, _frame: object) -> None:
                loop.call_soon_threadsafe(callback)

            signal.signal(number, hand_over)


def runner(app: QCoreApplication) -> asyncio.Runner:
    """Make the runner whose loop is Qt's."""

    def make() -> asyncio.AbstractEventLoop:
        return Loop(app)

    return asyncio.Runner(loop_factory=make)
