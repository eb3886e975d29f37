"""A notifier killed with SIGKILL while the relay has its mail but has not said so."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import JobCompleted, MailDeferred, MailDue, MailKind, MailSent
from shared.jobs import JobState
from shared.recipients import Recipient, Recipients
from shared.topics import JOB_INBOX
from tests.integration.bus import listening
from tests.integration.conftest import Backbone
from tests.integration.groups import bury_the_dead
from tests.integration.relay import relaying
from tests.integration.running import running
from tests.integration.troubles import Trouble

pytestmark = pytest.mark.integration


async def test_a_ready_mail_goes_once_more_after_a_kill_in_data_and_never_a_third_time(
    backbone: Backbone, tmp_path: Path
) -> None:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    job_id = await a_completed_job(cassandra)
    address = f"{job_id}@example.com"
    limit = datetime.now(UTC) + timedelta(hours=4)
    due = MailDue(job_id=job_id, sequence=4, kind=MailKind.READY, mail_not_after=limit)
    async with relaying() as relay, listening(backbone.kafka_url, JOB_INBOX) as bus:
        environment = backbone.environment() | {
            "AID_SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
            "AID_MAIL_FROM": "images@example.org",
            "AID_PUBLIC_URL": "https://images.example.org",
            "AID_SECRET_KEYS": "a-key-for-links-nobody-else-has-seen",
            "AID_ADDRESS_KEY": "under which addresses are known",
        }
        relay.answers("DATA", Trouble.SAYS_NOTHING)
        async with running("notifier", environment, tmp_path) as dying:
            await bus.publish(
                JobCompleted(job_id=job_id, sequence=3, asked=20, found=25, kept=20, refused={}, mail_not_after=limit)
            )
            await relay.took(address)
            await dying.kill()
        await asyncio.to_thread(bury_the_dead, backbone.kafka_url, "notifier")

        async with running("notifier", environment, tmp_path):
            put_off = await bus.event(job_id, MailDeferred, patience=40)
            assert timedelta(0) < put_off.not_before - datetime.now(UTC) < timedelta(minutes=2)
            await make_claim_stale(cassandra, job_id)
            await bus.publish(due)
            first, second = await relay.took(address, 2)
            await bus.event(job_id, MailSent)
            await bus.publish(due)
            await bus.until(lambda: sum(isinstance(event, MailSent) for event in bus.events(job_id)) == 2)

    await cassandra.close()
    assert first["Message-ID"] == second["Message-ID"]
    assert len(relay.mails_to(address)) == 2


async def a_completed_job(cassandra: Cassandra) -> UUID:
    job_id, now = uuid4(), datetime.now(UTC)
    await cassandra.execute(
        "INSERT INTO jobs (job_id, state, run, version, query, images, found, kept, archive_size)"
        " VALUES (?, ?, 1, 3, 'red pandas', 20, 25, 20, 1000)",
        (job_id, JobState.COMPLETED),
    )
    await Recipients(cassandra).put(job_id, Recipient(f"{job_id}@example.com", "UTC"), due_at=now, now=now)
    return job_id


async def make_claim_stale(cassandra: Cassandra, job_id: UUID) -> None:
    """Instead of two minutes of waiting."""
    long_ago = datetime.now(UTC) - timedelta(minutes=3)
    assert await cassandra.execute_if(
        "UPDATE mails SET claimed_at = ? WHERE job_id = ? AND kind = 'ready' IF state = 'sending'", (long_ago, job_id)
    )
