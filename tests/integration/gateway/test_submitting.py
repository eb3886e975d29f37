"""From the request to the topic and the tables, and from the tables to the status page."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse

from shared.claims import Counts, Heartbeats
from shared.events import Event, JobSubmitted, Stage
from shared.filters import Colour, Filters, MinimumSize
from shared.recipients import Recipient, Recipients
from shared.searches import Asked, Search, Searches
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway, tomorrow_at_noon

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


async def nonce_of(gateway: Gateway) -> str:
    async with gateway.visitor.get("/") as answer:
        match = re.search(r'name="nonce" value="([^"]+)"', await answer.text())
    assert match
    return match[1]


async def published_after(bus: Bus, gateway: Gateway, event: JobSubmitted) -> list[Event]:
    """All of the job that came before a marker sent now on the same partition: its key is the job's."""
    marker = event.model_copy(update={"sequence": 999})
    await gateway.desk.publisher.get().publish(marker)
    await bus.until(lambda: marker in bus.events(event.job_id))
    return [found for found in bus.events(event.job_id) if found != marker]


async def test_a_form_becomes_a_recipient_and_an_event_and_a_status_page(gateway: Gateway, bus: Bus) -> None:
    form = {**tomorrow_at_noon(), "time-zone": "Asia/Kolkata", "nonce": await nonce_of(gateway)}

    async with gateway.visitor.post("/jobs", data=form, allow_redirects=False) as answer:
        job_id = gateway.job_of(answer)
    async with gateway.visitor.get(answer.headers["Location"]) as page:
        text = await page.text()
    event = await bus.event(job_id, JobSubmitted)

    assert answer.status == 303
    assert page.status == 200
    assert "Congratulations!!" in text
    assert "Your job has been successfully added in the queue." in text
    assert "Want to submit more such jobs?" in text
    assert "Return back to home" in text
    assert (event.query, event.images) == ("Best hd wallpaper", 145)
    assert event.due_at.strftime("%H:%M %Z") == "06:30 UTC"
    assert await Recipients(gateway.cassandra).find(job_id) == Recipient("wsq.wee@example.com", "Asia/Kolkata")
    assert not [record for record in bus.records if b"wsq.wee" in record.value]


async def test_json_becomes_the_same(gateway: Gateway, bus: Bus) -> None:
    async with gateway.visitor.post("/api/v1/jobs", json={**tomorrow_at_noon(), "images": 7}) as answer:
        document = await answer.json()
        job_id = gateway.job_of(answer)
    event = await bus.event(job_id, JobSubmitted)

    assert answer.status == 202
    assert answer.headers["Location"] == document["url"]
    assert (document["state"], document["asked"], event.images) == ("accepted", 7, 7)
    assert document["page"].startswith("http://pictures.example/jobs/")
    async with gateway.visitor.get(f"/api/v1/jobs/{document['url'].rpartition('/')[2]}") as status:
        assert (await status.json())["state"] == "accepted"


async def test_the_filters_go_to_the_topic_and_another_filter_is_another_job(gateway: Gateway, bus: Bus) -> None:
    form = {**tomorrow_at_noon(), "nonce": await nonce_of(gateway), "colour": "teal", "safe-search": "off"}

    jobs = []
    for change in ({}, {"licence": "any", "site": ""}, {"colour": "blue"}):
        async with gateway.visitor.post("/jobs", data={**form, **change}, allow_redirects=False) as answer:
            jobs.append(gateway.job_of(answer))
    event = await bus.event(jobs[0], JobSubmitted)

    assert event.filters == Filters(colour=Colour.TEAL, safe_search=False)
    assert jobs[0] == jobs[1] != jobs[2]


async def test_a_job_tells_its_filters_and_which_engine_could_not_apply_them(gateway: Gateway) -> None:
    job_id = uuid4()
    filters = Filters(minimum_size=MinimumSize.MP2, colour=Colour.TEAL)
    await gateway.put_row(job_id, state="running", run=1, filters=filters.stored())
    asked = (
        Asked("google", "blocked"),
        Asked("altavista", "blocked"),
        Asked("openverse", "enough", ignored=("colour", "age")),
    )
    token = gateway.desk.links.status_token(job_id)

    until = datetime(2100, 1, 2, 3, 4, tzinfo=UTC)
    for engine in ("altavista", "lycos"):
        await gateway.cassandra.execute("INSERT INTO cool_downs (engine, ends_at) VALUES (?, ?)", (engine, until))
    async with gateway.visitor.get(f"/jobs/{token}") as answer:
        before = await answer.text()
    await Searches(gateway.cassandra).finish(job_id, Search(True, 30, asked))
    async with gateway.visitor.get(f"/jobs/{token}") as answer:
        page = await answer.text()
    async with gateway.visitor.get(f"/api/v1/jobs/{token}") as answer:
        document = await answer.json()

    assert "Minimum size: 2 megapixels" in before
    assert "Colour: Teal" in before
    assert "could not" not in before
    assert '<dt>Openverse</dt><dd>had enough<span class="line">could not filter by colour, date</span></dd>' in page
    assert "<dt>Google</dt><dd>turned us away</dd>" in page
    assert '<dt>altavista</dt><dd>turned us away<span class="line">left alone until <time' in page
    assert page.count("2 January 2100, 03:04") == 1
    assert "checked on every picture itself" in page
    assert document["filters"] == {"minimum-size": "2mp", "colour": "teal"}
    assert document["filters_ignored"] == {"openverse": ["colour", "published"]}


async def test_the_same_form_twice_is_one_job(gateway: Gateway, bus: Bus) -> None:
    form = {**tomorrow_at_noon(), "nonce": await nonce_of(gateway)}

    jobs = []
    for _ in range(2):
        async with gateway.visitor.post("/jobs", data=form, allow_redirects=False) as answer:
            jobs.append(gateway.job_of(answer))
    async with gateway.visitor.post("/jobs", data={**form, "images": "9"}, allow_redirects=False) as answer:
        corrected = gateway.job_of(answer)
    event = await bus.event(jobs[0], JobSubmitted)
    events = await published_after(bus, gateway, event)

    assert jobs[0] == jobs[1] != corrected
    assert len({event.event_id for event in events}) == 1


async def test_a_form_whose_job_is_known_writes_nothing(gateway: Gateway, bus: Bus) -> None:
    request, key = tomorrow_at_noon(), {"Idempotency-Key": uuid4().hex}
    async with gateway.visitor.post("/api/v1/jobs", json=request, headers=key) as answer:
        job_id = gateway.job_of(answer)
    event = await bus.event(job_id, JobSubmitted)
    await gateway.put_row(job_id, state="running", run=1, images=145)
    await Recipients(gateway.cassandra).delete(job_id)

    async with gateway.visitor.post("/api/v1/jobs", json=request, headers=key) as answer:
        document = await answer.json()

    assert (answer.status, document["state"], gateway.job_of(answer)) == (202, "running", job_id)
    assert await Recipients(gateway.cassandra).find(job_id) is None
    assert await published_after(bus, gateway, event) == [event]


async def test_other_fields_under_the_same_key_are_another_job(gateway: Gateway) -> None:
    request, key = tomorrow_at_noon(), {"Idempotency-Key": uuid4().hex}
    jobs = []
    for images in ("145", "7", "145"):
        async with gateway.visitor.post("/api/v1/jobs", json={**request, "images": images}, headers=key) as answer:
            assert answer.status == 202
            jobs.append(gateway.job_of(answer))

    assert jobs[0] == jobs[2] != jobs[1]


async def test_a_repeat_is_the_same_request_although_its_time_has_passed(gateway: Gateway) -> None:
    now = datetime.now(UTC)
    request = {**tomorrow_at_noon(), "date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"}
    key = {"Idempotency-Key": uuid4().hex}
    async with gateway.visitor.post("/api/v1/jobs", json=request, headers=key) as answer:
        job_id = gateway.job_of(answer)
    await gateway.put_row(job_id)

    gateway.clock.ahead = timedelta(minutes=5)
    try:
        async with gateway.visitor.post("/api/v1/jobs", json=request, headers=key) as repeat:
            assert (repeat.status, gateway.job_of(repeat)) == (202, job_id)
        async with gateway.visitor.post("/api/v1/jobs", json=request) as another:
            assert another.status == 422
    finally:
        gateway.clock.ahead = timedelta()


async def test_a_time_that_comes_twice_is_explained(gateway: Gateway) -> None:
    year = datetime.now(UTC).year
    ends = [
        datetime(y, 10, 31 - (datetime(y, 10, 31, tzinfo=UTC).isoweekday() % 7), tzinfo=UTC) for y in (year, year + 1)
    ]
    day = next(end for end in ends if end > datetime.now(UTC) + timedelta(days=1))
    form = {**tomorrow_at_noon(), "date": f"{day:%Y-%m-%d}", "time": "2:30", "time-zone": "Europe/Berlin"}

    async with gateway.visitor.post("/jobs", data=form) as page:
        assert "We took the first." in await page.text()


async def test_the_status_page_follows_the_job(gateway: Gateway) -> None:
    job_id, now = uuid4(), datetime.now(UTC)
    token = gateway.desk.links.status_token(job_id)
    beats = Heartbeats(gateway.cassandra)

    async def page() -> str:
        async with gateway.visitor.get(f"/jobs/{token}") as answer:
            assert answer.status == 200
            return " ".join((await answer.text()).split())

    await put_recipient(gateway, job_id)
    assert "Accepted, waiting to be scheduled" in await page()
    await gateway.put_row(job_id, images=145, due_at=now)
    assert "Waiting for its time" in await page()
    await gateway.put_row(job_id, images=145, state="running", run=1)
    await beats.beat(job_id, 1, Stage.SEARCH, Counts(found=80), now=now)
    assert "Searching" in await page()
    assert "<dt>Found</dt><dd>80</dd>" in await page()
    await beats.beat(job_id, 1, Stage.PACK, Counts(found=80, kept=33, refused=2), now=now)
    assert "Downloading and packing" in await page()
    assert 'max="145" value="33"' in await page()
    assert 'http-equiv="refresh"' in await page()
    counts = {"found": 170, "kept": 137, "thumbnails": 4, "refused": {"timeout": 3, "too_green": 1}}
    ready = {**counts, "archive_run": 1, "expires_at": now + timedelta(minutes=20)}
    await gateway.put_row(job_id, images=145, state="completed", run=1, **ready)
    assert "We kept 137 (4 of them small thumbnails) of the 145 you asked for." in await page()
    assert "<dt>small thumbnails among them</dt><dd>4</dd>" in await page()
    assert "<dt>took too long</dt><dd>3</dd>" in await page()
    assert "<dt>too green</dt><dd>1</dd>" in await page()
    assert "<dt>Not needed</dt><dd>29</dd>" in await page()
    assert "/download/" in await page()
    assert 'http-equiv="refresh"' not in await page()


async def test_a_failed_job_says_why_and_offers_the_form_filled_in(gateway: Gateway) -> None:
    job_id = uuid4()
    await gateway.put_row(job_id, state="failed", reason="no_results")

    async with gateway.visitor.get(f"/jobs/{gateway.desk.links.status_token(job_id)}") as answer:
        page = await answer.text()

    assert "The search found no pictures for this query." in page
    assert '/again"' in page


async def test_what_is_over_is_gone(gateway: Gateway) -> None:
    expired, unknown = uuid4(), uuid4()
    await gateway.put_row(expired, state="expired")
    tokens = [gateway.desk.links.status_token(job_id) for job_id in (expired, unknown)]

    for token in tokens:
        async with gateway.visitor.get(f"/jobs/{token}") as answer:
            assert answer.status == 410
            assert "Link has expired. This is an invalid link now." in await answer.text()
        async with gateway.visitor.get(f"/api/v1/jobs/{token}") as answer:
            assert (answer.status, (await answer.json(content_type=None))["code"]) == (410, "link_expired")


async def test_a_job_the_scheduler_has_not_seen_yet_is_waited_for_however_long(gateway: Gateway) -> None:
    job_id = uuid4()
    await put_recipient(gateway, job_id)

    async with gateway.visitor.get(f"/jobs/{gateway.desk.links.status_token(job_id)}") as answer:
        assert answer.status == 200
        assert "Congratulations!!" in await answer.text()


async def put_recipient(gateway: Gateway, job_id: UUID) -> None:
    """What accepting a job writes first."""
    recipient = Recipient("wsq.wee@example.com", time_zone="UTC")
    await gateway.desk.stores.get().recipients.put(job_id, recipient, due_at=gateway.clock(), now=gateway.clock())


async def test_two_gateways_take_no_more_for_one_person_than_the_limit(backbone: Backbone, tmp_path: Path) -> None:
    told = {"AID_LIMIT_ADDRESS_HOUR": "3", "AID_LIMIT_ADDRESS_ACTIVE": "9", "AID_LIMIT_DOMAIN_HOUR": "9"}
    request = {**tomorrow_at_noon(), "email": f"{uuid4().hex}@example.com"}

    async def post(gateway: Gateway) -> ClientResponse:
        async with gateway.visitor.post("/api/v1/jobs", json=request) as answer:
            return answer

    async with (
        serving_gateway(backbone, tmp_path, told=told) as one,
        serving_gateway(backbone, tmp_path, told=told) as other,
    ):
        first = await asyncio.gather(*(post(one) for _ in range(2)))
        second = await asyncio.gather(*(post(other) for _ in range(5)))
        one.clock.ahead = timedelta(hours=1)
        after_an_hour = await post(one)

    assert [answer.status for answer in first] == [202] * 2
    assert sorted(answer.status for answer in second) == [202] + [429] * 4
    assert {answer.headers["Retry-After"] for answer in second if answer.status == 429} <= {"3600", "3599", "3598"}
    assert after_an_hour.status == 202
