"""What the fate of its mails means for a job. Pure."""

from datetime import datetime

from services.scheduler.job import Job, TimerKind, Timers
from services.scheduler.rules import MAIL_PATIENCE, Rules
from shared.events import MailDeferred, MailDue, MailKind, MailRefused, MailSent
from shared.jobs import JobState

_STATE = {
    MailKind.STARTED: JobState.RUNNING,
    MailKind.READY: JobState.COMPLETED,
    MailKind.ERROR: JobState.FAILED,
}
"""While the job is in this state, that mail may still be sent."""

_TIMER = {
    MailKind.STARTED: TimerKind.MAIL_STARTED,
    MailKind.READY: TimerKind.MAIL_READY,
    MailKind.ERROR: TimerKind.MAIL_ERROR,
}
_KIND: dict[str, MailKind] = {timer: kind for kind, timer in _TIMER.items()}


def after_sent(job: Job, event: MailSent, rules: Rules) -> Job | None:
    """The person has the mail: from now the link and the files have their time."""
    if not _is_last(job, event.kind):
        return None
    timers = _cleaned_up_by(job, event.accepted_at + rules.cleanup)
    expires_at = event.accepted_at + rules.link if event.kind is MailKind.READY else job.expires_at
    return job.then(mail_accepted_at=event.accepted_at, expires_at=expires_at, timers=timers)


def after_refused(job: Job, event: MailRefused, now: datetime, rules: Rules) -> Job | None:
    """No mail will come, and all lasts as long as if one did: nobody is told by it who wants no mails."""
    timers = _cleaned_up_by(job, now + rules.cleanup)
    if not _is_last(job, event.kind) or timers == job.timers:
        return None
    expires_at = now + rules.link if event.kind is MailKind.READY else job.expires_at
    return job.then(expires_at=expires_at, timers=timers)


def after_deferred(job: Job, event: MailDeferred) -> Job | None:
    """The latest counts: an older one may come again, also after the mail was accepted."""
    timer = _TIMER[event.kind]
    armed = job.timers.get(timer)
    if job.state is not _STATE[event.kind] or job.mail_accepted_at or (armed and event.not_before <= armed):
        return None
    return job.then(timers=job.timers_with({timer: event.not_before}))


def ask_again(job: Job, timer: str, now: datetime) -> Job | None:
    kind = _KIND[timer]
    if job.state is not _STATE[kind]:
        return None
    not_after = job.mail_not_after or now + MAIL_PATIENCE
    due = MailDue(job_id=job.job_id, sequence=job.version + 1, kind=kind, mail_not_after=not_after)
    return job.then(due, timers=job.timers_with({}, without=(timer,)))


def _is_last(job: Job, kind: MailKind) -> bool:
    """Whether this is the mail that ends the job's life, and nobody has confirmed it yet."""
    return kind is not MailKind.STARTED and job.state is _STATE[kind] and job.mail_accepted_at is None


def _cleaned_up_by(job: Job, due: datetime) -> Timers:
    return job.timers_with({TimerKind.CLEAN_UP: min(due, job.timers.get(TimerKind.CLEAN_UP, due))})
