from datetime import timedelta

import pytest

from services.notifier.decisions import (
    ANSWERS_PER_ACCEPTANCE,
    CLAIM_GOOD_FOR,
    CLAIM_STALE_AFTER,
    LONGEST_ANSWER_SECONDS,
    Mail,
    MailId,
    MailState,
    accepted,
    counts_as_sent,
    first_claim,
    may_start,
    never_taken,
    next_claim,
    not_taken,
    report_of,
    report_while_away,
    report_without_sending,
    unconfirmed,
)
from shared.events import MailDeferred, MailKind, MailRefused, MailSent
from tests.unit.notifier.samples import JOB_ID, NOW, a_mail

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
EVERY_KIND = pytest.mark.parametrize("kind", list(MailKind))


@EVERY_KIND
def test_a_mail_that_was_sent_is_reported_again_with_the_same_time_even_after_its_limit(kind: MailKind) -> None:
    mail = a_mail(kind, state=MailState.SENT, accepted_at=NOW)

    report = report_without_sending(mail.id, mail, now=NOW + 9 * MINUTE, not_after=NOW)

    assert report == MailSent(job_id=JOB_ID, kind=kind, accepted_at=NOW)


@EVERY_KIND
def test_a_refused_mail_stays_refused(kind: MailKind) -> None:
    mail = a_mail(kind, state=MailState.REFUSED)

    assert report_without_sending(mail.id, mail, now=NOW, not_after=None) == MailRefused(job_id=JOB_ID, kind=kind)


@EVERY_KIND
def test_a_mail_that_somebody_is_sending_is_put_off_until_that_claim_is_stale(kind: MailKind) -> None:
    mail = a_mail(kind, attempts=4)

    for now in (NOW, NOW + 2 * MINUTE - SECOND):
        report = report_without_sending(mail.id, mail, now=now, not_after=NOW)
        assert report == MailDeferred(job_id=JOB_ID, kind=kind, sequence=4, not_before=NOW + 2 * MINUTE)


@pytest.mark.parametrize("mail", [None, a_mail(MailKind.READY, state=MailState.PENDING), a_mail(MailKind.READY)])
def test_past_its_limit_nothing_is_sent_any_more(mail: Mail | None) -> None:
    mail_id = MailId(JOB_ID, MailKind.READY)
    now = NOW + 2 * MINUTE

    assert report_without_sending(mail_id, mail, now=now, not_after=now) == MailRefused(
        job_id=JOB_ID, kind=MailKind.READY
    )
    assert report_without_sending(mail_id, mail, now=now, not_after=now + SECOND) is None


@pytest.mark.parametrize(
    ("kind", "copies", "sent"),
    [
        (MailKind.STARTED, 1, True),
        (MailKind.READY, 1, False),
        (MailKind.READY, 2, True),
        (MailKind.ERROR, 1, False),
        (MailKind.ERROR, 2, True),
    ],
)
def test_of_a_mail_nobody_knows_the_fate_of_only_links_go_twice(kind: MailKind, copies: int, sent: bool) -> None:
    mail = a_mail(kind, copies=copies)

    assert not counts_as_sent(mail, NOW + 2 * MINUTE - SECOND)
    assert counts_as_sent(mail, NOW + 2 * MINUTE) is sent
    assert unconfirmed(mail, NOW).state is (MailState.SENT if sent else MailState.PENDING)


def test_what_counts_as_sent_counts_from_now() -> None:
    late = NOW + 9 * MINUTE

    mail = unconfirmed(a_mail(MailKind.STARTED), late)

    assert report_of(mail, now=late, not_after=None) == MailSent(job_id=JOB_ID, kind=MailKind.STARTED, accepted_at=late)


def test_copies_count_what_may_have_left_and_attempts_every_try() -> None:
    mail_id = MailId(JOB_ID, MailKind.READY)
    first = first_claim(mail_id, message_id="<a@b>", attempt=JOB_ID, now=NOW)
    put_off = not_taken(first)
    second = next_claim(put_off, attempt=JOB_ID, now=NOW)
    lost = unconfirmed(second, NOW)
    third = next_claim(lost, attempt=JOB_ID, now=NOW)

    counts = [(mail.attempts, mail.copies) for mail in (first, put_off, second, lost, third)]

    assert counts == [(1, 1), (1, 0), (2, 1), (2, 1), (3, 2)]
    assert accepted(third, NOW).copies == 2
    assert never_taken(third).copies == 1
    assert third.message_id == "<a@b>"


def test_a_claim_starts_data_while_it_is_young_and_the_mail_within_its_limit() -> None:
    claim = a_mail(MailKind.READY)

    assert may_start(claim, now=NOW + MINUTE - SECOND, not_after=None)
    assert not may_start(claim, now=NOW + MINUTE, not_after=None)
    assert may_start(claim, now=NOW, not_after=NOW + SECOND)
    assert not may_start(claim, now=NOW, not_after=NOW)


def test_pauses_double_from_half_a_minute_to_a_quarter_of_an_hour() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 40)]

    for pause, ceiling in zip(pauses, [30, 60, 120, 240, 480, *[900] * 34], strict=True):
        assert ceiling / 2 < pause <= ceiling


def test_a_pause_is_the_same_whenever_it_is_computed_and_differs_between_attempts() -> None:
    assert pause_after(9) == pause_after(9)
    assert len({pause_after(attempts) for attempts in range(6, 40)}) == 34


def test_a_mail_is_put_off_no_further_than_its_limit() -> None:
    mail = a_mail(MailKind.READY, state=MailState.PENDING)

    report = report_of(mail, now=NOW, not_after=NOW + SECOND)

    assert isinstance(report, MailDeferred)
    assert report.not_before == NOW + SECOND


def test_the_first_pause_is_a_setting() -> None:
    mail = a_mail(MailKind.READY, state=MailState.PENDING, attempts=2)

    report = report_of(mail, now=NOW, not_after=None, first_pause=4 * SECOND)

    assert isinstance(report, MailDeferred)
    assert 4 * SECOND < report.not_before - NOW <= 8 * SECOND


@EVERY_KIND
def test_a_relay_that_is_away_is_waited_for_in_place_for_a_minute(kind: MailKind) -> None:
    mail_id = MailId(JOB_ID, kind)

    assert report_while_away(mail_id, None, lasting=MINUTE - SECOND, now=NOW, not_after=None) is None


@pytest.mark.parametrize(("lasting", "pause"), [(1, 1), (7, 7), (15, 15), (240, 15)])
def test_a_relay_that_stays_away_is_given_as_long_again_and_no_longer_than_a_quarter_of_an_hour(
    lasting: int, pause: int
) -> None:
    mail = a_mail(MailKind.READY, state=MailState.PENDING, attempts=3)

    report = report_while_away(mail.id, mail, lasting=lasting * MINUTE, now=NOW, not_after=None)

    assert isinstance(report, MailDeferred)
    assert report.sequence == 3
    assert pause * MINUTE / 2 < report.not_before - NOW <= pause * MINUTE


def test_a_mail_that_was_never_tried_is_put_off_no_further_than_its_limit() -> None:
    mail_id = MailId(JOB_ID, MailKind.READY)

    report = report_while_away(mail_id, None, lasting=9 * MINUTE, now=NOW, not_after=NOW + SECOND)

    assert report == MailDeferred(job_id=JOB_ID, kind=MailKind.READY, sequence=0, not_before=NOW + SECOND)


@pytest.mark.parametrize("lasting", [SECOND, 9 * MINUTE])
def test_a_mail_whose_time_ran_out_while_the_relay_was_tried_is_not_put_off(lasting: timedelta) -> None:
    mail_id = MailId(JOB_ID, MailKind.READY)

    report = report_while_away(mail_id, None, lasting=lasting, now=NOW, not_after=NOW)

    assert report == MailRefused(job_id=JOB_ID, kind=MailKind.READY)


def test_the_slowest_relay_still_answers_within_the_ages_of_a_claim() -> None:
    answer = timedelta(seconds=LONGEST_ANSWER_SECONDS)

    assert 2 * answer < CLAIM_GOOD_FOR
    assert CLAIM_GOOD_FOR + ANSWERS_PER_ACCEPTANCE * answer < CLAIM_STALE_AFTER


def pause_after(attempts: int) -> float:
    report = report_of(a_mail(MailKind.READY, state=MailState.PENDING, attempts=attempts), now=NOW, not_after=None)
    assert isinstance(report, MailDeferred)
    assert report.sequence == attempts
    return (report.not_before - NOW).total_seconds()
