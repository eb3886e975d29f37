"""How many jobs this replica has accepted, by hour and subject. Pure."""

from collections import Counter
from datetime import datetime

from services.gateway.quotas import HOUR, hour_of


class Tally:
    def __init__(self) -> None:
        self._accepted: Counter[tuple[str, datetime]] = Counter()

    def of(self, subject: str, hour: datetime) -> int:
        return self._accepted.get((subject, hour), 0)

    def add(self, subject: str, now: datetime) -> None:
        hour = hour_of(now)
        if not any(kept == hour for _, kept in self._accepted):
            self._forget_before(hour - HOUR)
        self._accepted[subject, hour] += 1

    def take_back(self, subject: str, hour: datetime) -> None:
        self._accepted[subject, hour] -= 1

    def _forget_before(self, hour: datetime) -> None:
        for key in [key for key in self._accepted if key[1] < hour]:
            del self._accepted[key]
