"""What the watchdog looks at: claims, heartbeats and searches, as the workers wrote them."""

from uuid import UUID

from services.scheduler.job import Job
from services.scheduler.runs import Evidence
from shared.cassandra import Cassandra
from shared.claims import Claims, Heartbeats
from shared.events import Stage
from shared.searches import Searches


class Witness:
    def __init__(self, cassandra: Cassandra) -> None:
        self._claims = Claims(cassandra)
        self._heartbeats = Heartbeats(cassandra)
        self._searches = Searches(cassandra)

    async def evidence(self, job: Job) -> Evidence:
        """Of the stage in question: search until it is finished, then pack."""
        stage = Stage.SEARCH
        claimed_at = await self._claims.claimed_at(job.job_id, job.run, stage)
        # Jobs may wait by the ten thousand: a first search that nobody has begun is not finished either.
        if (claimed_at or job.run > 1) and await self._has_found(job.job_id):
            stage = Stage.PACK
            claimed_at = await self._claims.claimed_at(job.job_id, job.run, stage)
        if claimed_at is None:
            return Evidence(claimed=False, last_sign=None)
        heartbeat = await self._heartbeats.last(job.job_id, job.run, stage)
        return Evidence(claimed=True, last_sign=max(claimed_at, heartbeat.beat_at) if heartbeat else claimed_at)

    async def _has_found(self, job_id: UUID) -> bool:
        search = await self._searches.find(job_id)
        return search is not None and search.finished
