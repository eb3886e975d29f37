"""What the page promises is what the code does."""

from datetime import timedelta
from pathlib import Path

from services.gateway.limits.forgetting import _EVERY
from services.gateway.limits.ledger import _LONGER_THAN_ANY_RUN
from services.gateway.pages.privacy import _MAIL_PATIENCE, _NOTHING_HEARD, what_is_kept
from services.scheduler.jobs import KEPT_AFTER_EXPIRY
from services.scheduler.rules import MAIL_PATIENCE, NET, Rules
from shared import recipients
from shared.provision import _LONGEST_SEGMENT
from shared.schema import KEPT_FOR
from shared.topics import ALL, JOB_DUE, JOB_INBOX, dead_letters
from tests.unit.gateway.site import a_desk, visiting

HALF_AN_HOUR = timedelta(minutes=30)


def told_of(words: str, cleanup: timedelta = HALF_AN_HOUR) -> str:
    (how_long,) = (kept.how_long for kept in what_is_kept(cleanup) if kept.what.startswith(words))
    return how_long


def test_what_goes_with_the_job_goes_when_the_scheduler_says_so() -> None:
    assert "30 minutes after the job's last mail" in told_of("Your e-mail address")
    assert "0.5 minutes after" in told_of("Your e-mail address", timedelta(seconds=30))
    assert Rules().cleanup == HALF_AN_HOUR
    assert "4.5 hours after its end" in told_of("Your e-mail address")
    assert "14 hours after its end" in told_of("Your e-mail address", timedelta(hours=10))
    assert (_MAIL_PATIENCE, _NOTHING_HEARD) == (MAIL_PATIENCE, NET)


def test_fingerprints_and_network_addresses_go_as_the_page_says() -> None:
    assert told_of("A fingerprint of your address, with the number").startswith("Until two days after")
    assert timedelta(days=2) == _LONGER_THAN_ANY_RUN
    assert told_of("The network address").startswith(f"Until {60 + _EVERY / 60:g} minutes")
    assert f"until {recipients.NET.days} days after its time" in told_of("Your e-mail address")


def test_messages_and_what_is_left_of_a_job_go_as_the_page_says() -> None:
    days = (max(JOB_INBOX.retention, JOB_DUE.retention) + _LONGEST_SEGMENT).days

    assert told_of("The same in the messages").startswith(f"{days} days; {dead_letters('x').retention.days} days")
    assert max(topic.retention for topic in ALL) == dead_letters("x").retention
    assert told_of("That there was a job").startswith(f"{KEPT_AFTER_EXPIRY.days} days")
    assert told_of("How many jobs") == f"{KEPT_FOR['submission_counts'] // timedelta(hours=1)} hours"


async def test_the_page_tells_all_of_it_and_every_page_leads_there(tmp_path: Path) -> None:
    async with visiting(a_desk(tmp_path, cleanup_minutes="45")) as visitor:
        async with visitor.get("/privacy") as answer:
            page = await answer.text()
        async with visitor.get("/nothing") as elsewhere:
            assert '<a href="/privacy">' in await elsewhere.text()

    assert answer.status == 200
    for kept in what_is_kept(timedelta(minutes=45)):
        assert kept.what in page
        assert kept.how_long.replace("'", "&#39;") in page
