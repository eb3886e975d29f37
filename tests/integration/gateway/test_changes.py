"""What the holder of a status link asks of a job: from the button to the topic."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse

from shared.events import CancelRequested, DeleteRequested, RescheduleRequested
from shared.fields import to_milliseconds
from shared.recipients import Recipient
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = pytest.mark.integration

IN_THE_FUTURE = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=3)


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


async def a_job(gateway: Gateway, **columns: object) -> tuple[UUID, str]:
    """Its id, and its status link's token."""
    job_id = uuid4()
    await gateway.put_row(job_id, due_at=IN_THE_FUTURE, **columns)
    return job_id, gateway.desk.links.status_token(job_id)


def another_time(zone: str = "UTC") -> dict[str, str]:
    return {"date": f"{IN_THE_FUTURE + timedelta(days=1):%Y-%m-%d}", "time": "07:30", "time-zone": zone}


async def press(gateway: Gateway, token: str, change: str, **form: str) -> ClientResponse:
    async with gateway.visitor.post(f"/jobs/{token}/{change}", data=form, allow_redirects=False) as answer:
        await answer.read()
        return answer


@pytest.mark.parametrize("state", ["scheduled", "running"])
async def test_cancel_is_passed_on_and_the_page_says_so(gateway: Gateway, bus: Bus, state: str) -> None:
    job_id, token = await a_job(gateway, state=state, run=1)

    answer = await press(gateway, token, "cancel")
    await bus.event(job_id, CancelRequested)
    async with gateway.visitor.get(answer.headers["Location"]) as page:
        text = await page.text()

    assert (answer.status, answer.headers["Location"]) == (303, f"/jobs/{token}?asked=cancel")
    assert "The job will be cancelled in a moment." in text


async def test_a_job_is_deleted_now(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway, state="completed", archive_run=1, kept=9)

    answer = await press(gateway, token, "delete")
    await bus.event(job_id, DeleteRequested)

    assert (answer.status, answer.headers["Location"]) == (303, f"/jobs/{token}?asked=delete")


async def test_another_time_is_passed_on_in_the_persons_zone(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway)

    answer = await press(gateway, token, "reschedule", **another_time("Asia/Kolkata"))
    event = await bus.event(job_id, RescheduleRequested)

    assert answer.status == 303
    assert answer.headers["Location"].startswith(
        f"/jobs/{token}?asked=time&due={event.due_at:%Y-%m-%dT%H:%M:%SZ}&since="
    )
    assert event.due_at == (IN_THE_FUTURE + timedelta(days=1)).replace(hour=2, minute=0)
    assert event.sequence == int(event.asked_at.timestamp() * 1000)


async def test_who_asked_is_kept_for_the_new_time(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway)
    recipient = Recipient("someone@example.com", "UTC")
    await gateway.desk.stores.get().recipients.put(job_id, recipient, due_at=IN_THE_FUTURE, now=datetime.now(UTC))
    later = f"{IN_THE_FUTURE + timedelta(days=200):%Y-%m-%d}"

    await press(gateway, token, "reschedule", **{**another_time(), "date": later})
    await bus.event(job_id, RescheduleRequested)

    (row,) = await gateway.cassandra.execute("SELECT TTL(address) AS left FROM recipients WHERE job_id = ?", (job_id,))
    assert row["left"] > timedelta(days=200).total_seconds()


async def test_a_clock_that_was_put_back_makes_no_request_an_old_one(gateway: Gateway, bus: Bus) -> None:
    asked_before = to_milliseconds(datetime.now(UTC) + timedelta(hours=1))
    job_id, token = await a_job(gateway, rescheduled_at=asked_before)

    await press(gateway, token, "reschedule", **another_time())

    assert (await bus.event(job_id, RescheduleRequested)).asked_at > asked_before


async def test_two_times_asked_for_one_after_the_other_are_two_messages(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway)
    for time in ("07:30", "08:30"):
        await press(gateway, token, "reschedule", **{**another_time(), "time": time})
        gateway.clock.ahead += timedelta(seconds=1)
    gateway.clock.ahead = timedelta()

    await bus.until(lambda: len(bus.events(job_id)) == 2)

    assert len({event.event_id for event in bus.events(job_id)}) == 2


async def test_a_time_that_can_not_be_is_explained_where_it_was_typed(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway)

    async with gateway.visitor.post(
        f"/jobs/{token}/reschedule", data={**another_time(), "date": "2020-01-01", "time": "noon"}
    ) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert 'id="time-error">Time must be written as HH:MM</p>' in page
    assert 'value="2020-01-01"' in page
    assert 'value="noon"' in page
    assert not bus.events(job_id)


async def test_the_time_of_a_job_that_has_begun_is_fixed(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway, state="running", run=1)

    answer = await press(gateway, token, "reschedule", **another_time())
    async with gateway.visitor.post(f"/api/v1/jobs/{token}/reschedule", json=another_time()) as told:
        document = await told.json(content_type="application/problem+json")

    assert (answer.status, told.status, document["code"]) == (409, 409, "time_fixed")
    assert not bus.events(job_id)


async def test_a_job_the_scheduler_has_not_seen_yet_can_be_changed(gateway: Gateway, bus: Bus) -> None:
    job_id = uuid4()
    recipient = Recipient("wsq.wee@example.com", time_zone="UTC")
    await gateway.desk.stores.get().recipients.put(job_id, recipient, due_at=IN_THE_FUTURE, now=gateway.clock())
    token = gateway.desk.links.status_token(job_id)

    assert (await press(gateway, token, "reschedule", **another_time())).status == 303
    assert (await press(gateway, token, "cancel")).status == 303
    await bus.event(job_id, RescheduleRequested)
    await bus.event(job_id, CancelRequested)


async def test_again_leads_to_the_form_filled_in(gateway: Gateway) -> None:
    _, token = await a_job(gateway, state="failed", reason="no_results", query="red pandas", images=42)

    answer = await press(gateway, token, "again")
    async with gateway.visitor.get(answer.headers["Location"]) as page:
        text = await page.text()

    assert answer.status == 303
    assert 'value="red pandas"' in text
    assert 'value="42"' in text


async def test_programs_ask_the_same(gateway: Gateway, bus: Bus) -> None:
    job_id, token = await a_job(gateway)
    base = f"/api/v1/jobs/{token}"

    async with gateway.visitor.post(f"{base}/reschedule", json=another_time()) as answer:
        assert (answer.status, (await answer.json())["state"]) == (202, "scheduled")
    async with gateway.visitor.post(f"{base}/reschedule", json={"date": ""}) as answer:
        errors = (await answer.json(content_type="application/problem+json"))["errors"]
        assert (answer.status, [error["code"] for error in errors]) == (422, ["date_required", "time_required"])
    async with gateway.visitor.post(f"{base}/again") as answer:
        assert answer.status == 202
        assert (await answer.json())["form"].startswith("http://pictures.example/retry/")
    for change, event in (("cancel", CancelRequested), ("delete", DeleteRequested)):
        async with gateway.visitor.post(f"{base}/{change}") as answer:
            assert (answer.status, gateway.job_of(answer)) == (202, job_id)
        await bus.event(job_id, event)


@pytest.mark.parametrize("change", ["cancel", "reschedule", "again", "delete"])
async def test_of_a_job_that_is_gone_nothing_can_be_asked(gateway: Gateway, change: str) -> None:
    _, token = await a_job(gateway, state="expired")

    assert (await press(gateway, token, change, **another_time())).status == 410
    async with gateway.visitor.post(f"/api/v1/jobs/{token}/{change}", json=another_time()) as answer:
        assert (answer.status, answer.content_type) == (410, "application/problem+json")


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("scheduled", {"reschedule", "cancel"}),
        ("running", {"cancel"}),
        ("completed", {"again", "delete"}),
        ("failed", {"again", "delete"}),
        ("cancelled", {"again", "delete"}),
    ],
)
async def test_the_page_offers_what_can_be_asked_now(gateway: Gateway, state: str, buttons: set[str]) -> None:
    _, token = await a_job(gateway, state=state, run=1)

    async with gateway.visitor.get(f"/jobs/{token}") as answer:
        page = await answer.text()

    assert set(re.findall(rf'method="post" action="/jobs/{token}/(\w+)"', page)) == buttons
