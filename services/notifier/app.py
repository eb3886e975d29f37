"""The composition root: what the notifier is made of."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

from services.notifier import handlers
from services.notifier.attempts import Attempts, Relay
from services.notifier.letters import Letters
from services.notifier.lines import Lines
from services.notifier.mails import Mails
from services.notifier.postman import Postman
from services.notifier.settings import Settings
from services.notifier.silence import Silence
from services.notifier.smtp import SmtpRelay
from services.notifier.smtp_line import SmtpLine
from shared.backbone import standing_on
from shared.cassandra import Cassandra
from shared.consumer import Consumer, Handler
from shared.events import Event, JobCompleted, JobExpired, JobFailed, JobStarted, MailDue
from shared.fields import to_milliseconds
from shared.jobs import Jobs
from shared.links import Links
from shared.pseudonyms import Pseudonyms
from shared.recipients import Recipients
from shared.searches import Searches
from shared.streams import build_stream_app, consume, run_streams
from shared.suppressions import Suppressions
from shared.tolerance import Tolerance
from shared.topics import JOB_LIFECYCLE

NAME = "notifier"


async def run(settings: Settings) -> None:
    """Until cancelled."""
    async with AsyncExitStack() as stack:
        backbone = await stack.enter_async_context(standing_on(settings, NAME))
        cassandra, publisher = backbone.cassandra, backbone.publisher

        mails, recipients = Mails(cassandra), Recipients(cassandra)
        relay = build_relay(settings)
        stack.push_async_callback(relay.close)
        postman = build_postman(settings, cassandra, mails, recipients, relay)
        stack.push_async_callback(postman.finish)

        app = build_stream_app(NAME, settings.kafka)
        told = build_handlers(postman, mails, recipients)
        consume(app, [JOB_LIFECYCLE], Consumer(NAME, told, publisher, Tolerance(settings.failure_limit)))
        backbone.ready(relay=relay.answers)
        await run_streams(app, backbone.health)


def build_relay(settings: Settings) -> Lines[SmtpLine]:
    relay = SmtpRelay(
        settings.smtp_url, sender=settings.mail_from.addr_spec, answer_seconds=settings.smtp_answer_seconds
    )
    return Lines(relay.dial, at_once=settings.smtp_connections, mails_per_second=settings.smtp_mails_per_second)


def build_postman(
    settings: Settings, cassandra: Cassandra, mails: Mails, recipients: Recipients, relay: Relay
) -> Postman:
    pseudonyms = Pseudonyms(settings.address_key)
    attempts = Attempts(
        mails=mails,
        jobs=Jobs(cassandra),
        recipients=recipients,
        searches=Searches(cassandra),
        silence=Silence(Suppressions(cassandra), pseudonyms),
        relay=relay,
        letters=Letters(
            Links(settings.secret_keys, settings.public_url),
            pseudonyms,
            sender=settings.mail_from,
            link_lifetime=timedelta(minutes=settings.link_minutes),
            default_time_zone=settings.time_zone,
        ),
        now=now,
    )
    return Postman(mails, attempts, now, first_pause=timedelta(seconds=settings.mail_pause_seconds))


def build_handlers(postman: Postman, mails: Mails, recipients: Recipients) -> dict[type[Event], Handler]:
    deliver = postman.deliver
    return {
        JobStarted: partial(handlers.tell_it_started, deliver=deliver),
        JobCompleted: partial(handlers.tell_it_is_ready, deliver=deliver),
        JobFailed: partial(handlers.tell_it_failed, deliver=deliver),
        MailDue: partial(handlers.try_again, deliver=deliver),
        JobExpired: partial(handlers.forget, recipients=recipients, mails=mails),
    }


def now() -> datetime:
    """No finer than Cassandra keeps it, so that what is reported first and what is read back later are the same."""
    return to_milliseconds(datetime.now(UTC))
