"""What a library says again and again, said every ten seconds: aiokafka writes forty lines a second with no broker."""

import logging
import time
from collections.abc import Callable, Iterable

EVERY_SECONDS = 10.0


class LessOften(logging.Filter):
    """For these loggers and those below them. Texts are the same when their templates are, whatever is filled in."""

    def __init__(self, loggers: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._prefixes = tuple(loggers)
        self._now = now
        self._last: dict[tuple[str, str], float] = {}
        self._unsaid: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """The same answer from every handler that the record passes."""
        if not record.name.startswith(self._prefixes) or record.levelno >= logging.CRITICAL:
            return True
        if "is_said" not in record.__dict__:
            record.__dict__["is_said"] = self._is_said(record)
        return bool(record.__dict__["is_said"])

    def _is_said(self, record: logging.LogRecord) -> bool:
        text = record.name, str(record.msg)
        now = self._now()
        if now - self._last.get(text, -EVERY_SECONDS) < EVERY_SECONDS:
            self._unsaid[text] = self._unsaid.get(text, 0) + 1
            return False
        self._last[text] = now
        if unsaid := self._unsaid.pop(text, 0):
            record.msg = f"{record.msg} (and {unsaid} times before)"
        return True
