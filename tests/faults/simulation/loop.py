"""The event loop of one simulated process: virtual time, no threads, and it may die or freeze between two callbacks."""

import asyncio
import contextvars
from asyncio import events
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, cast

from tests.faults.simulation.numbered import NumberedFuture, NumberedTask
from tests.faults.simulation.timeline import Timeline

MOST_CALLBACKS = 100_000
"""In one moment; more mean that somebody goes round in circles without ever waiting."""

MOST_WAITS = 100

SHORTEST_WAIT = 1e-6
"""Seconds; a machine takes some time for anything, and some code waits until none is left."""


class Loop:
    """`dead`: nothing of it runs any more. `frozen`: nothing runs until it is thawed, and time goes on without it.

    Of what asyncio asks of a loop it has what our code and asyncio's own primitives need. `skew`: by so many seconds
    the clock that its callbacks see is ahead.
    """

    def __init__(self, timeline: Timeline, skew: float = 0.0) -> None:
        self.dead = False
        self.frozen = False
        self._itself = cast("asyncio.AbstractEventLoop", self)
        self._skew = skew
        self.troubles: list[dict[str, Any]] = []
        self._timeline = timeline
        self._ready: deque[asyncio.Handle] = deque()
        self._awake = False
        self._held: list[Callable[[], None]] = []
        self._numbers = count(1)
        self._tasks: list[NumberedTask] = []

    # What asyncio asks of a loop

    def time(self) -> float:
        return self._timeline.now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self.dead

    def is_closed(self) -> bool:
        return False

    def create_future(self) -> asyncio.Future[Any]:
        return NumberedFuture(number=next(self._numbers), loop=self._itself)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task = NumberedTask(coro, loop=self._itself, name=name or "", context=context, number=next(self._numbers))
        self._tasks.append(task)
        return task

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self._itself, context)
        self._ready.append(handle)
        self._wake()
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._timeline.now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self._itself, context)
        self._timeline.at(max(when, self._timeline.now + SHORTEST_WAIT), lambda: self._fall_due(handle))
        return handle

    def run_in_executor(self, _executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """A thread's work happens at one moment, a little later, and is told of a little later still."""
        answer, rng = self.create_future(), self._timeline.rng
        self._timeline.after(rng.uniform(0.0001, 0.002), lambda: self._work(answer, func, args))
        return answer

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.troubles.append(context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Looked at when it falls due."""

    # What the simulation does with it

    def kill(self) -> None:
        """Politeness is for others: no task is cancelled, no `finally` runs."""
        self.dead = True

    def freeze(self) -> None:
        self.frozen = True

    def when_thawed(self, work: Callable[[], None]) -> None:
        self._held.append(work)

    def thaw(self) -> None:
        self.frozen = False
        held, self._held = self._held, []
        for work in held:
            self._timeline.after(0, work)
        self._wake()

    def forget(self) -> None:
        """After the simulation: end what hangs, so that nothing happens when its memory is given back."""
        self.dead = True
        with self._running():
            for task in self._tasks:
                if not task.done():
                    task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own
                    _end(task.get_coro())
        self._tasks.clear()
        self._ready.clear()

    @contextmanager
    def _running(self) -> Iterator[None]:
        before = events._get_running_loop()
        events._set_running_loop(self._itself)
        try:
            yield
        finally:
            events._set_running_loop(before)

    def _fall_due(self, handle: asyncio.TimerHandle) -> None:
        if not handle.cancelled():
            self._ready.append(handle)
            self._wake()

    def _wake(self) -> None:
        """All that is ready runs at this moment, but never inside of what somebody else does."""
        if not self._awake:
            self._awake = True
            self._timeline.at_once(self._run)

    def _run(self) -> None:
        self._awake = False
        if self.dead or self.frozen:
            return
        self._timeline.show_time(self._skew)
        with self._running():
            self._run_ready()

    def _run_ready(self) -> None:
        ready, limit = self._ready, MOST_CALLBACKS
        self._awake = True
        while ready and not self.dead and not self.frozen:
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()
            limit -= 1
            if not limit:
                raise RuntimeError("a process goes round in circles")
        self._awake = False

    def _work(self, answer: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if self.dead:
            return
        if self.frozen:
            self.when_thawed(lambda: self._work(answer, func, args))
            return
        try:
            result, error = func(*args), None
        except Exception as raised:  # noqa: BLE001 - whatever it is, whoever waits for it is told
            result, error = None, raised
        self._timeline.after(self._timeline.rng.uniform(0.0001, 0.002), lambda: self._tell(answer, result, error))

    def _tell(self, answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)


class Over(BaseException):
    """The simulation is over."""


def _end(coroutine: Any) -> None:
    """Whatever it still waits for on its way out is over as well."""
    for _ in range(MOST_WAITS):
        try:
            coroutine.throw(Over)
        except BaseException:  # noqa: BLE001 - it may leave in any way
            return
