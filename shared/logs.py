"""Structured logs: one JSON line per event on stdout, and in a file when asked."""

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TextIO, cast

import structlog
from prometheus_client import Counter

from shared.redaction import without_addresses
from shared.repeats import LessOften

LINES_LOST = Counter("aid_log_lines_lost_total", "Lines that could not be written, as on a full disk", ["place"])

LogFormat = Literal["json", "console"]

_NOISY = ("aiokafka", "faust", "mode", "cassandra", "selenium", "urllib3", "kafka", "asyncio", "aiohttp.access")


def configure_logs(service: str, *, log_format: LogFormat = "json", log_file: Path | None = None) -> None:
    """Both structlog and the standard library's logging write the same lines, `service` bound to every one."""
    chain = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        structlog.processors.format_exc_info,
        without_addresses,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    places = _Places(log_file)
    # Not through the standard library: there a line costs three times as much.
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", places)),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    _route(formatter, places)


def _named(service: str) -> Any:
    def add_service(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add_service


class _Places:
    """stdout and perhaps a file, as one. A line that finds no room is counted: a service goes on without it."""

    def __init__(self, log_file: Path | None) -> None:
        self._file = log_file.open("a", encoding="utf-8") if log_file else None
        self._streams = {"stdout": sys.stdout} | ({"file": self._file} if self._file else {})
        self._lock = Lock()

    def write(self, line: str) -> None:
        with self._lock:
            for place, stream in self._streams.items():
                try:
                    stream.write(line)
                    stream.flush()
                except OSError:
                    LINES_LOST.labels(place).inc()

    def flush(self) -> None:
        """Each line is, as it comes."""

    def close(self) -> None:
        if self._file:
            self._file.close()


class _ToPlaces(logging.StreamHandler[_Places]):
    def close(self) -> None:
        super().close()
        self.stream.close()


def _route(formatter: logging.Formatter, places: _Places) -> None:
    handler = _ToPlaces(places)
    handler.addFilter(LessOften(_NOISY))
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The server warns of every statement that is prepared without its keyspace; one session has but one.
    logging.getLogger("cassandra.protocol").setLevel(logging.ERROR)
