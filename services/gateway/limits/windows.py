"""How often each of many came lately, in memory. Pure: time is what it is told.

Not by the library `limits` (5.8.0): its memory keeps a list for every key it has ever seen.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta

_NONE = timedelta(0)
MOST_KEYS = 100_000
"""More are not remembered: whoever has that many addresses is not stopped by any of them."""


class MovingWindow:
    """At most `most` hits of each key within `span`; 0 is without limit."""

    def __init__(self, most: int, span: timedelta, *, most_keys: int = MOST_KEYS) -> None:
        self._most = most
        self._span = span.total_seconds()
        self._most_keys = most_keys
        # Whoever came last stands last.
        self._hits: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """Of keys remembered."""
        return len(self._hits)

    def wait(self, key: Hashable, now: datetime) -> timedelta:
        """Until another hit fits, zero when it does now."""
        hits, second = self._hits.get(key), now.timestamp()
        if not self._most or hits is None:
            return _NONE
        while hits and hits[-1] > second:
            hits.pop()  # of a clock that was put back since
        if len(hits) < self._most:
            return _NONE
        return timedelta(seconds=max(0.0, hits[0] + self._span - second))

    def hit(self, key: Hashable, now: datetime) -> None:
        if not self._most:
            return
        second = now.timestamp()
        self._hits.setdefault(key, deque(maxlen=self._most)).append(second)
        self._hits.move_to_end(key)
        self._forget(second - self._span)

    def _forget(self, before: float) -> None:
        while self._hits:
            hits = next(iter(self._hits.values()))
            if len(self._hits) <= self._most_keys and hits and hits[-1] > before:
                return
            self._hits.popitem(last=False)
