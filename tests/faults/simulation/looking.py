"""Everything that is to be seen in a simulation that has settled, as the oracle wants it."""

from collections.abc import Sequence

from shared.cloudevents import decode
from shared.events import Event
from shared.schema import TABLES
from shared.topics import CONSUMING_SERVICES, JOB_LIFECYCLE, dead_letters
from tests.contract.cassandra_in_memory.tables import Tables
from tests.faults.scene import Accepted, Row, Scene
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.surroundings import Surroundings
from tests.faults.zips import archive_at


def look_at(around: Surroundings, accepted: Sequence[Accepted]) -> Scene:
    return Scene(
        accepted=accepted,
        tables={table: rows_of(around.node.tables, table) for table in TABLES},
        facts=facts_on(around.broker),
        mails=around.mailbox.copies,
        archives={path.name: archive_at(path) for path in sorted(around.folder.iterdir())},
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
