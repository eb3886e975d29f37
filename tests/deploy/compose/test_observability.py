import json
from collections import Counter
from dataclasses import replace

from deploy.local.services import TOLD
from deploy.local.waiting import wait_until
from deploy.local.web import read
from tests.deploy.compose.system import System


def test_prometheus_scrapes_every_replica_by_its_service_s_name(system: System) -> None:
    watched = replace(system, profiles=("pictureweb", "observability"))
    watched.up("--no-deps", "prometheus")
    expected = Counter(container.service for container in system.containers(*TOLD))
    assert wait_until(lambda: _scraped(watched) == expected, patience=60, pause=1), _scraped(watched)


def _scraped(system: System) -> Counter[str]:
    targets = json.loads(read(f"http://127.0.0.1:{system.prometheus_port}/api/v1/targets"))["data"]["activeTargets"]
    return Counter(target["labels"]["service"] for target in targets if target["health"] == "up")
