"""Mails from their event to their report, on a real Cassandra and a real SMTP server; only the clock is the test's."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest

from services.notifier.attempts import Attempts, Writing
from services.notifier.decisions import SENT_WHILE, Mail, MailId, MailState
from services.notifier.handlers import forget
from services.notifier.letters import Letters
from services.notifier.lines import Lines
from services.notifier.mails import Mails
from services.notifier.postman import Postman
from services.notifier.relay_address import relay_address
from services.notifier.silence import Silence
from services.notifier.smtp import SmtpRelay
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.errors import DependencyAwayError
from shared.events import JobExpired, MailDeferred, MailKind, MailRefused, MailReport, MailSent
from shared.jobs import Jobs, JobState, JobView
from shared.links import Links
from shared.pseudonyms import Pseudonyms
from shared.recipients import Recipient, Recipients
from shared.searches import Search, Searches
from shared.suppressions import Suppressions
from shared.waiting import until_available, waiting_for
from tests.growth import Growth
from tests.integration.conftest import Backbone
from tests.integration.relay import ScriptedRelay, relaying
from tests.integration.troubles import Trouble

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
AT_ONCE = 4
PSEUDONYMS = Pseudonyms("under which addresses are known")
EVERY_KIND = pytest.mark.parametrize("kind", list(MailKind))
WITH_A_LINK = pytest.mark.parametrize("kind", [MailKind.READY, MailKind.ERROR])


@dataclass
class Clock:
    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    _leapt: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span
        self._leapt += span

    def monotonic(self) -> float:
        """Real time goes on beside the leaps."""
        return time.monotonic() + self._leapt.total_seconds()


class Office:
    """One notifier's parts, and what lies in its tables."""

    def __init__(
        self, cassandra: Cassandra, relay: ScriptedRelay, letters: Writing | None = None, *, answer_seconds: float = 5
    ) -> None:
        self.cassandra = cassandra
        self.relay = relay
        self.clock = Clock()
        self.mails = Mails(cassandra)
        self.recipients = Recipients(cassandra)
        address = relay_address(f"smtp://127.0.0.1:{relay.port}")
        dial = SmtpRelay(address, sender="images@example.org", answer_seconds=answer_seconds).dial
        self.lines = Lines(dial, at_once=AT_ONCE, mails_per_second=1000, clock=self.clock.monotonic)
        attempts = Attempts(
            mails=self.mails,
            jobs=Jobs(cassandra),
            recipients=self.recipients,
            searches=Searches(cassandra),
            silence=Silence(Suppressions(cassandra), PSEUDONYMS),
            relay=self.lines,
            letters=letters or some_letters(),
            now=self.clock.now,
        )
        self.postman = Postman(self.mails, attempts, self.clock.now)

    async def job(self, kind: MailKind, state: JobState | None = None, *, recipient: bool = True) -> MailId:
        """A job about which such a mail is due."""
        job_id = uuid4()
        await self.set_state(job_id, state or SENT_WHILE[kind])
        if recipient:
            person = Recipient(address_of(job_id), "Europe/Berlin")
            await self.recipients.put(job_id, person, due_at=self.clock.now(), now=self.clock.now())
        return MailId(job_id, kind)

    async def set_state(self, job_id: UUID, state: JobState) -> None:
        await self.cassandra.execute(
            "INSERT INTO jobs (job_id, state, run, version, query, images, found, kept, archive_size)"
            " VALUES (?, ?, 1, 2, 'red pandas', 20, 25, 20, 1000)",
            (job_id, state),
        )

    async def deliver(self, mail_id: MailId, *, within: timedelta | None = None) -> MailReport | None:
        """The report on it, when there is one."""
        not_after = None if within is None else self.clock.now() + within
        reports = await self.postman.deliver(mail_id, not_after=not_after)
        return reports[0] if reports else None

    async def row(self, mail_id: MailId) -> Mail:
        mail = await self.mails.find(mail_id)
        assert mail is not None
        return mail

    def taken(self, mail_id: MailId) -> list[EmailMessage]:
        return self.relay.mails_to(address_of(mail_id.job_id))


def address_of(job_id: UUID) -> str:
    return f"{job_id}@example.com"


def some_letters() -> Letters:
    return Letters(
        Links(("k" * 32,), "https://images.example.org"),
        PSEUDONYMS,
        sender=Address(addr_spec="images@example.org"),
        link_lifetime=timedelta(minutes=20),
        default_time_zone="UTC",
    )


class BrokenLetters:
    """A bug of ours, until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    def message_id(self, mail_id: MailId) -> str:
        return some_letters().message_id(mail_id)

    def letter(
        self, mail: Mail, job: JobView, recipient: Recipient, *, search: Search | None, now: datetime
    ) -> EmailMessage:
        if not self.mended:
            raise RuntimeError("a bug")
        return some_letters().letter(mail, job, recipient, search=search, now=now)


@pytest.fixture(scope="module")
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as relay:
        yield relay


@pytest.fixture
def office(cassandra: Cassandra, relay: ScriptedRelay) -> Office:
    return Office(cassandra, relay)


@EVERY_KIND
async def test_a_mail_is_sent_once_and_reported_as_often_as_asked(office: Office, kind: MailKind) -> None:
    mail_id = await office.job(kind)

    first = await office.deliver(mail_id)
    office.clock.pass_by(10 * MINUTE)
    again = await office.deliver(mail_id)

    assert first == again == MailSent(job_id=mail_id.job_id, kind=kind, accepted_at=office.clock.now() - 10 * MINUTE)
    (taken,) = office.taken(mail_id)
    row = await office.row(mail_id)
    assert (row.state, row.attempts, row.copies, row.message_id) == (MailState.SENT, 1, 1, taken["Message-ID"])


@EVERY_KIND
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_relay_that_asks_for_patience_gets_it(office: Office, kind: MailKind, command: str) -> None:
    mail_id, growth = await office.job(kind), Growth()
    office.relay.answers(command, "450 later", "451 later still")

    first = await office.deliver(mail_id)
    second = await office.deliver(mail_id)
    third = await office.deliver(mail_id)

    assert isinstance(first, MailDeferred)
    assert isinstance(second, MailDeferred)
    assert isinstance(third, MailSent)
    assert (first.sequence, second.sequence) == (1, 2)
    assert timedelta(seconds=15) <= first.not_before - office.clock.now() <= timedelta(seconds=30)
    assert timedelta(seconds=30) <= second.not_before - office.clock.now() <= timedelta(seconds=60)
    assert len(office.taken(mail_id)) == 1
    row = await office.row(mail_id)
    assert (row.state, row.attempts, row.copies) == (MailState.SENT, 3, 1)
    assert growth.all_of("aid_mail_attempts_total") == {f"{kind} not_taken": 2, f"{kind} accepted": 1}


@EVERY_KIND
@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_refused_mail_is_never_tried_again(office: Office, kind: MailKind, command: str) -> None:
    mail_id, growth = await office.job(kind), Growth()
    office.relay.answers(command, "550 no")

    first = await office.deliver(mail_id)
    again = await office.deliver(mail_id)

    assert first == again == MailRefused(job_id=mail_id.job_id, kind=kind)
    assert office.taken(mail_id) == []
    assert (await office.row(mail_id)).state is MailState.REFUSED
    assert growth.all_of("aid_mail_attempts_total") == {f"{kind} refused": 1}
    assert growth.all_of("aid_mails_too_late_total") == {}


@pytest.mark.parametrize("trouble", [Trouble.HANGS_UP, Trouble.SAYS_NOTHING])
async def test_a_started_mail_lost_in_data_counts_as_sent_from_now(
    cassandra: Cassandra, relay: ScriptedRelay, trouble: Trouble
) -> None:
    office = Office(cassandra, relay, answer_seconds=0.7)
    mail_id = await office.job(MailKind.STARTED)
    office.relay.answers("DATA", trouble)

    reports = [await office.deliver(mail_id) for _ in range(2)]

    assert reports == [MailSent(job_id=mail_id.job_id, kind=MailKind.STARTED, accepted_at=office.clock.now())] * 2
    assert len(office.taken(mail_id)) == 1


@WITH_A_LINK
async def test_a_mail_with_a_link_lost_in_data_goes_once_more_under_the_same_id(office: Office, kind: MailKind) -> None:
    mail_id, growth = await office.job(kind), Growth()
    office.relay.answers("DATA", Trouble.HANGS_UP, Trouble.HANGS_UP)

    reports = [await office.deliver(mail_id) for _ in range(3)]

    assert [type(report).__name__ for report in reports] == ["MailDeferred", "MailSent", "MailSent"]
    first, second = office.taken(mail_id)
    assert first["Message-ID"] == second["Message-ID"]
    assert (await office.row(mail_id)).copies == 2
    assert growth.all_of("aid_mail_attempts_total") == {f"{kind} unconfirmed": 2}


async def test_a_relay_that_is_away_is_waited_for_with_nothing_claimed(office: Office) -> None:
    mail_id = await office.job(MailKind.READY)
    await office.relay.stop()
    with pytest.raises(DependencyAwayError):
        await office.deliver(mail_id)
    assert await office.mails.find(mail_id) is None

    waiting = asyncio.create_task(until_available(lambda: office.deliver(mail_id)))
    await asyncio.sleep(0.3)
    await office.relay.start()
    report = await waiting

    assert isinstance(report, MailSent)
    assert len(office.taken(mail_id)) == 1


async def test_waiting_for_the_relay_ends_at_the_mails_limit(office: Office) -> None:
    mail_id = await office.job(MailKind.READY)
    not_after = office.clock.now() + MINUTE
    await office.relay.stop()

    waiting = asyncio.create_task(until_available(lambda: office.postman.deliver(mail_id, not_after=not_after)))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    office.clock.pass_by(MINUTE)

    assert await waiting == [MailRefused(job_id=mail_id.job_id, kind=MailKind.READY)]


async def test_a_mail_that_waits_for_a_connection_is_not_claimed(office: Office) -> None:
    gate = asyncio.Event()
    office.relay.answers("DATA", *[gate] * AT_ONCE)
    held = [await office.job(MailKind.READY) for _ in range(AT_ONCE)]
    sending = [asyncio.create_task(office.deliver(mail_id)) for mail_id in held]
    for mail_id in held:
        await office.relay.took(address_of(mail_id.job_id))

    mail_id = await office.job(MailKind.READY)
    waiting = asyncio.create_task(office.deliver(mail_id))
    async with asyncio.timeout(10):
        while "smtp_slot" not in waiting_for():
            await asyncio.sleep(0.02)
    assert await office.mails.find(mail_id) is None
    gate.set()

    assert all(isinstance(report, MailSent) for report in await asyncio.gather(*sending, waiting))


@EVERY_KIND
async def test_a_relay_that_stays_away_holds_nothing_behind_the_mail(office: Office, kind: MailKind) -> None:
    mail_id = await office.job(kind)
    await office.relay.stop()
    with pytest.raises(DependencyAwayError):
        await office.deliver(mail_id)

    growth = Growth()
    office.clock.pass_by(4 * MINUTE)
    first = await office.deliver(mail_id)
    office.clock.pass_by(4 * MINUTE)
    second = await office.deliver(mail_id, within=5 * MINUTE)
    assert growth.all_of("aid_mails_put_off_total") == {kind: 2}
    assert office.lines.away_for >= (8 * MINUTE).total_seconds()

    assert isinstance(first, MailDeferred)
    assert isinstance(second, MailDeferred)
    asked_at = office.clock.now() - 4 * MINUTE
    assert 2 * MINUTE <= first.not_before - asked_at <= 4 * MINUTE + SECOND
    assert 4 * MINUTE <= second.not_before - office.clock.now() <= 5 * MINUTE
    assert await office.mails.find(mail_id) is None

    await office.relay.start()
    office.clock.pass_by(MINUTE)
    assert isinstance(await office.deliver(mail_id), MailSent)


async def test_a_relay_that_stays_away_until_the_mails_limit_has_had_its_time(office: Office) -> None:
    mail_id = await office.job(MailKind.READY)
    limit = office.clock.now() + 2 * MINUTE
    await office.relay.stop()
    with pytest.raises(DependencyAwayError):
        await office.postman.deliver(mail_id, not_after=limit)

    office.clock.pass_by(1.5 * MINUTE)
    (put_off,) = await office.postman.deliver(mail_id, not_after=limit)
    office.clock.pass_by(MINUTE / 2)

    assert isinstance(put_off, MailDeferred)
    assert put_off.not_before <= limit
    given_up = MailRefused(job_id=mail_id.job_id, kind=MailKind.READY)
    assert await office.postman.deliver(mail_id, not_after=limit) == [given_up]


async def test_waiting_for_the_relay_ends_with_the_job(office: Office) -> None:
    mail_id = await office.job(MailKind.STARTED)
    await office.relay.stop()

    waiting = asyncio.create_task(until_available(lambda: office.deliver(mail_id)))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await office.set_state(mail_id.job_id, JobState.COMPLETED)

    assert await waiting is None


@EVERY_KIND
async def test_past_its_limit_nothing_is_sent(office: Office, kind: MailKind) -> None:
    mail_id, growth = await office.job(kind), Growth()

    report = await office.deliver(mail_id, within=-MINUTE)

    assert report == MailRefused(job_id=mail_id.job_id, kind=kind)
    assert office.relay.connections == 0
    assert growth.all_of("aid_mails_too_late_total") == {kind: 1}


@pytest.mark.parametrize(
    ("kind", "state"),
    [(kind, state) for kind in MailKind for state in JobState if state is not SENT_WHILE[kind]],
)
async def test_a_mail_goes_only_while_it_is_true(office: Office, kind: MailKind, state: JobState) -> None:
    mail_id = await office.job(kind, state)

    assert await office.deliver(mail_id) is None

    assert office.relay.connections == 0
    assert await office.mails.find(mail_id) is None


@EVERY_KIND
async def test_nobody_to_write_to_leaves_no_row(office: Office, kind: MailKind) -> None:
    known = await office.job(kind, recipient=False)
    unknown = MailId(uuid4(), kind)

    assert await office.deliver(known) is None
    assert await office.deliver(unknown) is None

    assert office.relay.taken == []
    assert await office.mails.find(known) is None
    assert await office.mails.find(unknown) is None


@EVERY_KIND
async def test_many_notifiers_at_once_send_one_mail(cassandra: Cassandra, relay: ScriptedRelay, kind: MailKind) -> None:
    offices = [Office(cassandra, relay) for _ in range(10)]
    mail_id = await offices[0].job(kind)

    reports = await asyncio.gather(*(office.deliver(mail_id) for office in offices))

    assert len(offices[0].taken(mail_id)) == 1
    assert all(isinstance(report, MailSent | MailDeferred) for report in reports)
    assert len({report.accepted_at for report in reports if isinstance(report, MailSent)}) == 1


@EVERY_KIND
async def test_a_mail_another_is_sending_is_put_off_until_that_claim_is_stale(
    cassandra: Cassandra, relay: ScriptedRelay, kind: MailKind
) -> None:
    one, other = Office(cassandra, relay), Office(cassandra, relay)
    mail_id = await one.job(kind)
    gate = asyncio.Event()
    relay.answers("DATA", gate)

    sending = asyncio.create_task(one.deliver(mail_id))
    await relay.took(address_of(mail_id.job_id))
    put_off = await other.deliver(mail_id)
    gate.set()

    assert isinstance(put_off, MailDeferred)
    assert put_off.not_before == one.clock.now() + 2 * MINUTE
    assert isinstance(await sending, MailSent)
    assert isinstance(await other.deliver(mail_id), MailSent)
    assert len(one.taken(mail_id)) == 1


@pytest.mark.parametrize(("kind", "copies"), [(MailKind.STARTED, 1), (MailKind.READY, 2), (MailKind.ERROR, 2)])
async def test_after_a_kill_in_data_only_links_go_once_more(
    cassandra: Cassandra, relay: ScriptedRelay, kind: MailKind, copies: int
) -> None:
    dead, alive = Office(cassandra, relay), Office(cassandra, relay)
    mail_id = await dead.job(kind)
    gate = asyncio.Event()
    relay.answers("DATA", gate)
    killed = asyncio.create_task(dead.deliver(mail_id))
    await relay.took(address_of(mail_id.job_id))

    alive.clock.pass_by(3 * MINUTE)
    report = await alive.deliver(mail_id)

    assert report == MailSent(job_id=mail_id.job_id, kind=kind, accepted_at=alive.clock.now())
    assert len(alive.taken(mail_id)) == copies
    gate.set()
    await killed  # as far as anybody else can see it never woke up


@WITH_A_LINK
async def test_a_notifier_whose_claim_was_taken_over_reports_what_it_finds(
    cassandra: Cassandra, relay: ScriptedRelay, kind: MailKind
) -> None:
    slow, quick = Office(cassandra, relay), Office(cassandra, relay)
    mail_id = await slow.job(kind)
    gate = asyncio.Event()
    relay.answers("DATA", gate)
    sending = asyncio.create_task(slow.deliver(mail_id))
    await relay.took(address_of(mail_id.job_id))
    quick.clock.pass_by(3 * MINUTE)
    await quick.deliver(mail_id)

    gate.set()
    report = await sending

    assert report == MailSent(job_id=mail_id.job_id, kind=kind, accepted_at=quick.clock.now())
    assert (await slow.row(mail_id)).copies == 2


@EVERY_KIND
@pytest.mark.parametrize(
    ("limit", "passes"), [(None, MINUTE), (MINUTE / 2, MINUTE / 2)], ids=["an old claim", "the mail's limit"]
)
async def test_data_does_not_begin_too_late(
    office: Office, kind: MailKind, limit: timedelta | None, passes: timedelta
) -> None:
    mail_id = await office.job(kind)
    gate = asyncio.Event()
    office.relay.answers("RCPT", gate)

    sending = asyncio.create_task(office.deliver(mail_id, within=limit))
    await claimed(office, mail_id)
    office.clock.pass_by(passes)
    gate.set()

    assert isinstance(await sending, MailDeferred)
    assert office.taken(mail_id) == []
    row = await office.row(mail_id)
    assert (row.state, row.copies) == (MailState.PENDING, 0)


@EVERY_KIND
async def test_a_cancelled_handler_does_not_cut_off_a_copy_that_is_leaving(office: Office, kind: MailKind) -> None:
    mail_id = await office.job(kind)
    gate = asyncio.Event()
    office.relay.answers("DATA", gate)

    handling = asyncio.create_task(office.deliver(mail_id))
    await office.relay.took(address_of(mail_id.job_id))
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    gate.set()
    await office.postman.finish()

    assert (await office.row(mail_id)).state is MailState.SENT
    assert isinstance(await office.deliver(mail_id), MailSent)
    assert len(office.taken(mail_id)) == 1


@pytest.mark.parametrize("kind", list(MailKind))
async def test_whoever_wants_no_mails_gets_none_in_whatever_spelling_until_he_does_again(
    office: Office, kind: MailKind
) -> None:
    suppressions, mail_id, next_one = Suppressions(office.cassandra), await office.job(kind), await office.job(kind)
    whose = [PSEUDONYMS.of(address_of(each.job_id).upper()) for each in (mail_id, next_one)]
    for each in whose:
        await suppressions.put(each, now=office.clock.now())

    assert isinstance(await office.deliver(mail_id), MailRefused)
    assert isinstance(await office.deliver(mail_id), MailRefused)
    assert (await office.row(mail_id)).state is MailState.REFUSED
    await suppressions.lift(whose[1])

    assert isinstance(await office.deliver(next_one), MailSent)
    assert (office.taken(mail_id), len(office.taken(next_one))) == ([], 1)


async def test_whoever_says_so_between_the_claim_and_the_mail_gets_none(office: Office) -> None:
    mail_id, gate = await office.job(MailKind.READY), asyncio.Event()
    office.relay.answers("RCPT", gate)

    sending = asyncio.create_task(office.deliver(mail_id, within=timedelta(hours=4)))
    await claimed(office, mail_id)
    whose = PSEUDONYMS.of(address_of(mail_id.job_id))
    await Suppressions(office.cassandra).put(whose, now=office.clock.now())
    gate.set()

    assert isinstance(await sending, MailRefused)
    assert office.taken(mail_id) == []
    assert isinstance(await office.deliver(await office.job(MailKind.READY)), MailSent)


async def test_a_bug_of_ours_does_not_pass_for_a_copy(cassandra: Cassandra, relay: ScriptedRelay) -> None:
    letters = BrokenLetters()
    office = Office(cassandra, relay, letters)
    mail_id = await office.job(MailKind.STARTED)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="a bug"):
            await office.deliver(mail_id)

    letters.mended = True

    assert isinstance(await office.deliver(mail_id), MailSent)
    row = await office.row(mail_id)
    assert (row.attempts, row.copies) == (4, 1)


async def test_after_the_end_neither_person_nor_mail_is_known_and_none_goes_again(office: Office) -> None:
    mail_ids = [await office.job(kind) for kind in MailKind]
    for mail_id in mail_ids:
        await office.deliver(mail_id)

        await office.set_state(mail_id.job_id, JobState.EXPIRED)
        expired = JobExpired(job_id=mail_id.job_id)
        assert await forget(expired, recipients=office.recipients, mails=office.mails) == []

        assert await office.recipients.find(mail_id.job_id) is None
        assert await office.mails.find(mail_id) is None
        assert await office.deliver(mail_id) is None
        assert len(office.taken(mail_id)) == 1


async def claimed(office: Office, mail_id: MailId) -> None:
    async with asyncio.timeout(10):
        while await office.mails.find(mail_id) is None:
            await asyncio.sleep(0.02)
