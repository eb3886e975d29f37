"""Structured logs: one JSON line per event on stdout, and in a file when asked."""

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog
from prometheus_client import Counter

from shared.redaction import without_addresses
from shared.repeats import LessOften

LINES_LOST = Counter("aid_log_lines_lost_total", "Lines that could not be written, as on a full disk", ["place"])

LogFormat = Literal["json", "console"]

_NOISY = ("aiokafka", "faust", "mode", "cassandra", "selenium", "urllib3", "kafka", "asyncio", "aiohttp.access")


def configure_logs(service: str, *, log_format: LogFormat = "json", log_file: Path | None = None) -> None:
    """Send structlog and the standard library's logging through one renderer, `service` bound to every line."""
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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _route(formatter, log_file)


def _named(service: str) -> Any:
    def add_service(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add_service


class _Undaunted(logging.Handler):
    """A line that finds no room is counted: a service goes on without it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        if isinstance(sys.exc_info()[1], OSError):
            LINES_LOST.labels(self.name).inc()
        else:
            super().handleError(record)


class _ToStdout(_Undaunted, logging.StreamHandler[TextIO]):
    pass


class _ToFile(_Undaunted, logging.FileHandler):
    pass


def _route(formatter: logging.Formatter, log_file: Path | None) -> None:
    handlers: list[logging.Handler] = [_ToStdout(sys.stdout)]
    if log_file is not None:
        handlers.append(_ToFile(log_file))
    less_often = LessOften(_NOISY)
    for handler, place in zip(handlers, ("stdout", "file"), strict=False):
        handler.addFilter(less_often)
        handler.setFormatter(formatter)
        handler.set_name(place)
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The server warns of every statement that is prepared without its keyspace; one session has but one.
    logging.getLogger("cassandra.protocol").setLevel(logging.ERROR)
