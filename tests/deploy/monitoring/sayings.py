"""What rules and dashboards say in PromQL, and what that stands on. Parsed, not matched: a name in a string is none."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import promql_parser
import yaml

from deploy.observability.files import MONITORING, RULES

_GRAFANAS_OWN = {"$__rate_interval": "5m", "$__range": "1h"}


@dataclass(frozen=True)
class Saying:
    """An expression and where it stands."""

    where: str
    expr: str
    legend: str = ""

    @cached_property
    def selectors(self) -> list[str]:
        """Each as one may ask for its series."""
        return [_selector(node) for node in _nodes(self.expr) if isinstance(node, promql_parser.VectorSelector)]

    @cached_property
    def grouped_by(self) -> set[str]:
        """Labels by name, those of histograms left out."""
        nodes = [node for node in _nodes(self.expr) if isinstance(node, promql_parser.AggregateExpr)]
        return {label for node in nodes if node.modifier for label in node.modifier.labels} - {"le"}

    @property
    def metrics(self) -> set[str]:
        return {selector.partition("{")[0] for selector in self.selectors}


def of_rules() -> list[Saying]:
    return [Saying(rule["alert"], rule["expr"]) for rule in alerts()]


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def of_dashboards() -> list[Saying]:
    return [
        Saying(f"{path.stem}: {panel['title']}", _filled_in(target["expr"]), target.get("legendFormat", ""))
        for path in sorted((MONITORING / "dashboards").glob("*.json"))
        for panel in json.loads(path.read_text())["panels"]
        for target in panel.get("targets", ())
    ]


def _filled_in(expr: str) -> str:
    for name, value in _GRAFANAS_OWN.items():
        expr = expr.replace(name, value)
    return expr


def _selector(node: promql_parser.VectorSelector) -> str:
    return node.prettify()


def _nodes(expr: str) -> Iterator[promql_parser.Expr]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), found.append)
    return iter(found)
