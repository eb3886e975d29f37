"""People of the simulation: they send a form until it is accepted, change their minds, and send it once more."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from services.gateway.asking.forms import JobForm, Reading
from services.gateway.asking.nonces import job_id_of
from services.gateway.connecting import Stores
from services.gateway.jobs import submissions
from services.gateway.limits.admissions import Admissions
from services.gateway.limits.quotas import UNLIMITED
from shared.errors import DependencyAwayError
from shared.events import CancelRequested, DeleteRequested, Event, RescheduleRequested
from shared.fields import to_milliseconds
from shared.pseudonyms import Pseudonyms
from tests.faults.scene import Accepted
from tests.faults.simulation.loop import Loop
from tests.faults.simulation.process import Process
from tests.faults.simulation.schedule import Act, Wish
from tests.faults.simulation.surroundings import Surroundings

PATIENCE = 5.0
"""Seconds the gateway gives each server, as its settings have it."""

ANSWER_SECONDS = 30.0


class NoAnswerError(Exception):
    """The connection broke, or nothing came: what was asked may happen, or not."""


class People:
    """They live outside of everything that dies. `gateway` is the one that runs now."""

    def __init__(self, around: Surroundings, gateway: Callable[[], Process | None]) -> None:
        self.loop = Loop(around.timeline)
        self.accepted: dict[UUID, Accepted] = {}
        self._around = around
        self._gateway = gateway
        self._rng: Random = around.timeline.rng

    def wish(self, wish: Wish) -> None:
        """From its moment on somebody sees to it."""
        self._around.timeline.after(wish.at, lambda: self._begin(self._submit(wish)))

    def _begin(self, doing: Awaitable[None]) -> None:
        self.loop.call_soon(lambda: self.loop.create_task(doing))

    async def _submit(self, wish: Wish) -> None:
        form = JobForm(
            wish.query, wish.images, _now() + timedelta(seconds=wish.due_in), twice=False, address=wish.address,
            time_zone="UTC",
        )  # fmt: skip
        job_id = job_id_of(wish.query, form)
        await self._insist(lambda process: self._accept(process, form, wish.query))
        self.accepted[job_id] = Accepted(
            job_id,
            wish.images,
            wish.address,
            may_be_cancelled=wish.may_be_cancelled,
            may_be_deleted=wish.may_be_deleted,
            may_fail=wish.may_fail,
        )
        for act in wish.acts:
            self._around.timeline.after(act.after, lambda act=act: self._begin(self._act(job_id, act, form, wish)))  # type: ignore[misc]

    async def _act(self, job_id: UUID, act: Act, form: JobForm, wish: Wish) -> None:
        match act.what:
            case "cancel":
                await self._tell(CancelRequested(job_id=job_id))
            case "delete":
                await self._tell(DeleteRequested(job_id=job_id))
            case "reschedule":
                now = _now()
                due_at = now + timedelta(seconds=act.by)
                await self._tell(
                    RescheduleRequested(
                        job_id=job_id, sequence=int(now.timestamp() * 1000), due_at=due_at, asked_at=now
                    )
                )
            case "again":
                await self._insist(lambda process: self._accept(process, form, wish.query))

    async def _tell(self, event: Event) -> None:
        await self._insist(lambda process: self._around.publisher(process).publish(event))

    async def _accept(self, process: Process, form: JobForm, nonce: str) -> None:
        stores, publisher = Stores.of(self._around.cassandra(process)), self._around.publisher(process)
        await submissions.accept(
            Reading({}, {}, form),
            nonce,
            stores=lambda: stores,
            publisher=lambda: publisher,
            admit=Admissions(UNLIMITED, Pseudonyms("unused"), lambda: stores, patience=PATIENCE).by("somebody"),
            now=_now(),
            patience=PATIENCE,
        )

    async def _insist(self, work: Callable[[Process], Awaitable[None]]) -> None:
        while True:
            try:
                await self._ask(work)
            except (NoAnswerError, DependencyAwayError):
                await asyncio.sleep(self._rng.uniform(0.5, 10))
            else:
                return

    async def _ask(self, work: Callable[[Process], Awaitable[None]]) -> None:
        """One request to the gateway that runs now."""
        process = self._gateway()
        if process is None or process.silent:
            raise NoAnswerError
        answer: asyncio.Future[None] = self.loop.create_future()

        def told(task: asyncio.Task[None]) -> None:
            if not answer.done() and not task.cancelled():
                error = task.exception()
                answer.set_exception(error) if error else answer.set_result(None)

        async def serve() -> None:
            await work(process)

        process.loop.call_soon(lambda: process.loop.create_task(serve()).add_done_callback(told))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await answer
        except TimeoutError:
            raise NoAnswerError from None


def _now() -> datetime:
    return to_milliseconds(datetime.now(UTC))
