"""Telling a bad deploy from bad records: how many failures are put aside before the service must stop. Pure.

Rubbish says nothing about this process: what has no type of ours, is cut off, lies on the wrong topic or under the
wrong key is put aside in any number, and a flood of it stops nobody. Two things do tell of a deploy, of this service
or of one that writes to it:

* a *bug*: an event that was read well, and whose handler fails again and again;
* a *mismatch*: a record that says in full that we wrote it, with whole JSON, and yet has not the shape we know.
  The text of an envelope can be imitated, so this is the weaker sign, and ten times as many are borne.

Jobs are counted, not records: one odd job may fail as often as it likes. Each event type is counted for itself:
a deploy that breaks one handler of six must not hide behind the other five.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

MISMATCHES_PER_BUG = 10
_WINDOW = 10
_LEAST_IN_WINDOW = 2


@dataclass(frozen=True)
class Exceeded:
    """`failed` different jobs, of the last `seen` events of that type."""

    failed: int
    seen: int


class Tolerance:
    """`most` different jobs in a row may fail; 0: any number.

    Nor may more than half of the last `10 * most` events fail, once these are `2 * most` jobs.
    """

    def __init__(self, most: int = 10) -> None:
        self._bugs = _Counting(most)
        self._mismatches = _Counting(most * MISMATCHES_PER_BUG)

    def success(self, kind: str, job: str) -> None:
        self._bugs.success(kind, job)
        self._mismatches.success(kind, job)

    def bug(self, kind: str, job: str) -> Exceeded | None:
        """What is exceeded by this failure, if anything is."""
        return self._bugs.failure(kind, job)

    def mismatch(self, kind: str, job: str) -> Exceeded | None:
        return self._mismatches.failure(kind, job)


class _Counting:
    def __init__(self, most: int) -> None:
        self._most = most
        self._kinds: defaultdict[str, _Kind] = defaultdict(lambda: _Kind(deque(maxlen=_WINDOW * most)))

    def success(self, kind: str, job: str) -> None:
        self._kinds[kind].add(job, failed=False)

    def failure(self, kind: str, job: str) -> Exceeded | None:
        self._kinds[kind].add(job, failed=True)
        return self._kinds[kind].exceeded(self._most) if self._most else None


@dataclass
class _Kind:
    window: deque[tuple[str, bool]]
    in_a_row: set[str] = field(default_factory=set)

    def add(self, job: str, *, failed: bool) -> None:
        self.window.append((job, failed))
        if failed:
            self.in_a_row.add(job)
        else:
            self.in_a_row.clear()

    def exceeded(self, most: int) -> Exceeded | None:
        if len(self.in_a_row) >= most:
            return Exceeded(len(self.in_a_row), len(self.in_a_row))
        failures = [job for job, failed in self.window if failed]
        jobs = len(set(failures))
        if jobs >= _LEAST_IN_WINDOW * most and len(failures) > len(self.window) / 2:
            return Exceeded(jobs, len(self.window))
        return None
