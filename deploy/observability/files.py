"""The files that are made, each with the text it has to have."""

import json
from pathlib import Path

import yaml

from deploy.observability.panels import drawn
from deploy.observability.services import SERVICES
from deploy.observability.system import SYSTEM

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "k8s" / "components" / "monitoring"
RULES = MONITORING / "rules.yaml"


def made() -> dict[Path, str]:
    dashboards = {"system": SYSTEM, "services": SERVICES}
    files = {MONITORING / "dashboards" / f"{name}.json": _json(drawn(each)) for name, each in dashboards.items()}
    return {**files, MONITORING / "prometheusrule.yaml": _prometheus_rule()}


def _json(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _prometheus_rule() -> str:
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "advance-image-downloader"},
        "spec": yaml.safe_load(RULES.read_text()),
    }
    text = yaml.safe_dump(resource, sort_keys=False, allow_unicode=True, width=120)
    return f"# Made of rules.yaml: python -m deploy.observability\n{text}"
