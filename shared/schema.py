"""The tables, as the statements that make them. Who writes and reads what: `docs/architecture.md`."""

from collections.abc import Iterator
from datetime import timedelta

_NOT_A_QUEUE = "compaction = {'class': 'UnifiedCompactionStrategy', 'scaling_parameters': 'T4'}"

TABLES = {
    "jobs": """
        job_id uuid PRIMARY KEY, state text, run int, version int, query text, images int,
        submitted_at timestamp, due_at timestamp, started_at timestamp, ended_at timestamp, expires_at timestamp,
        found int, kept int, refused frozen<map<text, int>>, archive_run int, archive_size bigint, archive_sha256 text,
        reason text, stopped_because text, counted_runs int, lost_runs int, run_started_at timestamp,
        search_asked_at timestamp, doubted_sign timestamp, rescheduled_at timestamp, mail_not_after timestamp,
        mail_accepted_at timestamp, outbox text, timers text, filters text, thumbnails int""",
    "timers": """
        shard int, bucket timestamp, due_at timestamp, job_id uuid, kind text,
        PRIMARY KEY ((shard, bucket), due_at, job_id, kind)""",
    "shard_cursors": "shard int PRIMARY KEY, bucket timestamp",
    "recipients": "job_id uuid PRIMARY KEY, address text, time_zone text, language text, submitted_at timestamp",
    "image_urls": """
        req_id uuid, url text, rank int, engine text, source_page text, title text, width int, height int,
        thumbnail text, licence text, licence_url text, creator text, creator_url text, attribution text,
        strategy text, thumbnail_only boolean,
        PRIMARY KEY (req_id, url)""",
    "searches": """
        job_id uuid PRIMARY KEY, finished boolean, found int, asked text""",
    "cool_downs": "engine text PRIMARY KEY, ends_at timestamp",
    "claims": """
        job_id uuid, run int, stage text, claimed_by uuid, claimed_at timestamp,
        PRIMARY KEY (job_id, run, stage)""",
    "heartbeats": """
        job_id uuid, run int, stage text, beat_at timestamp, found int, kept int, refused int,
        PRIMARY KEY (job_id, run, stage)""",
    "mails": """
        job_id uuid, kind text, state text, claimed_by uuid, claimed_at timestamp, attempts int, copies int,
        accepted_at timestamp, message_id text,
        PRIMARY KEY (job_id, kind)""",
    "submissions": """
        address_hash text, job_id uuid, submitted_at timestamp, ended boolean,
        PRIMARY KEY (address_hash, job_id)""",
    "submission_counts": """
        subject text, bucket timestamp, replica uuid, accepted int,
        PRIMARY KEY ((subject, bucket), replica)""",
    "suppressions": "address_hash text PRIMARY KEY, since timestamp",
}

KEPT_FOR = {"mails": timedelta(days=45), "submission_counts": timedelta(hours=3)}
"""What goes by itself. Of mails it is a net: a notifier may be killed that wrote while others cleaned up."""


def statements(keyspace: str, replication_factor: int) -> Iterator[str]:
    """Create what is absent, tables and columns; running them again changes nothing."""
    yield (
        f"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = "
        f"{{'class': 'NetworkTopologyStrategy', 'replication_factor': {replication_factor}}}"
    )
    for table, columns in TABLES.items():
        line = " ".join(columns.split())
        yield f"CREATE TABLE IF NOT EXISTS {keyspace}.{table} ({line}) WITH {_NOT_A_QUEUE}"
        if table in KEPT_FOR:
            seconds = int(KEPT_FOR[table].total_seconds())
            yield f"ALTER TABLE {keyspace}.{table} WITH default_time_to_live = {seconds}"
        # For a table that an earlier release has made.
        yield f"ALTER TABLE {keyspace}.{table} ADD IF NOT EXISTS ({_without_key(line)})"


def grants(keyspace: str, role: str) -> Iterator[str]:
    """What the services do in the keyspace, allowed to a role that has to be there; again changes nothing."""
    quoted = role.replace('"', '""')
    for right in ("SELECT", "MODIFY"):
        yield f'GRANT {right} ON KEYSPACE {keyspace} TO "{quoted}"'


def _without_key(columns: str) -> str:
    return columns.partition(", PRIMARY KEY (")[0].replace(" PRIMARY KEY", "")
