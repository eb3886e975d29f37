"""Every alert fires on what it is for and on nothing else; checked by Prometheus' own tool."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.prometheus import prometheus
from deploy.observability.files import ROOT, RULES
from tests.deploy.monitoring.healthy import HEALTHY
from tests.deploy.monitoring.sayings import of_rules
from tests.deploy.monitoring.troubles import ALSO, MORE, SILENT, TROUBLES

ALERTS = {said.where for said in of_rules()}


@pytest.fixture(scope="module")
def promtool() -> str:
    return prometheus().promtool


def run(*command: str, folder: Path = ROOT) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_prometheus_takes_the_rules(promtool: str) -> None:
    run(promtool, "check", "rules", str(RULES))


def test_prometheus_takes_composes_configuration(promtool: str, tmp_path: Path) -> None:
    configuration = (ROOT / "deploy" / "observability" / "prometheus.yml").read_text()
    assert "/etc/prometheus/rules.yaml" in configuration
    (tmp_path / "prometheus.yml").write_text(configuration.replace("/etc/prometheus/rules.yaml", str(RULES)))

    run(promtool, "check", "config", str(tmp_path / "prometheus.yml"))


def test_every_alert_has_a_trouble_and_every_metric_of_theirs_is_there_in_health() -> None:
    there = {series.partition("{")[0] for series in HEALTHY}

    assert TROUBLES.keys() == ALERTS
    assert {metric for said in of_rules() for metric in said.metrics} <= there


def test_each_alert_fires_on_its_trouble_alone_and_health_is_silent(promtool: str, tmp_path: Path) -> None:
    troubles = [({name, *ALSO.get(name, ())}, changed) for name, changed in TROUBLES.items()]
    quiet: list[tuple[set[str], dict[str, str]]] = [(set(), changed) for changed in ({}, *SILENT)]
    document = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "5m",
        "tests": [_case(firing, changed) for firing, changed in [*quiet, *troubles, *MORE]],
    }
    (tmp_path / "rules.test.yaml").write_text(yaml.safe_dump(document))

    run(promtool, "test", "rules", str(tmp_path / "rules.test.yaml"))


def _case(firing: set[str], changed: dict[str, str]) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in (HEALTHY | changed).items()],
        "promql_expr_test": [
            {
                "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "65m",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(firing)],
            }
        ],
    }
