"""A dead letter as it lies in Kafka, and which of them are meant. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.cloudevents import UNREADABLE, Headers

REPLAYED = "dlq_replayed"
"""The header of a receipt: it says which letter, by its offset beside it, was sent back."""

_PREFIX = "dlq_"


@dataclass(frozen=True)
class Letter:
    """`headers` are the record's own; `told` is what was written about it, without the prefix."""

    topic: str
    partition: int
    offset: int
    written_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers
    told: dict[str, str]
    replayed: bool = False

    @property
    def origin(self) -> str:
        return self.told.get("topic", "")

    @property
    def error(self) -> str:
        return self.told.get("error", "")

    @property
    def type_name(self) -> str:
        return dict(self.headers).get("ce_type", b"").decode(errors="replace")

    @property
    def failed_at(self) -> datetime:
        """When it first failed."""
        try:
            return datetime.fromisoformat(self.told["failed_at"]).astimezone(UTC)
        except (KeyError, ValueError):
            return self.written_at

    @property
    def refusal(self) -> str:
        """Why it cannot go back as it was; empty when it can."""
        if not self.origin:
            return "it says of no topic that it came from"
        if "size" in self.told:
            return f"only its first {len(self.value or b'')} of {self.told['size']} bytes are kept"
        if UNREADABLE in dict(self.headers):
            return "it is a batch that nobody could read, no record"
        return ""


@dataclass(frozen=True)
class Wanted:
    """Which letters are meant; what is None does not matter."""

    offset: int | None = None
    error: str | None = None
    origin: str | None = None
    type_name: str | None = None
    since: datetime | None = None

    def __call__(self, letter: Letter) -> bool:
        pairs = (
            (self.offset, letter.offset),
            (self.error, letter.error),
            (self.origin, letter.origin),
            (self.type_name, letter.type_name),
        )
        return all(wish in (None, fact) for wish, fact in pairs) and (
            self.since is None or letter.failed_at >= self.since
        )


@dataclass(frozen=True)
class Lying:
    """A record of a dead-letter topic."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def letters_among(records: Iterable[Lying]) -> list[Letter]:
    """Each letter, with whether a receipt says that it was sent back."""
    lying = list(records)
    receipts = {receipt for record in lying if (receipt := _receipt(record)) is not None}
    return [
        _letter(record, replayed=(record.topic, record.partition, record.offset) in receipts)
        for record in lying
        if _receipt(record) is None
    ]


def receipt_for(letter: Letter) -> Headers:
    return ((REPLAYED, str(letter.offset).encode()),)


def _receipt(record: Lying) -> tuple[str, int, int] | None:
    text = dict(record.headers).get(REPLAYED, b"")
    return (record.topic, record.partition, int(text)) if text.isdigit() else None


def _letter(record: Lying, *, replayed: bool) -> Letter:
    return Letter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        written_at=datetime.fromtimestamp(max(record.timestamp_ms, 0) / 1000, UTC),
        key=record.key,
        value=record.value,
        headers=tuple((name, text) for name, text in record.headers if not name.startswith(_PREFIX)),
        told={
            name.removeprefix(_PREFIX): text.decode(errors="replace")
            for name, text in record.headers
            if name.startswith(_PREFIX)
        },
        replayed=replayed,
    )
