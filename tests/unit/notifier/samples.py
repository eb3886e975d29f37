"""A job, a person and a pair of scissors for the letters to them."""

import re
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import UUID

from services.notifier.decisions import Mail, MailId, MailState
from services.notifier.letters import Letters
from shared.errors import Reason
from shared.events import MailKind
from shared.fields import Refusals
from shared.jobs import JobState, JobView
from shared.links import Links
from shared.pseudonyms import Pseudonyms
from shared.recipients import Recipient
from shared.searches import Search

JOB_ID = UUID("6f0c3f43-52a9-5d5b-8a36-0b1d3a3f9f11")
NOW = datetime(2026, 3, 3, 13, 12, 5, tzinfo=UTC)
PSEUDONYMS = Pseudonyms("under which addresses are known")
LINKS = Links(("k" * 32,), "https://images.example.org")
PERSON = Recipient("wsq.wee@example.com", "Europe/Berlin")


def a_mail(
    kind: MailKind,
    *,
    state: MailState = MailState.SENDING,
    claimed_at: datetime = NOW,
    attempts: int = 1,
    copies: int = 1,
    accepted_at: datetime | None = None,
) -> Mail:
    message_id = f"<{kind}.{JOB_ID}@example.org>"
    return Mail(MailId(JOB_ID, kind), state, UUID(int=1), claimed_at, attempts, copies, message_id, accepted_at)


def a_job(
    *, query: str = "Best hd wallpaper", refused: Refusals | None = None, reason: Reason | None = None
) -> JobView:
    refused = {"duplicate": 12, "gone": 5} if refused is None else refused
    return JobView(
        JOB_ID,
        JobState.RUNNING,
        run=1,
        version=2,
        query=query,
        images=145,
        found=160,
        kept=137,
        refused=refused,
        archive_size=94_321_000,
        reason=reason,
    )


def a_letter(
    kind: MailKind,
    job: JobView | None = None,
    *,
    to: Recipient = PERSON,
    search: Search | None = None,
    now: datetime = NOW,
) -> EmailMessage:
    letters = Letters(
        LINKS,
        PSEUDONYMS,
        sender=Address("Image Downloader", addr_spec="images@example.org"),
        link_lifetime=timedelta(minutes=20),
        default_time_zone="UTC",
    )
    return letters.letter(a_mail(kind), job or a_job(), to, search=search, now=now)


def part(letter: EmailMessage, subtype: str) -> str:
    """The text of the `plain` or the `html` part."""
    found = letter.get_body((subtype,))
    assert found is not None
    return str(found.get_content())


def links_in(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"<>]+", text))
