"""The tables hold what the code keeps in them."""

from dataclasses import fields

import pytest

from services.scheduler.job import Job
from shared.images import FoundImage
from shared.jobs import JobView
from shared.schema import TABLES, grants, statements


def columns(table: str) -> set[str]:
    return {words.split()[0] for words in TABLES[table].replace("\n", " ").split(",") if words.split()}


@pytest.mark.parametrize("kind", [Job, JobView])
def test_the_row_of_a_job_holds_what_its_owner_and_its_readers_know(kind: type[Job | JobView]) -> None:
    assert {field.name for field in fields(kind)} <= columns("jobs")


def test_a_reader_sees_nothing_that_the_owner_does_not_write() -> None:
    assert {field.name for field in fields(JobView)} <= {field.name for field in fields(Job)}


def test_the_row_of_an_address_holds_what_was_found() -> None:
    assert {field.name for field in fields(FoundImage)} <= columns("image_urls")


def test_every_table_is_made_in_the_keyspace_asked_for() -> None:
    made = list(statements("pictures", replication_factor=3))

    creating = [statement for statement in made if statement.startswith("CREATE TABLE")]

    assert all(
        f"TABLE IF NOT EXISTS pictures.{table} (" in statement
        for table, statement in zip(TABLES, creating, strict=True)
    )
    assert "'replication_factor': 3" in made[0]


def test_a_role_may_read_and_write_whatever_its_name() -> None:
    assert list(grants("pictures", 'a "role"')) == [
        'GRANT SELECT ON KEYSPACE pictures TO "a ""role"""',
        'GRANT MODIFY ON KEYSPACE pictures TO "a ""role"""',
    ]
