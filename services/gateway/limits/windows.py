"""How often each of many came lately, in memory. Pure: time is what it is told, in seconds that never go back.

Not by the library `limits` (5.8.0): its memory keeps a list for every key it has ever seen.
"""

from array import array
from collections import OrderedDict
from collections.abc import Hashable
from datetime import timedelta

_NONE = timedelta(0)
MOST_KEYS = 10_000
"""More are not remembered: whoever has that many addresses is not stopped by any of them."""
MOST_HITS = 200_000
"""Of all keys. Full of both, a window takes 6 MiB."""


class MovingWindow:
    """At most `most` hits of each key within `span`; 0 is without limit."""

    def __init__(self, most: int, span: timedelta, *, most_keys: int = MOST_KEYS, most_hits: int = MOST_HITS) -> None:
        self._most = most
        self._span = span.total_seconds()
        self._most_keys = most_keys
        self._most_hits = most_hits
        # Whoever came last stands last.
        self._hits: OrderedDict[Hashable, array[float]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """Of keys remembered."""
        return len(self._hits)

    def wait(self, key: Hashable, second: float) -> timedelta:
        """Until another hit fits, zero when it does now."""
        hits = self._hits.get(key)
        if hits is None or len(hits) < self._most:
            return _NONE
        return timedelta(seconds=max(0.0, hits[0] + self._span - second))

    def hit(self, key: Hashable, second: float) -> None:
        if not self._most:
            return
        hits = self._hits.setdefault(key, array("d"))
        hits.append(second)
        self._count += 1
        if len(hits) > self._most:
            del hits[0]
            self._count -= 1
        self._hits.move_to_end(key)
        self.forget(second)

    def take_back(self, key: Hashable, second: float) -> None:
        """A hit of then, unless it is forgotten already."""
        hits = self._hits.get(key)
        if hits is None or second not in hits:
            return
        hits.remove(second)
        self._count -= 1
        if not hits:
            del self._hits[key]

    def forget(self, second: float) -> None:
        """Whoever has left the window by then, and who came longest ago where there is no room."""
        while self._hits:
            hits = next(iter(self._hits.values()))
            there_is_room = len(self._hits) <= self._most_keys and self._count <= self._most_hits
            if there_is_room and hits[-1] > second - self._span:
                return
            self._hits.popitem(last=False)
            self._count -= len(hits)
