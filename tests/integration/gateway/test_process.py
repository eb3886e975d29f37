"""The gateway as a process: with its servers away, with Kafka killed under it, and its end."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from deploy.local.artefacts import kafka_jars
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.servers import Server, serving
from shared.events import JobStarted
from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings, create_topics
from shared.publisher import Publisher
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import tomorrow_at_noon
from tests.integration.running import RunningService, running, start_service

pytestmark = pytest.mark.integration


def environment(backbone: Backbone, port: int, folder: Path) -> dict[str, str]:
    return {
        **backbone.environment(),
        "AID_WEB_HOST": "127.0.0.1",
        "AID_WEB_PORT": str(port),
        "AID_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "AID_SECRET_KEYS": secrets.token_hex(),
        "AID_ADDRESS_KEY": secrets.token_hex(),
        "AID_ARCHIVES": folder.as_uri(),
        "AID_ACCEPT_SECONDS": "2",
    }


def visitor_of(port: int) -> ClientSession:
    return ClientSession(f"http://127.0.0.1:{port}")


async def filled_in(visitor: ClientSession) -> dict[str, str]:
    """Tomorrow's request, in a form the gateway gave out."""
    async with visitor.get("/") as answer:
        match = re.search(r'name="nonce" value="([^"]+)"', await answer.text())
    assert match
    return {**tomorrow_at_noon(), "nonce": match[1]}


async def status_of(visitor: ClientSession, form: dict[str, str]) -> int:
    async with visitor.post("/jobs", data=form, allow_redirects=False) as answer:
        return answer.status


@asynccontextmanager
async def starting(settings: dict[str, str], folder: Path) -> AsyncIterator[RunningService]:
    service = await start_service("gateway", settings, folder)
    try:
        yield service
    finally:
        await service.kill()


async def test_it_starts_works_and_ends_without_naming_anybody(backbone: Backbone, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with (
        running("gateway", environment(backbone, port, tmp_path), tmp_path) as service,
        visitor_of(port) as visitor,
    ):
        assert await status_of(visitor, await filled_in(visitor)) == 303
        assert await status_of(visitor, {**await filled_in(visitor), "images": "0"}) == 422

        assert await service.stop() == 0

    assert [line["status"] for line in service.lines() if line["event"] == "request"] == [303, 422]
    assert "job_accepted" in service.text()
    assert "@" not in service.text()


async def test_with_its_servers_away_from_the_start_it_says_so_and_shows_the_form(
    backbone: Backbone, tmp_path: Path
) -> None:
    port, nobody = free_ports(2)
    away = replace(backbone, kafka_url=f"127.0.0.1:{nobody}", cassandra_hosts=f"127.0.0.1:{nobody}")

    async with starting(environment(away, port, tmp_path), tmp_path) as service, visitor_of(port) as visitor:
        await until_it_waits(service)
        form = await filled_in(visitor)
        async with visitor.post("/jobs", data=form) as answer:
            page = await answer.text()
        async with visitor.get(f"{service.health_url}/readyz") as readiness:
            assert readiness.status == 503

        assert answer.status == 503
        assert 'value="Best hd wallpaper"' in page
        assert await service.stop() == 0


async def until_it_waits(service: RunningService) -> None:
    async with asyncio.timeout(30):
        while "dependency_away" not in service.text():
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def mortal_kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Server, str]]:
    """A broker of its own that a test may kill, and where it is."""
    port, controller_port = free_ports(2)
    home = tmp_path_factory.mktemp("mortal-kafka")
    kafka = Kafka(home=home, jars=kafka_jars(), port=port, controller_port=controller_port)
    with serving(kafka, home) as server:
        settings = ProvisionSettings(kafka_url=kafka.url, cassandra_hosts="127.0.0.1:1", partitions=2)
        await create_topics(settings)
        yield server, kafka.url


async def test_with_kafka_killed_nothing_is_promised_and_the_same_form_is_taken_afterwards(
    backbone: Backbone, mortal_kafka: tuple[Server, str], tmp_path: Path
) -> None:
    kafka, kafka_url = mortal_kafka
    (port,) = free_ports(1)
    settings = environment(replace(backbone, kafka_url=kafka_url), port, tmp_path) | {"AID_ACCEPT_SECONDS": "2"}
    async with running("gateway", settings, tmp_path) as service, visitor_of(port) as visitor:
        assert await status_of(visitor, await filled_in(visitor)) == 303
        form = await filled_in(visitor)

        await asyncio.to_thread(kafka.kill)
        async with visitor.post("/jobs", data=form) as answer:
            page = await answer.text()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        assert 'value="wsq.wee@example.com"' in page
        assert f'value="{form["nonce"]}"' in page
        assert "Sending this form again is safe: it will be one job" in page
        async with visitor.post("/api/v1/jobs", json=tomorrow_at_noon()) as told:
            document = await told.json(content_type="application/problem+json")
        assert (told.status, document["code"]) == (503, "job_unconfirmed")
        assert "Idempotency-Key" in document["detail"]

        await asyncio.to_thread(kafka.start)
        await asyncio.to_thread(kafka.wait_ready)
        await service.ready()
        async with asyncio.timeout(30):
            while await status_of(visitor, form) != 303:
                await asyncio.sleep(0.5)
        await until_it_hears_again(service, kafka_url)


async def until_it_hears_again(service: RunningService, kafka_url: str) -> None:
    """Of jobs, whose pages it keeps."""
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source="test")
    try:
        async with asyncio.timeout(30):
            while await records_heard(service) == 0:
                await publisher.publish(JobStarted(job_id=uuid4(), run=1))
                await asyncio.sleep(0.1)
    finally:
        await publisher.close()


async def records_heard(service: RunningService) -> float:
    async with ClientSession() as session, session.get(f"{service.health_url}/metrics") as answer:
        metrics = await answer.text()
    heard = re.search(r'^aid_feed_records_total\{topic="job-lifecycle.v1"\} (.+)$', metrics, re.MULTILINE)
    return float(heard[1]) if heard else 0
