"""What the metrics say is true, and all that dashboards, alerts and docs name is really there."""

import json
import re
import urllib.request
from collections import defaultdict
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.journey import wait_for_link
from deploy.local.mailbox import Mailbox
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.prometheus import prometheus
from deploy.local.servers import serving
from deploy.local.services import TOLD
from deploy.local.stack import Stack
from deploy.local.waiting import wait_until
from deploy.local.web import OPENER, read
from deploy.observability.files import ROOT
from tests.deploy.monitoring.sayings import Saying, of_dashboards, of_rules
from tests.e2e.prometheus import Prometheus

pytestmark = pytest.mark.e2e

IMAGES = 5
EMAIL = "metrics@example.com"
READY = "aid_job_due_to_mail_seconds_count"
OF_PROMETHEUS = {"ALERTS"}
"""There while an alert is."""

Samples = dict[str, float]
"""By name and labels, as in `aid_jobs_total{state="completed"}`, of all services together."""


@pytest.fixture(scope="module")
def told(stack: Stack) -> tuple[Samples, Samples]:
    """Before and after one job."""
    before = samples(stack)
    order = {"search-query": "counted cranes", "images": IMAGES, "email": EMAIL}
    submit = urllib.request.Request(f"{stack.plan.web_url}/api/v1/jobs", json.dumps(order).encode())  # noqa: S310 - loopback
    submit.add_header("Content-Type", "application/json")
    with OPENER.open(submit, timeout=20):
        wait_for_link(Mailbox(stack.plan.mail_url, EMAIL))
    wait_until(lambda: samples(stack)[READY] > before[READY], patience=20, pause=0.2)
    return before, samples(stack)


@pytest.fixture(scope="module")
def watching(stack: Stack, told: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    home, (port,) = tmp_path_factory.mktemp("prometheus"), free_ports(1)
    server = Prometheus(home, prometheus().server, port, stack.plan.ports.health)
    with serving(server, home):
        server.watch()
        yield server


def samples(stack: Stack) -> Samples:
    found: Samples = defaultdict(float)
    for port, _ in enumerate(TOLD, start=stack.plan.ports.health):
        text = read(f"http://{LOOPBACK}:{port}/metrics").decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
                found[f"{sample.name}{{{labels}}}" if labels else sample.name] += sample.value
    return found


@pytest.mark.parametrize(
    ("series", "grown_by"),
    [
        ('aid_jobs_total{reason="",state="scheduled"}', 1),
        ('aid_jobs_total{reason="",state="running"}', 1),
        ('aid_jobs_total{reason="",state="completed"}', 1),
        ('aid_runs_total{why="first"}', 1),
        ('aid_timer_lateness_seconds_count{kind="release"}', 1),
        ('aid_run_wait_seconds_count{stage="search"}', 1),
        ('aid_run_seconds_count{outcome="done",stage="search"}', 1),
        ('aid_run_seconds_count{outcome="done",stage="pack"}', 1),
        ('aid_pictures_total{outcome="kept"}', IMAGES),
        ("aid_archives_total", 1),
        ('aid_mail_attempts_total{kind="started",outcome="accepted"}', 1),
        ('aid_mail_attempts_total{kind="ready",outcome="accepted"}', 1),
        ('aid_mail_seconds_count{kind="ready"}', 1),
        (READY, 1),
        ('aid_requests_total{route="api_submit",status="202"}', 1),
        ('aid_records_total{outcome="handled",topic="job-due.v1"}', 1),
        ('aid_dead_letters_total{cause="bug",topic="job-inbox.v1"}', 0),
    ],
)
def test_one_job_is_counted_once(told: tuple[Samples, Samples], series: str, grown_by: float) -> None:
    before, after = told

    assert series in after
    assert after[series] - before[series] == grown_by


@pytest.mark.parametrize("saying", [*of_rules(), *of_dashboards()], ids=lambda saying: saying.where)
def test_what_rules_and_dashboards_ask_for_is_exported(watching: Prometheus, saying: Saying) -> None:
    watching.value(saying.expr)
    labels: set[str] = set()
    for selector in saying.selectors:
        series = watching.series(selector)
        assert series or selector.partition("{")[0] in OF_PROMETHEUS, f"nothing is exported as {selector}"
        labels.update(label for each in series for label in each)
    assert not labels or named_labels(saying) <= labels


def named_labels(saying: Saying) -> set[str]:
    return saying.grouped_by | set(re.findall(r"{{(\w+)}}", saying.legend))


def test_dashboards_show_something_everywhere(watching: Prometheus) -> None:
    """Also where only what has happened is shown, but for that limit."""
    said = [saying for saying in of_dashboards() if not saying.metrics & OF_PROMETHEUS]
    silent = [saying.where for saying in said if not watching.value(saying.expr.removesuffix(" > 0"))]

    assert silent == []


def test_the_table_of_the_docs_names_what_is_exported_and_all_of_it(watching: Prometheus) -> None:
    exported = {series["__name__"] for series in watching.series('{__name__=~"aid_.*"}')}
    assert metrics_in((ROOT / "docs" / "operations.md").read_text()) == {family_of(name) for name in exported}


def metrics_in(text: str) -> set[str]:
    return set(re.findall(r"`(aid_[a-z_]+)", text))


def family_of(name: str) -> str:
    return re.sub("_(bucket|sum|count)$", "", name)
