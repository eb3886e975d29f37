"""A real Prometheus that watches the whole system, asked over its HTTP interface."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from deploy.local.ports import LOOPBACK
from deploy.local.programs import Program
from deploy.local.services import TOLD
from deploy.local.waiting import wait_until
from deploy.local.web import is_ok, read
from deploy.observability.files import RULES


@dataclass(frozen=True)
class Prometheus:
    """`health_port` is the first of those of the services."""

    home: Path
    server: str
    port: int
    health_port: int

    def program(self) -> Program:
        configuration = self.home / "prometheus.yml"
        return Program(
            "prometheus",
            (
                self.server,
                f"--config.file={configuration}",
                f"--storage.tsdb.path={self.home / 'data'}",
                f"--web.listen-address={LOOPBACK}:{self.port}",
            ),
            files={configuration: yaml.safe_dump(self._configuration())},
        )

    def answers(self) -> bool:
        return is_ok(f"http://{LOOPBACK}:{self.port}/-/ready")

    def watch(self) -> None:
        """Until every service was read twice: from then on there are rates."""
        twice = "count(up == 1 and count_over_time(up[1m]) > 1)"
        wait_until(lambda: _number(self.value(twice)) == len(TOLD), patience=20, pause=0.2)

    def value(self, expr: str) -> list[dict[str, Any]]:
        """What it makes of an expression now: series with their values. OSError when it is none."""
        return list(self._asked("query", query=expr)["result"])

    def series(self, selector: str) -> list[dict[str, str]]:
        """The labels of all that match."""
        return list(self._asked("series", **{"match[]": selector}))

    def _asked(self, what: str, **parameters: str) -> Any:
        answer = json.loads(read(f"http://{LOOPBACK}:{self.port}/api/v1/{what}?{urlencode(parameters)}"))
        return answer["data"]

    def _configuration(self) -> dict[str, Any]:
        targets = [
            {"targets": [f"{LOOPBACK}:{port}"], "labels": {"service": name}}
            for port, name in enumerate(TOLD, start=self.health_port)
        ]
        return {
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": "advance-image-downloader", "static_configs": targets}],
        }


def _number(found: list[dict[str, Any]]) -> float:
    """Of what is one series, or none."""
    return float(found[0]["value"][1]) if found else 0
