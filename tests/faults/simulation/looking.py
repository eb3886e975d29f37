"""Everything that is to be seen in a simulation that has settled, as the oracle wants it."""

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path

from deploy.local.zips import PAPERS
from shared.cloudevents import decode
from shared.events import Event
from shared.schema import TABLES
from shared.topics import CONSUMING_SERVICES, JOB_LIFECYCLE, dead_letters
from tests.contract.cassandra_in_memory.tables import Tables
from tests.faults.scene import Accepted, Archive, Row, Scene
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.surroundings import Surroundings


def look_at(around: Surroundings, accepted: Sequence[Accepted]) -> Scene:
    return Scene(
        accepted=accepted,
        tables={table: rows_of(around.node.tables, table) for table in TABLES},
        facts=facts_on(around.broker),
        mails=around.mailbox.copies,
        archives={path.name: _archive(path) for path in sorted(around.folder.iterdir())},
        dead_letters=dead_letters_on(around.broker),
    )


def rows_of(tables: Tables, table: str) -> list[Row]:
    """With a value for every column, as a driver gives them."""
    columns = tables.columns(table)
    return [dict.fromkeys(columns) | row for row in tables.all(table)]


def facts_on(broker: Broker) -> list[Event]:
    logs = (log for (topic, _), log in broker.logs.items() if topic == JOB_LIFECYCLE.name)
    return [decode(record.topic, record.value, record.headers) for log in logs for record in log]


def dead_letters_on(broker: Broker) -> list[str]:
    topics = {dead_letters(service).name for service in CONSUMING_SERVICES}
    logs = (log for (topic, _), log in broker.logs.items() if topic in topics)
    return [_said(dict(record.headers)) for log in logs for record in log]


def _said(headers: dict[str, bytes]) -> str:
    return " ".join(headers[name].decode() for name in ("dlq_topic", "ce_type", "dlq_error", "dlq_message"))


def _archive(path: Path) -> Archive:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        with zipfile.ZipFile(path) as whole:
            return Archive(sha256, None if whole.testzip() else len(set(whole.namelist()) - set(PAPERS)))
    except zipfile.BadZipFile:
        return Archive(sha256, None)
