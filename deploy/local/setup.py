"""`python -m deploy.local.setup`: have on this machine what the stack needs; milliseconds when it is there."""

import os
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.artefacts import cassandra_jars, kafka_jars, maildump
from deploy.local.chromium import Chromium, chromium
from deploy.local.failures import LocalFailure, told_to_the_person
from deploy.local.machine import require_java


@dataclass(frozen=True)
class Tools:
    kafka_jars: Path
    cassandra_jars: Path
    maildump: Path
    chromium: Chromium


def set_up(environ: Mapping[str, str]) -> Tools:
    """Fetch what is missing, all at once; a failure tells of everything that could not be had."""
    with ThreadPoolExecutor() as pool:
        java = pool.submit(require_java)
        kafka, cassandra = pool.submit(kafka_jars), pool.submit(cassandra_jars)
        mails, browser = pool.submit(maildump), pool.submit(chromium, environ)
    _raise_failures(java, kafka, cassandra, mails, browser)
    return Tools(kafka.result(), cassandra.result(), mails.result(), browser.result())


def _raise_failures(*done: Future[Any]) -> None:
    errors = [error for each in done if (error := each.exception())]
    for error in errors:
        if not isinstance(error, LocalFailure):
            raise error
    if errors:
        raise LocalFailure("; ".join(dict.fromkeys(str(error) for error in errors)))


def main() -> None:
    set_up(os.environ)


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))
