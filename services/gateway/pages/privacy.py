"""What is kept of a person, what for and how long, on one page."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template

from services.gateway.desk import DESK
from services.gateway.limits.quotas import HOUR
from shared.recipients import NET
from shared.topics import JOB_INBOX, dead_letters

_LONGEST_SEGMENT = timedelta(days=1)
"""So much longer than asked Kafka may keep a message."""

_MAIL_PATIENCE = timedelta(hours=4)
_NOTHING_HEARD = timedelta(hours=4, minutes=30)


@dataclass(frozen=True)
class Kept:
    what: str
    why: str
    how_long: str


_WHATEVER_IS_SET = (
    Kept(
        "That there was a job, by its number",
        "So that no job is done twice",
        "45 days after its end",
    ),
    Kept(
        "A fingerprint of your address, with the number and the time of the job",
        "So that nobody has a great many mails sent to one address",
        "Until two days after the time the job was set for",
    ),
    Kept("How many jobs were asked for by addresses of one provider", "So that the site is there for all", "3 hours"),
    Kept(
        "A fingerprint of your address, if you have asked never to be mailed",
        "To recognise it, and to keep quiet",
        "Until you allow mails again",
    ),
    Kept(
        "The network address you came from",
        "So that nobody asks for too much at once",
        "Until 61 minutes after you last came, in memory only; it is in no log",
    ),
)


async def show_privacy(request: web.Request) -> web.Response:
    kept = what_is_kept(request.app[DESK].cleanup)
    return render_template("privacy.html", request, {"kept": kept})


def _unconfirmed() -> str:
    return f"If we could not confirm that job and it never came to be, until {NET.days} days after its time"


def _unmailed(cleanup: timedelta) -> timedelta:
    """As the scheduler has it: after the last try, or when nobody ever says what became of the mail."""
    return max(_MAIL_PATIENCE + cleanup, _NOTHING_HEARD)


def what_is_kept(cleanup: timedelta) -> list[Kept]:
    """`cleanup`: from a job's last mail until it is cleared away."""
    minutes = f"{cleanup.total_seconds() / 60:g} minutes"
    cleared = (
        f"Until {minutes} after the job's last mail, or after it was cancelled;"
        f" if no mail can be delivered, {_unmailed(cleanup) / HOUR:g} hours after its end at most"
    )
    messages, letters = (JOB_INBOX.retention + _LONGEST_SEGMENT).days, dead_letters("any").retention.days
    return [
        Kept(
            "Your e-mail address, and your time zone", "To mail you about that one job", f"{cleared}. {_unconfirmed()}"
        ),
        Kept("The pictures in their ZIP, and where they were found", "To hand them to you", cleared),
        Kept("What you searched for", "To search for it, and to show it to you", cleared),
        Kept(
            "The same in the messages between our services, without your address",
            "So that no job is lost when a machine fails",
            f"{messages} days; {letters} days if a message could not be handled",
        ),
        *_WHATEVER_IS_SET,
    ]
