"""Dependencies that come up after the pages do: whoever needs one too early is told to wait."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from services.gateway.jobs.cooldowns import CoolDowns
from services.gateway.limits.ledger import Ledger
from shared.cassandra import Cassandra
from shared.claims import Heartbeats
from shared.errors import DependencyAwayError
from shared.jobs import Jobs
from shared.recipients import Recipients
from shared.searches import Searches
from shared.suppressions import Suppressions

T = TypeVar("T")


class Connecting(Generic[T]):
    """Empty until `connected`; the form can be shown and read meanwhile."""

    def __init__(self, dependency: str) -> None:
        self._dependency = dependency
        self._value: T | None = None

    def connected(self, value: T) -> None:
        self._value = value

    def get(self) -> T:
        if self._value is None:
            raise DependencyAwayError(self._dependency, "not connected yet")
        return self._value


@dataclass(frozen=True)
class Stores:
    """The tables the gateway reads and writes."""

    jobs: Jobs
    recipients: Recipients
    heartbeats: Heartbeats
    searches: Searches
    cool_downs: CoolDowns
    ledger: Ledger
    suppressions: Suppressions

    @classmethod
    def of(cls, cassandra: Cassandra) -> "Stores":
        return cls(
            Jobs(cassandra),
            Recipients(cassandra),
            Heartbeats(cassandra),
            Searches(cassandra),
            CoolDowns(cassandra),
            Ledger(cassandra),
            Suppressions(cassandra),
        )
