"""What was accepted of one address while anybody who asks for it has not been answered yet."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.gateway.limits.activity import Place, new_place
from services.gateway.limits.ledger import Entry
from services.gateway.limits.sums import Subject


@dataclass(frozen=True)
class Asking:
    """A job that wants in, `client` who asks for it. `whose` is a pseudonym."""

    client: str
    job_id: UUID
    whose: str
    subjects: tuple[Subject, ...]
    due_at: datetime
    now: datetime


@dataclass
class Share:
    """A job that was accepted, at `second`.

    The same request may be under way several times; it `stays` once one got through.
    """

    asking: Asking
    second: float
    askers: int = 0
    stays: bool = False


@dataclass
class Turn:
    """`taken_back`: jobs whose rows may have been read before they were gone."""

    asking: int = 0
    accepted: dict[UUID, Share] = field(default_factory=dict)
    taken_back: set[UUID] = field(default_factory=set)

    def times(self, entries: Iterable[Entry]) -> list[datetime]:
        """When each job of the address was accepted, once for each."""
        accepted = {job_id: share.asking.now for job_id, share in self.accepted.items()}
        return list(({entry.job_id: entry.submitted_at for entry in entries} | accepted).values())

    def places(self, read: Mapping[UUID, Place], now: datetime) -> list[Place]:
        """Those read, and those accepted since, once for each job."""
        accepted = {
            job_id: new_place(share.asking.due_at, share.asking.now, now) for job_id, share in self.accepted.items()
        }
        still = {job_id: place for job_id, place in read.items() if job_id not in self.taken_back}
        return list((accepted | still).values())


class Turns:
    """By pseudonym; there is one only while somebody asks."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def __len__(self) -> int:
        return len(self._turns)

    @contextmanager
    def of(self, whose: str) -> Iterator[Turn]:
        turn = self._turns.setdefault(whose, Turn())
        turn.asking += 1
        try:
            yield turn
        finally:
            turn.asking -= 1
            if not turn.asking:
                del self._turns[whose]
