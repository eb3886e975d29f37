"""Kafka and Cassandra for the tests that need them: started by the first, stopped after the last."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.artefacts import cassandra_jars, kafka_jars
from deploy.local.cassandra import Cassandra
from deploy.local.kafka import Kafka
from deploy.local.objects import PORTS, Objects
from deploy.local.ports import free_ports
from deploy.local.servers import Server, serving
from shared.anyrecords import read_any_record
from tests.integration.running import what_services_say
from tests.tables import print_tables
from tests.workers import ByServers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="fault tests with their full load: an hour, not a minute")
    parser.addoption("--seed", type=int, help="what a fault test printed, to have the same happen again")
    parser.addoption("--verdicts", type=Path, help="a file for the verdicts of the fault tests, a line of JSON each")


def pytest_configure() -> None:
    # Whoever gives up on the tests sends SIGTERM; like Ctrl-C it must not leave the servers behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # How quickly examples are drawn tells of the machine's other work, not of ours.
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")
    # What a person's shell says to the services is not said to the tests.
    for name in [name for name in os.environ if name.startswith("AID_")]:
        del os.environ[name]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers:
    return ByServers(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_tables(terminalreporter)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What was going on in the services when a test failed is worth more than the test's own trace."""
    report = yield
    if report.failed:
        report.sections += [(f"stdout of {name}", text) for name, text in what_services_say()]
    return report


@pytest.fixture(scope="session")
def kafka_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a broker without topics. Tests put there what a strict client cannot read."""
    read_any_record()
    port, controller_port = free_ports(2)
    home = tmp_path_factory.mktemp("kafka")
    kafka = Kafka(home=home, jars=kafka_jars(), port=port, controller_port=controller_port)
    with serving(kafka, home):
        yield kafka.url
    _drop_data(home)


@pytest.fixture(scope="session")
def cassandra_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a node without keyspaces."""
    port, storage_port = free_ports(2)
    home = tmp_path_factory.mktemp("cassandra")
    cassandra = Cassandra(home=home, jars=cassandra_jars(), port=port, storage_port=storage_port)
    with serving(cassandra, home):
        yield cassandra.hosts
    _drop_data(home)


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An S3 server with an empty bucket."""
    home = tmp_path_factory.mktemp("objects")
    objects = Objects(home, free_ports(PORTS))
    with serving(objects, home) as server:
        yield server
        server.kill()  # what it would put in order goes anyway
    objects.clear_away()
    shutil.rmtree(home / "objects", ignore_errors=True)


def _drop_data(home: Path) -> None:
    """Keep the logs, not the hundreds of megabytes."""
    for part in ("kafka", "cassandra"):
        shutil.rmtree(home / part, ignore_errors=True)
