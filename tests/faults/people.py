"""People who use the system while it breaks: they send the same request again until it is accepted."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp

from shared.errors import Reason
from tests.faults.scene import Accepted
from tests.faults.system import System

PAUSE_SECONDS = (0.1, 0.5)
ANSWER_SECONDS = 20.0
INSISTING_SECONDS = 300.0


class RefusedError(Exception):
    """The gateway answered something that sending the same again does not change."""


class TooLateError(Exception):
    """The minute that was asked for has passed while the system was away."""


@dataclass
class People:
    """`rng` decides which gateway they ask. `accepted` are the jobs whose acceptance they saw."""

    system: System
    session: aiohttp.ClientSession
    rng: random.Random
    accepted: list[Accepted] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    """The API address of each job by its address of mail."""
    turned_away: int = 0
    """How often they were told to come back later."""

    async def submit(
        self,
        *,
        images: int = 20,
        query: str = "red pandas",
        may_fail: frozenset[Reason] = frozenset(),
        due: Mapping[str, str] | None = None,
    ) -> Accepted:
        """Ask for pictures now, again and again with the same key, until that is accepted.

        `due`: another date, time and time zone, as the form has them.
        """
        name = f"{self.rng.getrandbits(64):016x}"
        while True:
            wish = {**_wish(query, images, f"{name}@example.com"), **(due or {})}
            try:
                answer = await self._insist("/api/v1/jobs", wish, {"Idempotency-Key": name})
            except TooLateError:
                continue
            token = answer["url"].rpartition("/")[2]
            job = Accepted(self.system.links.read_status(token).job_id, images, wish["email"], may_fail=may_fail)
            self.accepted.append(job)
            self.pages[job.address] = f"/api/v1/jobs/{token}"
            return job

    async def submit_many(self, jobs: int, *, over: float, images: int = 20) -> None:
        """One after the other, spread over some seconds."""
        for _ in range(jobs):
            await self.submit(images=images)
            await asyncio.sleep(over / jobs)

    async def change(self, job: Accepted, what: str) -> None:
        """`cancel` or `delete`; from now on the job may end as cancelled."""
        self.accepted[self.accepted.index(job)] = Accepted(
            job.job_id, job.images, job.address, may_be_cancelled=True, may_fail=job.may_fail
        )
        await self._insist(f"{self.pages[job.address]}/{what}", {}, {})

    async def look(self, job: Accepted) -> dict[str, Any]:
        """The job's document, as a program sees it; aiohttp.ClientError when nobody answers."""
        gateway = self.rng.choice(self.system.gateways)
        async with self.session.get(gateway + self.pages[job.address]) as answer:
            document: dict[str, Any] = await answer.json(content_type=None)
            return document

    async def _insist(self, path: str, body: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        async with asyncio.timeout(INSISTING_SECONDS):
            while True:
                answer = await self._ask(path, body, headers)
                if answer is not None:
                    return answer
                await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))

    async def _ask(self, path: str, body: dict[str, str], headers: dict[str, str]) -> dict[str, Any] | None:
        """None when the same should be sent again."""
        url = self.rng.choice(self.system.gateways) + path
        try:
            async with self.session.post(url, json=body, headers=headers) as answer:
                if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers:
                    self.turned_away += 1
                    return None
                if not answer.ok:
                    text = await answer.text()
                    raise TooLateError if '"past"' in text else RefusedError(f"{answer.status} {text[:500]}")
                document: dict[str, Any] = await answer.json()
                return document
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            return None


def visitors() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))


def _wish(query: str, images: int, address: str) -> dict[str, str]:
    """Due in this very minute: at once."""
    now = datetime.now(UTC)
    return {
        "search-query": query,
        "date": f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M}",
        "email": address,
        "images": str(images),
        "time-zone": "UTC",
    }
