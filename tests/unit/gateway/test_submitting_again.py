"""The same request once more, and what a failed one leaves behind. Whole gateways, on tables in memory."""

import asyncio
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from shared.claims import Counts
from shared.cloudevents import decode
from shared.events import JobSubmitted, Stage
from tests.unit.gateway.connected import Clock, Gateway, Site
from tests.unit.gateway.site import NOW, ROW, visiting

KEY = {"Idempotency-Key": "one-job-and-no-other"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def asked(visitor: ClientSession) -> tuple[int, dict[str, Any]]:
    async with visitor.post("/api/v1/jobs", json=ROW, headers=KEY) as answer:
        return answer.status, await answer.json(content_type=None)


async def sent(visitor: ClientSession, nonce: str) -> tuple[int, str]:
    async with visitor.post("/jobs", data={**ROW, "nonce": nonce}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


def nonce_in(page: str) -> str:
    (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', page)
    return str(nonce)


def job_in(gateway: Gateway, path: str) -> Any:
    return gateway.desk.links.read_status(path.rpartition("/")[2]).job_id


class Ticking(Clock):
    """No two looks at it show the same."""

    def __call__(self) -> datetime:
        self.goes_on(milliseconds=1.7)
        return self.now


async def test_a_job_was_asked_for_at_one_moment_whoever_tells_it(site: Site) -> None:
    site.clock = Ticking()
    gateway = site.gateway()
    wish = {name: value for name, value in ROW.items() if name not in ("date", "time")}
    async with visiting(gateway.desk) as visitor:
        async with visitor.post("/api/v1/jobs", json={**wish, "when": "now"}) as answer:
            first = await answer.json()
        async with visitor.get(first["url"].removeprefix(gateway.desk.public_url)) as answer:
            later = await answer.json()

    (record,) = gateway.kafka.records
    event = decode(record.topic, record.value, record.headers)
    assert isinstance(event, JobSubmitted)
    moments = {event.submitted_at, event.due_at}
    moments |= {
        datetime.fromisoformat(told) for told in (first["submitted_at"], first["due_at"], later["submitted_at"])
    }
    assert len(moments) == 1


async def test_a_repeat_is_told_how_the_job_fares(site: Site) -> None:
    gateway = site.gateway()
    async with visiting(gateway.desk) as visitor:
        _, first = await asked(visitor)
        job_id = job_in(gateway, first["url"])
        await site.put_row(job_id, "running", query="cats", images=145)
        heartbeats: Any = gateway.desk.stores.get().heartbeats
        await heartbeats.beat(job_id, 1, Stage.PACK, Counts(found=80, kept=33, refused=2), now=NOW)
        status, again = await asked(visitor)
        async with visitor.get(first["url"].removeprefix(gateway.desk.public_url)) as answer:
            document = await answer.json()

    assert (status, again["url"].rpartition("/")[0]) == (202, first["url"].rpartition("/")[0])
    assert (again["stage"], again["found"], again["kept"], again["refused"]) == ("pack", 80, 33, 2)
    own = ("url", "page")
    assert {name: again[name] for name in again if name not in own} == {
        n: document[n] for n in document if n not in own
    }


async def test_of_a_job_that_is_gone_a_repeat_is_told_so(site: Site) -> None:
    gateway = site.gateway()
    async with visiting(gateway.desk) as visitor:
        _, first = await asked(visitor)
        await site.put_row(job_in(gateway, first["url"]), "expired")
        status, problem = await asked(visitor)

    assert (status, problem["code"]) == (410, "job_over")


async def test_a_form_that_comes_back_after_its_job_was_deleted_is_a_new_one(site: Site) -> None:
    gateway = site.gateway()
    async with visiting(gateway.desk) as visitor:
        async with visitor.get("/") as answer:
            nonce = nonce_in(await answer.text())
        _, path = await sent(visitor, nonce)
        await site.put_row(job_in(gateway, path), "expired")
        status, page = await sent(visitor, nonce)
        third, there = await sent(visitor, nonce_in(page))

    assert status == 410
    assert "it is deleted by now. Send the form again for a new job" in page
    assert 'value="Best hd wallpaper"' in page
    assert third == 303
    assert job_in(gateway, there) != job_in(gateway, path)


async def test_where_a_job_can_not_be_counted_no_address_stays_behind(site: Site) -> None:
    gateway = site.gateway(limit_site_hour=9)
    kept: list[int] = []
    async with visiting(gateway.desk) as visitor:
        # It is read before as well: only the writing fails.
        gateway.line.lost_writes = "submission_counts"
        assert (await asked(visitor))[0] == 503
        kept.append(len(site.tables.all("recipients")))
        gateway.line.lost_writes = ""
        assert (await asked(visitor))[0] == 202
        kept.append(len(site.tables.all("recipients")))

    assert kept == [0, 1]


async def test_a_download_does_not_wait_for_ever_for_an_answer(site: Site) -> None:
    gateway = site.gateway(accept_seconds=0.05)
    gateway.line.silent = "jobs"
    path = gateway.desk.links.download(uuid4()).removeprefix(gateway.desk.public_url)
    async with visiting(gateway.desk) as visitor, asyncio.timeout(5), visitor.get(path) as answer:
        assert answer.status == 503
