"""A service's process: started, killed, frozen, stopped. It touches the world only through what it sends."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from tests.faults.simulation.loop import Loop
from tests.faults.simulation.timeline import Timeline

T = TypeVar("T")
Main = Callable[["Process"], Coroutine[Any, Any, None]]

FASTEST, USUAL, SLOWEST = 0.0002, 0.004, 1.5
"""Seconds of one way to a server; one of a hundred takes longer than usual."""

GRACE_SECONDS = 30.0
"""From SIGTERM to SIGKILL."""


class Process:
    """One incarnation of a service. At every write `burns` says whether it dies there, just before or just after.

    `left`: it has come to its own end, with `failure` when that was none it was told to come to.

    `skew`: seconds by which its clock is ahead.
    """

    def __init__(
        self, service: str, timeline: Timeline, *, burns: Callable[[], bool] = lambda: False, skew: float = 0.0
    ) -> None:
        self.service = service
        self.loop = Loop(timeline, skew)
        self.rng: Random = timeline.rng
        self.on_death: list[Callable[[], None]] = []
        self.on_freeze: list[Callable[[], None]] = []
        self.on_thaw: list[Callable[[], None]] = []
        self.thawed_at = 0.0
        self.died_at: float | None = None
        self.failure: BaseException | None = None
        self.left = False
        self._timeline = timeline
        self._burns = burns
        self._skew = skew
        self._main: Any = None

    @property
    def alive(self) -> bool:
        return not self.loop.dead

    @property
    def clock(self) -> float:
        """Seconds since 1970, as it sees them."""
        return self._timeline.wall + self._skew

    @property
    def silent(self) -> bool:
        return self.loop.dead or self.loop.frozen

    def start(self, main: Main) -> None:
        def begin() -> None:
            self._main = self.loop.create_task(main(self))
            self._main.add_done_callback(self._ended)

        self.loop.call_soon(begin)

    def kill(self) -> None:
        if self.alive:
            self.loop.kill()
            self.died_at = self._timeline.wall
            for hook in self.on_death:
                hook()

    def stop(self) -> None:
        """SIGTERM."""
        self.loop.call_soon(self._main.cancel)
        self._timeline.after(GRACE_SECONDS, self.kill)

    def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later."""
        if self.silent:
            return
        self.loop.freeze()
        for hook in self.on_freeze:
            hook()
        self._timeline.after(seconds, self._thaw)

    async def call(self, effect: Callable[[], T], *, writes: bool) -> T:
        """What `effect` returns or raises on a server, some time from now. It may happen though nobody is told."""
        answer: Any = self.loop.create_future()
        self._timeline.after(self._way(), lambda: self._carry(effect, answer, writes))
        result: T = await answer
        return result

    def post(self, effect: Callable[[], None]) -> None:
        """The same without an answer."""
        self._timeline.after(self._way(), lambda: effect() if self.arrives(writes=False) else None)

    def after(self, seconds: float, happening: Callable[[], None]) -> None:
        """Outside of this process, whether it lives by then or not."""
        self._timeline.after(seconds, happening)

    def later(self, seconds: float, happening: Callable[[], None]) -> None:
        """In this process's memory: nothing comes of it once that is gone."""
        self._timeline.after(seconds, lambda: happening() if self.alive else None)

    def arrives(self, *, writes: bool) -> bool:
        """Whether what was on its way comes to pass. Here processes die."""
        if self.alive and writes and self._burns():
            self.kill()
        return self.alive or self.rng.random() < 0.5

    def is_held_back(self, again: Callable[[], None]) -> bool:
        """Whether it was just about to be sent when the process was frozen; once thawed, that does it `again`."""
        held = self.loop.frozen and self.rng.random() < 0.5
        if held:
            self.loop.when_thawed(again)
        return held

    def _carry(self, effect: Callable[[], Any], answer: Any, writes: bool) -> None:
        if self.is_held_back(lambda: self._carry(effect, answer, writes)):
            return
        if not self.arrives(writes=writes):
            return
        try:
            result, error = effect(), None
        except Exception as raised:  # noqa: BLE001 - the server's answer
            result, error = None, raised
        if self.alive:
            self._timeline.after(self._way(), lambda: _settle(answer, result, error))

    def _way(self) -> float:
        chance = self.rng.random()
        if chance < 0.01:
            return self.rng.uniform(USUAL, SLOWEST)
        return FASTEST + chance * (USUAL - FASTEST)

    def _thaw(self) -> None:
        if self.alive:
            self.thawed_at = self.clock
            self.loop.thaw()
            for hook in self.on_thaw:
                hook()

    def _ended(self, main: Any) -> None:
        self.left = True
        if not main.cancelled():
            self.failure = main.exception()
        self.kill()


def _settle(answer: Any, result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
