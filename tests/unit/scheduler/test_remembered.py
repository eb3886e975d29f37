"""What an owner has completed, and nobody else."""

from dataclasses import replace
from uuid import uuid4

from services.scheduler.job import Job
from services.scheduler.remembered import Remembered
from tests.unit.scheduler.jobs import scheduled


def jobs(count: int) -> list[Job]:
    return [replace(scheduled(), job_id=uuid4()) for _ in range(count)]


def test_so_many_rows_are_remembered_of_all_owners_together_and_no_more() -> None:
    remembered = Remembered(rows=3)
    one, other = remembered.of_one_owner(), remembered.of_one_owner()
    first, second, third, fourth = jobs(4)

    for job in (first, second):
        one.keep(job)
    other.keep(third)
    one.keep(first)
    other.keep(fourth)

    assert [one.get(job.job_id) for job in (first, second)] == [first, None]
    assert [other.get(job.job_id) for job in (third, fourth)] == [third, fourth]


def test_an_owner_knows_nothing_of_what_another_has_completed() -> None:
    remembered = Remembered()
    (job,) = jobs(1)

    remembered.of_one_owner().keep(job)

    assert remembered.of_one_owner().get(job.job_id) is None
