"""Who is turned away, with which words, and when he may come again. Whole gateways, on tables in memory."""

import asyncio
import re
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientResponse, ClientSession
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.gateway.asking.forms import read_form
from services.gateway.jobs.submissions import accept
from services.gateway.limits.admissions import Admitting
from services.gateway.limits.clientaddress import client_of
from services.gateway.limits.quotas import Rule, TooManyError
from shared.errors import DependencyAwayError
from tests.unit.gateway.connected import Site, asked_for
from tests.unit.gateway.site import ROW, visiting

VICTIM = "wsq.wee@example.com"
TOMORROW, IN_TWO_DAYS = {"date": "2021-08-31"}, {"date": "2021-09-01"}
PROXY = {"trusted_proxies": "127.0.0.0/8"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def post(visitor: ClientSession, address: str = VICTIM, *, client: str = "", **changes: str) -> ClientResponse:
    """As a program."""
    headers = {"X-Forwarded-For": client} if client else {}
    async with visitor.post("/api/v1/jobs", json=asked_for(address, **changes), headers=headers) as answer:
        await answer.read()
        return answer


async def code_of(answer: ClientResponse) -> str:
    return str((await answer.json(content_type=None))["code"])


async def test_the_share_of_an_address_is_free_again_when_it_is_said_to_be(site: Site) -> None:
    async with visiting(site.gateway(limit_address_hour=2).desk) as visitor:
        assert (await post(visitor)).status == 202
        site.clock.goes_on(minutes=10)
        assert (await post(visitor, "WSQ.WEE+again@example.com")).status == 202
        refused = await post(visitor)

        assert (refused.status, await code_of(refused)) == (429, "too_many_requests_address")
        assert refused.headers["Retry-After"] == str(50 * 60)
        assert refused.content_type == "application/problem+json"
        assert (await post(visitor, "somebody.else@example.com")).status == 202
        site.clock.goes_on(seconds=50 * 60 - 1)
        assert (await post(visitor)).status == 429
        site.clock.goes_on(seconds=1)
        assert (await post(visitor)).status == 202


async def test_what_was_typed_stands_in_the_form_that_comes_back(site: Site) -> None:
    async with visiting(site.gateway(limit_address_hour=1).desk) as visitor:
        assert (await post(visitor)).status == 202
        form = {**ROW, "colour": "teal"}
        async with visitor.post("/jobs", data=form) as answer:
            page = await answer.text()

    assert answer.status == 429
    assert answer.headers["Retry-After"] == "3600"
    assert "<h1>Too many requests for now</h1>" in page
    assert "something went wrong" not in page
    assert "There were too many jobs for this address lately. Please try again in 60 minutes" in page
    for value in ("Best hd wallpaper", "2021-09-20", "11:41", VICTIM, "145"):
        assert f'value="{value}"' in page
    assert re.search(r'value="teal" selected', page)


async def test_the_same_request_again_is_never_turned_away_nor_counted(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1, limit_domain_hour=1, limit_client_jobs=5)
    async with visiting(gateway.desk) as visitor:
        async with visitor.get("/") as page:
            (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', await page.text())
        form = {**ROW, "nonce": nonce}
        jobs = set()
        for _ in range(3):
            async with visitor.post("/jobs", data=form, allow_redirects=False) as answer:
                assert answer.status == 303
                jobs.add(gateway.job_of(answer))
        (job,) = jobs
        await site.put_row(job, "running")
        async with visitor.post("/jobs", data=form, allow_redirects=False) as answer:
            assert (answer.status, gateway.job_of(answer)) == (303, job)
        async with visitor.post("/jobs", data={**form, "images": "7"}, allow_redirects=False) as other:
            assert other.status == 429


async def test_of_a_thousand_at_once_for_one_victim_no_more_than_the_limit_are_taken(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=20, limit_address_ahead=20, limit_client_jobs=60)

    rules: set[Rule] = set()

    async def submit(number: int) -> bool:
        """As the views do, without the wire: whether it was taken."""
        desk, form = gateway.desk, asked_for(f"wsq.wee+{number}@example.com")
        client = client_of("10.0.0.1", [f"192.0.2.{number % 200}"], trusted=[ip_network("10.0.0.0/8")])
        try:
            await accept(
                read_form(form.items(), now=desk.now(), limits=desk.limits),
                None,
                stores=desk.stores.get,
                publisher=desk.publisher.get,
                admit=desk.admissions.by(client),
                now=desk.now(),
                patience=60,
            )
        except TooManyError as refused:
            rules.add(refused.rule)
            return False
        return True

    taken = await asyncio.gather(*(submit(number) for number in range(1000)))

    assert sum(taken) == 20
    assert rules <= {Rule.ADDRESS, Rule.AHEAD}
    assert len(gateway.kafka.records) == 20
    assert len(site.tables.all("recipients")) == 20
    assert len(gateway.desk.admissions._turns) == 0


async def test_two_gateways_know_of_each_other_what_they_have_taken(site: Site) -> None:
    limits = {"limit_address_hour": 3, "limit_domain_hour": 5, "limit_site_hour": 7}
    async with visiting(site.gateway(**limits).desk) as one, visiting(site.gateway(**limits).desk) as other:
        for visitor in (one, other, one):
            assert (await post(visitor)).status == 202
        assert await code_of(await post(other)) == "too_many_requests_address"
        for visitor in (one, other):
            assert (await post(visitor, "another@example.com")).status == 202
        assert await code_of(await post(other, "third@example.com")) == "too_many_requests_domain"
        for visitor in (one, other):
            assert (await post(visitor, f"{uuid4()}@{uuid4().hex}.example.org")).status == 202
        refused = await post(one, "a@example.net")

    assert await code_of(refused) == "too_many_requests_site"
    # It is half past eleven: in the next hour these seven count less and less.
    assert 1800 < int(refused.headers["Retry-After"]) < 5400


async def test_the_sums_of_an_hour_ago_wear_off(site: Site) -> None:
    async with visiting(site.gateway(limit_site_hour=4).desk) as visitor:
        for _ in range(4):
            assert (await post(visitor)).status == 202
        refused = await post(visitor)
        site.clock.goes_on(seconds=int(refused.headers["Retry-After"]) - 2)
        assert (await post(visitor)).status == 429
        site.clock.goes_on(seconds=2)
        assert (await post(visitor)).status == 202
        assert (await post(visitor)).status == 429
        site.clock.goes_on(hours=2)
        assert [(await post(visitor)).status for _ in range(5)] == [202] * 4 + [429]


async def test_only_jobs_that_have_not_ended_count_as_active(site: Site) -> None:
    gateway = site.gateway(limit_address_active=3)
    async with visiting(gateway.desk) as visitor:
        jobs = [gateway.job_of(await post(visitor, **TOMORROW)) for _ in range(3)]
        await site.put_row(jobs[0], "scheduled")
        await site.put_row(jobs[1], "running")
        refused = await post(visitor, **TOMORROW)
        await site.put_row(jobs[1], "completed")
        after_an_end = await post(visitor, **TOMORROW)
        again_too_many = await post(visitor, **TOMORROW)
        site.clock.goes_on(hours=25)  # one was never scheduled, and never will be

        assert await code_of(refused) == "too_many_requests_active"
        assert int(refused.headers["Retry-After"]) >= 60
        assert (after_an_end.status, again_too_many.status) == (202, 429)
        assert (await post(visitor, **IN_TWO_DAYS)).status == 202
    noted = {row["job_id"] for row in site.tables.all("submissions") if row.get("ended")}
    assert noted >= {jobs[1], jobs[2]}


async def test_jobs_of_next_month_shut_nobody_out_for_today(site: Site) -> None:
    gateway = site.gateway(limit_address_active=2, limit_address_ahead=3)
    async with visiting(gateway.desk) as visitor:
        for _ in range(3):
            assert (await post(visitor)).status == 202
        refused = await post(visitor)
        near = [await post(visitor, **TOMORROW) for _ in range(3)]

    assert await code_of(refused) == "too_many_requests_ahead"
    assert [answer.status for answer in near] == [202, 202, 429]
    assert await code_of(near[2]) == "too_many_requests_active"


async def test_who_has_too_many_jobs_ahead_is_told_to_come_again_in_two_days_at_most(site: Site) -> None:
    gateway = site.gateway(limit_address_ahead=1)
    async with visiting(gateway.desk) as visitor:
        job_id = gateway.job_of(await post(visitor))
        await site.put_row(job_id, "scheduled", due_at=site.clock.now + timedelta(days=21))
        assert (await post(visitor)).headers["Retry-After"] == str(2 * 86400)
        site.clock.goes_on(days=18, hours=20)
        assert (await post(visitor, date="2021-10-20")).headers["Retry-After"] == str(4 * 3600)
        site.clock.goes_on(hours=4)
        assert (await post(visitor, date="2021-10-20")).status == 202


async def test_a_place_is_free_when_it_is_said_to_be_also_when_several_are_due(site: Site) -> None:
    many, few = site.gateway(limit_address_active=3), site.gateway(limit_address_active=2)
    async with visiting(many.desk) as visitor, visiting(few.desk) as other:
        for hours in (30, 10, 20):
            job_id = many.job_of(await post(visitor, **TOMORROW))
            await site.put_row(job_id, "scheduled", due_at=site.clock.now + timedelta(hours=hours))

        assert (await post(visitor, **TOMORROW)).headers["Retry-After"] == str(10 * 3600)
        assert (await post(other, **TOMORROW)).headers["Retry-After"] == str(20 * 3600)


async def test_jobs_that_nobody_schedules_keep_their_places_for_an_hour_and_say_so(site: Site) -> None:
    async with visiting(site.gateway(limit_address_active=1).desk) as visitor:
        assert (await post(visitor, **TOMORROW)).status == 202
        site.clock.goes_on(minutes=20)
        assert (await post(visitor, **TOMORROW)).headers["Retry-After"] == str(40 * 60)
        site.clock.goes_on(minutes=40)
        assert (await post(visitor, **TOMORROW)).status == 202


async def test_a_job_with_another_time_is_known_for_as_long_as_that_asks_for(site: Site) -> None:
    gateway = site.gateway(limit_address_ahead=9)
    async with visiting(gateway.desk) as visitor:
        job_id = gateway.job_of(await post(visitor, **TOMORROW))
        submitted_at = site.clock.now
        await site.put_row(job_id, "scheduled")
        site.clock.goes_on(hours=1)
        url = f"/api/v1/jobs/{gateway.desk.links.status_token(job_id)}/reschedule"
        async with visitor.post(url, json={"date": "2021-09-20", "time": "11:41"}) as answer:
            assert answer.status == 202
        site.clock.goes_on(days=20)

        (entry,) = await gateway.desk.stores.get().ledger.entries(gateway.desk.admissions._pseudonyms.of(VICTIM))
    assert (entry.job_id, entry.submitted_at) == (job_id, submitted_at)


async def test_clients_are_counted_whatever_the_order_in_which_tables_answer(site: Site) -> None:
    """The clock runs, and whoever asked first is answered last."""
    gateway = site.gateway(limit_client_jobs=60)
    desk, admit = gateway.desk, gateway.desk.admissions.by("192.0.2.1")
    gates = [asyncio.Event() for _ in range(200)]

    async def submit(number: int) -> bool:
        asked_at = site.clock.now + timedelta(milliseconds=number)
        try:
            async with admit(uuid4(), f"{number}@example.com", due_at=asked_at, now=asked_at):
                return True
        except TooManyError:
            return False

    async def submit_later(number: int) -> bool:
        await gates[number].wait()
        return await submit(number)

    tasks = [asyncio.create_task(submit_later(number)) for number in range(200)]
    for gate in reversed(gates):
        site.clock.goes_on(milliseconds=1)
        gate.set()
        await asyncio.sleep(0)
    assert sum(await asyncio.gather(*tasks)) == 60
    assert desk.admissions.clients.wait("192.0.2.1", desk.seconds())


async def test_a_repeat_of_a_request_under_way_counts_also_when_the_first_fails(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1, limit_client_jobs=1)
    by, job_id, now = gateway.desk.admissions.by, uuid4(), site.clock.now
    first, second = (by(client)(job_id, VICTIM, due_at=now, now=now) for client in ("192.0.2.1", "192.0.2.2"))
    await first.__aenter__()
    keep = await second.__aenter__()
    failure = DependencyAwayError("cassandra", "no answer")
    await first.__aexit__(type(failure), failure, None)
    await keep()
    await second.__aexit__(None, None, None)

    for client, rule in (("192.0.2.1", Rule.CLIENT), ("192.0.2.2", Rule.ADDRESS)):
        assert await code_after(by(client), now) == rule


async def test_a_repeat_that_read_what_was_taken_back_meanwhile_counts(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1)
    admit, job_id, now = gateway.desk.admissions.by("192.0.2.1"), uuid4(), site.clock.now
    first = admit(job_id, VICTIM, due_at=now, now=now)
    keep = await first.__aenter__()
    await keep()

    async def repeat() -> None:
        async with admit(job_id, VICTIM, due_at=now, now=now) as keep:
            await keep()

    gateway.line.read.clear()
    gateway.line.answers.clear()
    repeating = asyncio.create_task(repeat())
    await gateway.line.read.wait()
    failure = DependencyAwayError("cassandra", "no answer")
    ending = asyncio.create_task(first.__aexit__(type(failure), failure, None))
    await asyncio.sleep(0)
    gateway.line.answers.set()
    await asyncio.gather(repeating, ending)

    (entry,) = await gateway.desk.stores.get().ledger.entries(gateway.desk.admissions._pseudonyms.of(VICTIM))
    assert entry.job_id == job_id
    assert await code_after(admit, now) == Rule.ADDRESS


async def code_after(admit: Admitting, now: datetime) -> Rule:
    with pytest.raises(TooManyError) as refused:
        async with admit(uuid4(), VICTIM, due_at=now, now=now):
            pass
    return refused.value.rule


async def test_what_fails_is_not_counted(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1, limit_site_hour=1, limit_client_jobs=1)
    async with visiting(gateway.desk) as visitor:
        gateway.line.away = True
        assert (await post(visitor)).status == 503
        gateway.line.away = False
        gateway.line.lost_writes = "recipients"
        assert (await post(visitor)).status == 503
        gateway.line.lost_writes = ""
        assert (await post(visitor, images="0")).status == 422

        assert (await post(visitor)).status == 202
        assert (await post(visitor)).status == 429


async def test_a_job_that_may_run_all_the_same_counts(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1)
    async with visiting(gateway.desk) as visitor:
        gateway.kafka.away_for = 1
        assert (await post(visitor)).status == 503
        assert (await post(visitor)).status == 429


async def test_a_client_has_a_share_of_his_own_whatever_he_writes_into_headers(site: Site) -> None:
    async with visiting(site.gateway(limit_client_jobs=2).desk) as visitor:
        answers = [await post(visitor, f"{n}@example.com", client=f"192.0.2.{n}") for n in range(3)]

    assert [answer.status for answer in answers] == [202, 202, 429]
    assert await code_of(answers[2]) == "too_many_requests_client"
    assert answers[2].headers["Retry-After"] == "3600"


async def test_behind_a_trusted_proxy_each_client_has_his_own(site: Site) -> None:
    async with visiting(site.gateway(limit_client_jobs=1, **PROXY).desk) as visitor:
        first = [await post(visitor, client=f"{uuid4()}, 192.0.2.{n}") for n in range(3)]
        again = await post(visitor, client="203.0.113.1, 192.0.2.1")

    assert [answer.status for answer in first] == [202] * 3
    assert again.status == 429


async def test_tokens_are_not_guessed_for_long_and_the_form_is_still_shown(site: Site) -> None:
    async with visiting(site.gateway(limit_client_requests=5).desk) as visitor:
        found = [await status_of(visitor, f"/jobs/{uuid4()}") for _ in range(7)]
        form = [await status_of(visitor, "/") for _ in range(20)]
        static = [await status_of(visitor, "/static/site.css") for _ in range(20)]
        site.clock.goes_on(minutes=1, seconds=1)

        assert found == [404] * 5 + [429] * 2
        assert set(form + static) == {200}
        assert await status_of(visitor, f"/download/{uuid4()}") == 404


async def test_whoever_has_looked_too_often_may_still_send_the_form(site: Site) -> None:
    async with visiting(site.gateway(limit_client_requests=1, limit_client_jobs=2).desk) as visitor:
        looks = [await status_of(visitor, f"/jobs/{uuid4()}") for _ in range(2)]
        async with visitor.post("/jobs", data=ROW, allow_redirects=False) as form:
            sent = [form.status, *[(await post(visitor)).status for _ in range(2)]]

    assert (looks, sent) == ([404, 429], [303, 202, 429])


async def test_changes_have_a_share_of_their_own_and_the_page_says_so(site: Site) -> None:
    async with visiting(site.gateway(limit_client_changes=2).desk) as visitor:
        for expected in (404, 404, 429):
            async with visitor.post(f"/jobs/{uuid4()}/cancel") as answer:
                page = await answer.text()
                assert answer.status == expected
        stops = [await status_of(visitor, f"/stop/{uuid4()}", "POST") for _ in range(5)]

    assert "<h1>Too many requests for now</h1>" in page
    assert "There were too many requests from where you are" in page
    assert answer.headers["Retry-After"] == "3600"
    assert "Content-Security-Policy" in answer.headers
    assert stops == [404] * 5


async def test_event_streams_have_a_share_of_their_own(site: Site) -> None:
    async with visiting(site.gateway(limit_client_streams=2).desk) as visitor:
        opened = [await status_of(visitor, f"/jobs/{uuid4()}/events") for _ in range(3)]

    assert opened == [404, 404, 429]


async def test_the_operator_learns_of_the_rule_and_nothing_of_the_person(site: Site) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("aid_rate_limited_total", {"rule": "address"}) or 0

    before = counted()
    async with visiting(site.gateway(limit_address_hour=1).desk) as visitor:
        await post(visitor)
        with capture_logs() as lines:
            await post(visitor)

    (line,) = (line for line in lines if line["event"] == "rate_limited")
    assert line["rule"] == "address"
    assert "wsq" not in str(lines)
    assert "127.0.0.1" not in str(line)
    assert counted() == before + 1


async def test_nobody_learns_from_a_refusal_who_wants_no_mails(site: Site) -> None:
    gateway = site.gateway(limit_address_hour=1)
    answers: dict[bool, list[tuple[int, set[str]]]] = {}
    async with visiting(gateway.desk) as visitor:
        for suppressed in (False, True):
            address = f"{uuid4()}@example.com"
            if suppressed:
                whose = gateway.desk.admissions._pseudonyms.of(address)
                await gateway.desk.stores.get().suppressions.put(whose, now=site.clock.now)
            both = [await post(visitor, address) for _ in range(2)]
            answers[suppressed] = [(answer.status, set(await answer.json(content_type=None))) for answer in both]

    assert answers[False] == answers[True]
    assert [status for status, _ in answers[True]] == [202, 429]


async def test_no_address_is_kept_with_what_is_counted(site: Site) -> None:
    async with visiting(site.gateway(limit_address_hour=9, limit_domain_hour=9, limit_site_hour=9).desk) as visitor:
        await post(visitor)

    kept = str([site.tables.all(table) for table in ("submissions", "submission_counts", "suppressions")])
    assert "wsq" not in kept
    assert "example.com" not in kept
    assert len(site.tables.all("submission_counts")) == 2


async def status_of(visitor: ClientSession, path: str, method: str = "GET") -> int:
    async with visitor.request(method, path) as answer:
        return answer.status


async def test_what_others_took_in_the_last_hour_still_counts_in_this_one(site: Site) -> None:
    limits = {"limit_site_hour": 4}
    async with visiting(site.gateway(**limits).desk) as one, visiting(site.gateway(**limits).desk) as other:
        for visitor in (one, one, other):
            assert (await post(visitor)).status == 202
        site.clock.goes_on(minutes=35)  # five past noon: eleven twelfths of the three count

        assert [(await post(visitor)).status for visitor in (other, one)] == [202, 429]
        site.clock.goes_on(minutes=20)  # seven twelfths
        assert [(await post(visitor)).status for visitor in (one, other)] == [202, 429]
        site.clock.goes_on(minutes=20)  # a quarter
        assert [(await post(visitor)).status for visitor in (other, one)] == [202, 429]


async def test_a_proxy_that_is_not_named_is_warned_of_once_and_a_named_one_never(site: Site) -> None:
    warned = []
    for told in ({}, PROXY):
        async with visiting(site.gateway(**told).desk) as visitor:
            with capture_logs() as lines:
                for number in range(3):
                    await post(visitor, client=f"192.0.2.{number}")
        warned.append([line for line in lines if line["event"] == "proxy_not_trusted"])

    assert (len(warned[0]), len(warned[1])) == (1, 0)
    assert "127.0.0.1" not in str(warned)
