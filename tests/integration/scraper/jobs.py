"""The scheduler, as far as the scraper's tests need it: the row of a job, and the word that it is due."""

from uuid import UUID, uuid4

from shared.cassandra import Cassandra
from shared.events import SearchDue
from shared.filters import NO_FILTERS, Filters


async def a_running_job(
    cassandra: Cassandra, query: str = "red pandas", images: int = 20, filters: Filters = NO_FILTERS
) -> SearchDue:
    due = SearchDue(job_id=uuid4(), run=1, query=query, images=images, filters=filters)
    await cassandra.execute(
        "INSERT INTO jobs (job_id, state, run, version, query, images) VALUES (?, 'running', 1, 2, ?, ?)",
        (due.job_id, query, images),
    )
    return due


async def decide(cassandra: Cassandra, job_id: UUID, state: str, run: int = 1) -> None:
    await cassandra.execute("UPDATE jobs SET state = ?, run = ? WHERE job_id = ?", (state, run, job_id))
