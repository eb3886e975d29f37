"""Structured logs: one JSON line per event on stdout, and in a file when asked."""

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import structlog

from shared.logplaces import LINES_LOST, Places
from shared.redaction import without_addresses
from shared.repeats import LessOften

LogFormat = Literal["json", "console"]

_IN_LINES = frozenset({"exception", "stack"})
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
    rendering: list[Any] = (
        [structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [_in_one_line, structlog.dev.ConsoleRenderer(colors=False)]
    )
    places = Places(log_file)
    # Not through the standard library: there a line costs three times as much.
    structlog.configure(
        processors=[_never_failing([*chain, *rendering])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", places)),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
    _route(formatter, places)


def _named(service: str) -> Any:
    def add_service(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add_service


def _never_failing(steps: Sequence[Any]) -> Any:
    """What can not be written, such as an object that fails to say what it is, is counted; its caller goes on."""

    def run(logger: object, method: str, event: Any) -> Any:
        try:
            for step in steps:
                event = step(logger, method, event)
        except Exception:  # noqa: BLE001 - whatever a value does when it is asked
            LINES_LOST.labels("words").inc()
            raise structlog.DropEvent from None
        return event

    return run


def _in_one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """For the console, where JSON does not escape them. Tracebacks are meant to have lines."""
    return {name: value if name in _IN_LINES else _escaped(value) for name, value in event.items()}


def _escaped(value: Any) -> Any:
    return value.replace("\r", "\\r").replace("\n", "\\n") if isinstance(value, str) else value


class _ToPlaces(logging.StreamHandler[Places]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's own name
        """Not on stderr, as logging does it: there the words of the line would be seen that were to be hidden."""
        LINES_LOST.labels("words").inc()

    def close(self) -> None:
        super().close()
        self.stream.close()


def _route(formatter: logging.Formatter, places: Places) -> None:
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
