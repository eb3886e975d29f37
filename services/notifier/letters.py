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
from services.notifier.linkheaders import LinkHeader
from services.notifier.phrases import duration, harmless, moment, size, zone_of
from shared.enginewords import engine_words, ignored_words
from shared.errors import Reason
from shared.events import MailKind
from shared.filterwords import in_words
from shared.jobs import JobView
from shared.links import Links, Stop, Wish
from shared.pseudonyms import Pseudonyms
from shared.reasons import REASON_WORDS, shortfall_words, thumbnail_words
from shared.recipients import Recipient
from shared.refusals import refusal_words
from shared.searches import Search

SUBJECTS = {
    MailKind.STARTED: "Job scheduling started",
    MailKind.READY: "Your Images are Downloaded",
    MailKind.ERROR: "Error in job",
}

_TEMPLATES = Path(__file__).with_name("templates")


class Letters:
    def __init__(
        self,
        links: Links,
        pseudonyms: Pseudonyms,
        *,
        sender: Address,
        link_lifetime: timedelta,
        default_time_zone: str,
    ) -> None:
        self._links = links
        self._pseudonyms = pseudonyms
        self._sender = sender
        self._link_lifetime = link_lifetime
        self._default_time_zone = default_time_zone
        self._inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)  # the dark colours
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

    def letter(
        self, mail: Mail, job: JobView, recipient: Recipient, *, search: Search | None, now: datetime
    ) -> EmailMessage:
        """NeverError when the address is none. `search`: how it went, as far as it is known."""
        to = _only(recipient.address)
        stop_link = self._links.stop(Stop(self._pseudonyms.of(recipient.address), job.job_id))
        facts = self._facts(mail.id.kind, job, recipient, search, now) | {"stop_link": stop_link}
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = to
        letter["Subject"] = SUBJECTS[mail.id.kind]
        letter["Date"] = now
        letter["Message-ID"] = mail.message_id
        if mail.id.kind is not MailKind.STARTED:
            letter["In-Reply-To"] = letter["References"] = self.message_id(MailId(job.job_id, MailKind.STARTED))
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        # RFC 8058: one click in the mail program does what the button on the page behind the link does.
        letter["List-Unsubscribe"] = LinkHeader("List-Unsubscribe", stop_link)
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Quoted-printable passes relays that know seven bits only, and has no long lines.
        letter.set_content(self._render(mail.id.kind, "txt", facts), cte="quoted-printable")
        letter.add_alternative(
            self._inliner.inline(self._render(mail.id.kind, "html", facts)), subtype="html", cte="quoted-printable"
        )
        letter["Content-Language"] = "en"  # set before, it would move into the text part
        return letter

    def _render(self, kind: MailKind, form: str, facts: dict[str, object]) -> str:
        return self._templates.get_template(f"{kind}.{form}").render(facts, subject=SUBJECTS[kind])

    def _facts(
        self, kind: MailKind, job: JobView, recipient: Recipient, search: Search | None, now: datetime
    ) -> dict[str, object]:
        common = {"status_link": self._links.status(job.job_id), "privacy_link": self._links.privacy}
        asked = [("Search query", harmless(job.query)), ("Number of images", job.images), *_filters(job)]
        match kind:
            case MailKind.STARTED:
                return common | {"facts": asked}
            case MailKind.READY:
                return common | self._ready_facts(job, recipient, search, now)
            case MailKind.ERROR:
                return common | {
                    "facts": [*asked, *_ignored(search), *_not_enough(search)],
                    "reason": REASON_WORDS[job.reason or Reason.INTERNAL],
                    "retry_link": self._links.retry(Wish(job.query, job.images, job.filters)),
                }

    def _ready_facts(
        self, job: JobView, recipient: Recipient, search: Search | None, now: datetime
    ) -> dict[str, object]:
        zone = zone_of(recipient.time_zone, self._default_time_zone)
        return {
            "download_link": self._links.download(job.job_id),
            # Counted from this attempt: the link lives from acceptance on, so never shorter than it says here.
            "valid_until": moment(now + self._link_lifetime, zone),
            "valid_for": duration(self._link_lifetime),
            "kept": job.kept or 0,
            "size": size(job.archive_size or 0),
            "facts": [
                ("Search query", harmless(job.query)),
                *_filters(job),
                *_ignored(search),
                ("Images asked for", job.images),
                ("Images found", job.found or 0),
                ("Images in your ZIP", _kept(job)),
                *([("SHA-256 of the ZIP", job.archive_sha256)] if job.archive_sha256 else []),
            ],
            "shortfall": shortfall_words(job.stopped_because) if (job.found or 0) < job.images else "",
            "left_out": _left_out(job),
        }


def _filters(job: JobView) -> list[tuple[str, str]]:
    """A site is a person's own words too."""
    words = in_words(job.filters)
    return [("Filters", harmless(", ".join(words)))] if words else []


def _ignored(search: Search | None) -> list[tuple[str, str]]:
    ignored = search.ignored if search else {}
    return [(engine_words(engine), ignored_words(names)) for engine, names in ignored.items()]


def _not_enough(search: Search | None) -> list[tuple[str, int]]:
    """What there was, of a job that came to nothing."""
    found = [("Images found", search.found_so_far)] if search else []
    return found + ([("Left out by your filters", search.left_out)] if search and search.left_out else [])


def _kept(job: JobView) -> str:
    thumbnails = thumbnail_words(job.thumbnails or 0)
    return f"{job.kept or 0} ({size(job.archive_size or 0)})" + (f", {thumbnails}" if thumbnails else "")


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
