"""The page behind "this wasn't me", and the one click of mail programs. A whole gateway, on tables in memory."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.events import CancelRequested
from shared.links import Links, Stop
from tests.contract.memory import MemoryPublisher
from tests.unit.gateway.connected import Gateway, Site
from tests.unit.gateway.site import KEY, visiting

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def gateway(site: Site) -> Gateway:
    return site.gateway()


def a_stop(gateway: Gateway) -> tuple[UUID, str]:
    """A job that is gone by now, and the path that one of its mails leads to."""
    job_id = uuid4()
    return job_id, f"/stop/{gateway.desk.links.stop_token(Stop('0' * 64, job_id))}"


def left_alone(site: Site) -> list[str]:
    return [row["address_hash"] for row in site.tables.all("suppressions")]


def cancelled(kafka: MemoryPublisher) -> list[bytes | None]:
    wanted = CancelRequested.type_name().encode()
    return [record.key for record in kafka.records if dict(record.headers)["ce_type"] == wanted]


async def test_looking_changes_nothing_however_often_and_the_button_does(site: Site, gateway: Gateway) -> None:
    job_id, path = a_stop(gateway)
    async with visiting(gateway.desk) as visitor:
        for _ in range(5):
            async with visitor.get(path) as answer:
                page = await answer.text()
            async with visitor.head(path) as head:
                assert head.status == 200
        assert (answer.status, left_alone(site), gateway.kafka.records) == (200, [], [])
        assert "<h1>This wasn&#39;t you?</h1>" in page
        assert f'<form method="post" action="{path}">' in page

        async with visitor.post(path) as answer:
            page = await answer.text()

    assert answer.status == 200
    assert "You get no more mails from us" in page
    assert f'<form method="post" action="{path}/undo">' in page
    assert left_alone(site) == ["0" * 64]
    assert cancelled(gateway.kafka) == [str(job_id).encode()]


async def test_once_more_is_the_same_and_it_can_be_taken_back_and_done_again(site: Site, gateway: Gateway) -> None:
    _, path = a_stop(gateway)
    async with visiting(gateway.desk) as visitor:
        for step, holds in (("", 1), ("", 1), ("/undo", 0), ("/undo", 0), ("", 1)):
            async with visitor.post(path + step) as answer:
                assert answer.status == 200
            assert len(left_alone(site)) == holds
        async with visitor.get(path) as answer:
            assert "You get no more mails from us" in await answer.text()


async def test_it_does_not_go_by_itself(site: Site, gateway: Gateway) -> None:
    _, path = a_stop(gateway)
    async with visiting(gateway.desk) as visitor, visitor.post(path):
        site.clock.goes_on(days=5000)

    assert left_alone(site)


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_mail_programs_one_click_comes_from_nowhere_and_is_answered_at_once(
    site: Site, gateway: Gateway, multipart: bool
) -> None:
    _, path = a_stop(gateway)
    body = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    sent = {"data": body, "headers": {"Content-Type": "multipart/form-data; boundary=b"}}
    async with (
        visiting(gateway.desk) as visitor,
        visitor.post(path, allow_redirects=False, **(sent if multipart else {"data": ONE_CLICK})) as answer,
    ):
        assert answer.status == 200

    assert left_alone(site)


async def test_another_site_can_not_press_the_button(site: Site, gateway: Gateway) -> None:
    _, path = a_stop(gateway)
    async with visiting(gateway.desk) as visitor:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            async with visitor.post(path, headers=headers) as answer:
                assert answer.status == 403

    assert not left_alone(site)


async def test_a_link_that_is_not_ours_leads_nowhere(site: Site, gateway: Gateway) -> None:
    job_id, path = a_stop(gateway)
    foreign = Links(("another key that is long enough",), "http://x.example").stop_token(Stop("0" * 64, job_id))
    status = gateway.desk.links.status_token(job_id)
    async with visiting(gateway.desk) as visitor:
        for token in ("junk", foreign, status, path.removeprefix("/stop/")[:-1]):
            for method, step in (("GET", ""), ("POST", ""), ("POST", "/undo")):
                async with visitor.request(method, f"/stop/{token}{step}") as answer:
                    assert answer.status == 404

    assert not left_alone(site)
    assert not gateway.kafka.records


async def test_with_another_key_in_front_the_link_still_holds(site: Site, gateway: Gateway) -> None:
    _, path = a_stop(gateway)
    rotated = site.gateway(secret_keys=f"the newest key of all keys,{KEY}")
    async with visiting(rotated.desk) as visitor, visitor.post(path) as answer:
        assert answer.status == 200

    assert left_alone(site)


async def test_without_kafka_the_mails_are_stopped_all_the_same_and_it_is_said_to_ask_again(
    site: Site, gateway: Gateway
) -> None:
    _, path = a_stop(gateway)
    gateway.kafka.away = True
    async with visiting(gateway.desk) as visitor, visitor.post(path) as answer:
        assert answer.status == 503
        assert "Asking again in half a minute is safe" in await answer.text()

    assert left_alone(site)


async def test_without_cassandra_it_is_said_to_ask_again(site: Site, gateway: Gateway) -> None:
    _, path = a_stop(gateway)
    gateway.line.away = True
    async with visiting(gateway.desk) as visitor:
        for method in ("GET", "POST"):
            async with visitor.request(method, path) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
