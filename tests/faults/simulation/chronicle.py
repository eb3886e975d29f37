"""What happened in a world, line by line: for whoever wants to know how a schedule came to its findings."""

from collections.abc import Iterator

from tests.faults.simulation.timeline import BEGINNING
from tests.faults.simulation.world import World

Line = tuple[float, str]
"""When, in seconds since 1970, and what."""


def chronicle(world: World) -> Iterator[str]:
    """In the order of the moments, counted from the beginning."""
    lines = [*_deaths(world), *_records(world), *_decisions(world), *_mails(world)]
    for at, text in sorted(lines, key=lambda line: line[0]):
        yield f"{at - BEGINNING:10.3f}  {text}"


def _deaths(world: World) -> Iterator[Line]:
    for (service, number), replica in world.replicas.items():
        for process in replica.past:
            if process.died_at is not None:
                yield process.died_at, f"† {service} {number}"


def _records(world: World) -> Iterator[Line]:
    for (topic, partition), log in world.around.broker.logs.items():
        for record in log:
            kind = dict(record.headers).get("ce_type", b"?").decode()
            yield record.timestamp_ms / 1000, f"{topic}/{partition} {kind} {(record.value or b'').decode()}"


def _decisions(world: World) -> Iterator[Line]:
    for table, writes in world.around.node.decided.items():
        for at, row in writes:
            shown = {
                name: value for name, value in row.items() if value is not None and name not in ("outbox", "query")
            }
            yield at, f"{table}: {', '.join(f'{name}={value}' for name, value in shown.items())}"


def _mails(world: World) -> Iterator[Line]:
    mailbox = world.around.mailbox
    for copy, at in zip(mailbox.copies, mailbox.taken_at, strict=True):
        yield at, f"mail {copy.message_id}{'' if copy.confirmed else ' (unconfirmed)'}"
