from pathlib import Path
from typing import Any

import pytest

from deploy.local.failures import LocalFailure
from deploy.local.timing import timed
from deploy.local.waiting import wait_until
from tests.deploy.compose.asking import ONE_OF_EACH, Asked, ask
from tests.deploy.compose.system import Container, System

REPLICAS = {"scraper": 3, "packager": 2, "notifier": 2}

KILL_THE_SERVICE = "import os; os.kill(int(open('/proc/1/task/1/children').read().split()[0]), 9)"
"""Tini, the container's first process, cannot be killed from inside; it ends with the service."""


@pytest.fixture(scope="module")
def scaled(system: System) -> System:
    with timed("scaling out"):
        system.up("--no-recreate", *(f"--scale={service}={count}" for service, count in REPLICAS.items()))
    return system


def test_as_many_replicas_as_were_asked_for_are_healthy(scaled: System) -> None:
    for service, count in REPLICAS.items():
        health = [container.state()["State"]["Health"]["Status"] for container in scaled.containers(service)]
        assert health == ["healthy"] * count


def test_replicas_share_the_work(scaled: System, tmp_path: Path) -> None:
    jobs = [
        ask(scaled, query=f"owls {number} slow:1000", images=10, email=f"{number}@example.com") for number in range(8)
    ]
    for job in jobs:
        job.ends_well(tmp_path)
    ids = {job.id for job in jobs}
    workers = {line["container"] for line in scaled.said("scraper") if _begun(line, "search") and line["job_id"] in ids}
    assert len(workers) > 1
    assert [job.mails() for job in jobs] == [ONE_OF_EACH] * len(jobs)


def test_a_job_whose_scraper_is_killed_ends_well_and_once(scaled: System, tmp_path: Path) -> None:
    job = ask(scaled, query="red foxes slow:5000", images=30, email="scraper@example.com")
    killed = _at_work(scaled, "scraper", "search", job)
    scaled.docker.says("kill", "--signal=KILL", killed.id)
    with timed("after the kill"):
        job.ends_well(tmp_path)
    scaled.docker.says("start", killed.id)  # Docker does not by itself, after a kill that was asked of it
    assert job.mails() == ONE_OF_EACH
    runs = [line for line in scaled.said("scraper") if _begun(line, "search") and line["job_id"] == job.id]
    assert {line["container"] for line in runs} > {killed.id}
    assert max(line["run"] for line in runs) > 1


def test_a_packager_that_crashes_is_started_again_and_its_job_ends_well_and_once(
    scaled: System, tmp_path: Path
) -> None:
    job = ask(scaled, query="grey herons bad:50 kinds:slow", images=60, email="packager@example.com")
    killed = _at_work(scaled, "packager", "pack", job)
    killed.python("-c", KILL_THE_SERVICE)
    with timed("after the crash"):
        job.ends_well(tmp_path)
    assert job.mails() == ONE_OF_EACH
    assert killed.state()["RestartCount"] == 1
    runs = [line["run"] for line in scaled.said("packager") if _begun(line, "pack") and line["job_id"] == job.id]
    assert max(runs) > 1


def _begun(line: dict[str, Any], stage: str) -> bool:
    return (line["event"], line.get("stage")) == ("run_begun", stage)


def _at_work(system: System, service: str, stage: str, job: Asked) -> Container:
    """The one that has begun this job's stage, as soon as it says so."""
    found: list[Container] = []

    def has_begun() -> bool:
        found[:] = [each for each in system.containers(service) if _works_on(each, stage, job)]
        return bool(found)

    if not wait_until(has_begun, patience=60):
        raise LocalFailure(f"no {service} has begun the job")
    return found[0]


def _works_on(container: Container, stage: str, job: Asked) -> bool:
    return any(_begun(line, stage) and line["job_id"] == job.id for line in container.said())
