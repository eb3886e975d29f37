"""So many in a second, and no more, however many wait. Pure."""


class Pace:
    """Saves up for `burst_seconds` at most, and begins with that."""

    def __init__(self, per_second: float, *, burst_seconds: float = 1.0) -> None:
        self._per_second = per_second
        self._most = per_second * burst_seconds
        self._saved = self._most
        self._at: float | None = None

    def take(self, wanted: int, at: float) -> int:
        """How many of those `wanted` may go at this moment; `at` in seconds of a clock that is never put back."""
        elapsed = at - self._at if self._at is not None else 0.0
        self._at = at
        self._saved = min(self._saved + elapsed * self._per_second, self._most)
        taken = min(wanted, int(self._saved))
        self._saved -= taken
        return taken
