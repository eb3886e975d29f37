"""One system for all fault tests of a session, and the people, the chance and the oracle of each."""

import os
import random
import shutil
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from deploy.local.setup import set_up
from tests.faults.people import People, visitors
from tests.faults.reading import Beginning
from tests.faults.system import System, running_system
from tests.faults.trial import Trial

VERDICT = "verdict"
"""What a test records of itself under this name is shown in the end."""

SHORT = {
    "AID_WATCHDOG_SECONDS": "10",
    "AID_BACK_OFF_SECONDS": "0.1",
    "AID_DOWNLOAD_SECONDS": "4",
    "AID_SMTP_ANSWER_SECONDS": "1.5",
    "AID_MAIL_PAUSE_SECONDS": "1",
}
"""A worker that died or a relay that hangs is noticed sooner; the long form waits as long as an operator would."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The verdicts, with the seeds that repeat them, whether a test has failed or not."""
    verdicts = [
        line for report in _reports(terminalreporter) for name, line in report.user_properties if name == VERDICT
    ]
    for line in verdicts:
        terminalreporter.write_line(str(line))
    chosen = config.getoption("--verdicts")
    if chosen is not None:
        chosen.parent.mkdir(parents=True, exist_ok=True)
        chosen.write_text("".join(f"{line}\n" for line in verdicts))


def _reports(terminalreporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    """Of the tests themselves, not of what was set up for them."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    return [report for report in reports if isinstance(report, pytest.TestReport) and report.when == "call"]


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """What the chance of a test begins with; `--seed` repeats it."""
    chosen = pytestconfig.getoption("--seed")
    return chosen if chosen is not None else random.SystemRandom().getrandbits(32)


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory, long: bool) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("faults")
    async with running_system(folder, set_up(os.environ), chosen={} if long else SHORT) as system:
        yield system
    for part in ("kafka", "cassandra"):
        shutil.rmtree(folder / part, ignore_errors=True)


@pytest.fixture
async def trial(
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
    system: System,
    seed: int,
    long: bool,
) -> AsyncIterator[Trial]:
    fault = Path(request.path).stem.removeprefix("test_")
    async with visitors() as session:
        people = People(system, session, random.Random(seed))
        print(f"--seed {seed}")  # noqa: T201 - shown with whatever fails, also before there is a verdict
        tell = partial(record_property, VERDICT)
        yield Trial(fault, seed, system, people, tell, long, await Beginning.now(system))
        system.settled.update(job.job_id for job in people.accepted)
