"""The three mails: what they say, and the headers that make mail programs treat them well. No I/O but the templates."""

from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifier.decisions import Mail, MailId
from services.notifier.failures import NeverError
from services.notifier.phrases import harmless, moment, size, zone_of
from shared.errors import Reason
from shared.events import MailKind
from shared.jobs import JobView
from shared.links import Links, Wish
from shared.reasons import REASON_WORDS, shortfall_words, thumbnail_words
from shared.recipients import Recipient
from shared.refusals import refusal_words

SUBJECTS = {
    MailKind.STARTED: "Job scheduling started",
    MailKind.READY: "Your Images are Downloaded",
    MailKind.ERROR: "Error in job",
}

_TEMPLATES = Path(__file__).with_name("templates")


class Letters:
    def __init__(self, links: Links, *, sender: Address, link_lifetime: timedelta, default_time_zone: str) -> None:
        self._links = links
        self._sender = sender
        self._link_lifetime = link_lifetime
        self._default_time_zone = default_time_zone
        self._inliner = CSSInliner(load_remote_stylesheets=False)
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def message_id(self, mail_id: MailId) -> str:
        """The same for every copy; `run` has no part in it, for a job starts, ends or fails once."""
        return f"<{mail_id.kind}.{mail_id.job_id}@{self._sender.domain}>"

    def letter(self, mail: Mail, job: JobView, recipient: Recipient, *, now: datetime) -> EmailMessage:
        """NeverError when the address is none."""
        facts = self._facts(mail.id.kind, job, recipient, now)
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = _only(recipient.address)
        letter["Subject"] = SUBJECTS[mail.id.kind]
        letter["Date"] = now
        letter["Message-ID"] = mail.message_id
        if mail.id.kind is not MailKind.STARTED:
            letter["In-Reply-To"] = letter["References"] = self.message_id(MailId(job.job_id, MailKind.STARTED))
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        # Quoted-printable passes relays that know seven bits only, and has no long lines.
        letter.set_content(self._render(mail.id.kind, "txt", facts), cte="quoted-printable")
        letter.add_alternative(
            self._inliner.inline(self._render(mail.id.kind, "html", facts)), subtype="html", cte="quoted-printable"
        )
        letter["Content-Language"] = "en"  # set before, it would move into the text part
        return letter

    def _render(self, kind: MailKind, form: str, facts: dict[str, object]) -> str:
        return self._templates.get_template(f"{kind}.{form}").render(facts, subject=SUBJECTS[kind])

    def _facts(self, kind: MailKind, job: JobView, recipient: Recipient, now: datetime) -> dict[str, object]:
        facts: dict[str, object] = {
            "query": harmless(job.query),
            "asked": job.images,
            "status_link": self._links.status(job.job_id),
        }
        match kind:
            case MailKind.STARTED:
                return facts
            case MailKind.READY:
                return facts | self._ready_facts(job, recipient, now)
            case MailKind.ERROR:
                return facts | {
                    "reason": REASON_WORDS[job.reason or Reason.INTERNAL],
                    "retry_link": self._links.retry(Wish(job.query, job.images, job.filters)),
                }

    def _ready_facts(self, job: JobView, recipient: Recipient, now: datetime) -> dict[str, object]:
        zone = zone_of(recipient.time_zone, self._default_time_zone)
        return {
            "download_link": self._links.download(job.job_id),
            # Counted from this attempt: the link lives from acceptance on, so never shorter than it says here.
            "valid_until": moment(now + self._link_lifetime, zone),
            "found": job.found or 0,
            "kept": job.kept or 0,
            "thumbnails": thumbnail_words(job.thumbnails or 0),
            "size": size(job.archive_size or 0),
            "shortfall": shortfall_words(job.stopped_because) if (job.found or 0) < job.images else "",
            "left_out": _left_out(job),
        }


def _left_out(job: JobView) -> list[tuple[int, str]]:
    """So many, and why: with those in the ZIP they make all that were found."""
    refused = [(count, refusal_words(code)) for code, count in sorted(job.refused.items(), key=_most_first)]
    return [*refused, *([(job.not_needed, "not needed, there were enough")] if job.not_needed else [])]


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    code, count = item
    return -count, code


def _only(address: str) -> Address:
    """The message of what goes wrong here would carry the address into a dead letter."""
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise NeverError from None
