"""How every service lives: start, work until told to stop, clean up, end. SIGUSR1 has it say what it waits for."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import structlog
from prometheus_client import Info, disable_created_metrics

from shared.errors import ServiceUnfitError
from shared.logs import configure_logs
from shared.settings import ProcessSettings
from shared.taskdump import dump_tasks
from shared.version import VERSION

log = structlog.get_logger()

BUILD = Info("aid_build", "Which release runs here")


def run_process(service: str, settings: ProcessSettings, work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends or SIGTERM or SIGINT cancels it; what it raises ends the process non-zero."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # as many again, and nobody asks for them
    BUILD.info({"version": VERSION})
    configure_logs(service, log_format=settings.log_format, log_file=settings.log_file)
    asyncio.run(_until_signalled(work))


async def _until_signalled(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    loop.add_signal_handler(signal.SIGUSR1, dump_tasks)
    log.info("service_started")
    try:
        await task
    except asyncio.CancelledError:
        log.info("service_stopped")
    except Exception as error:
        unfit = _unfit_in(error)
        if unfit is None:
            log.exception("service_crashed")
        else:
            log.critical("service_unfit", detail=str(unfit), **unfit.facts)
        raise SystemExit(1) from None


def _unfit_in(error: BaseException) -> ServiceUnfitError | None:
    """A task group wraps what ended it."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_unfit_in, error.exceptions)), None)
    return error if isinstance(error, ServiceUnfitError) else None
