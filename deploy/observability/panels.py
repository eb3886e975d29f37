"""Dashboards in a few words, and the JSON that Grafana wants of them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WHOLE_WIDTH = 24


@dataclass(frozen=True)
class Line:
    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """`kind` and `unit` in Grafana's words. `warn_at` and `bad_at` colour what is at least so much."""

    title: str
    lines: Sequence[Line]
    says: str
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    height: int = 7
    stacked: bool = False
    warn_at: float | None = None
    bad_at: float | None = None

    @property
    def events(self) -> bool:
        """Whether it counts what has happened."""
        return self.kind == "timeseries" and all("increase(" in line.expr for line in self.lines)


@dataclass(frozen=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    rows: Sequence[Row]


def drawn(dashboard: Dashboard) -> Json:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["advance-image-downloader"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "links": [
            {
                "title": "Advance Image Downloader",
                "type": "dashboards",
                "tags": ["advance-image-downloader"],
                "keepTime": True,
                "includeVars": True,
            }
        ],
        "panels": [{"id": number, **panel} for number, panel in enumerate(_panels(dashboard.rows), start=1)],
    }


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    y = 0
    for row in rows:
        yield {"type": "row", "title": row.title, "collapsed": False, "panels": [], "gridPos": _place(0, y, 24, 1)}
        x, y, below = 0, y + 1, y + 1
        for panel in row.panels:
            if x + panel.width > WHOLE_WIDTH:
                x, y = 0, below
            yield _panel(panel, x, y)
            x, below = x + panel.width, max(below, y + panel.height)
        y = below


def _panel(panel: Panel, x: int, y: int) -> Json:
    shown = {"timeseries": _curves, "stat": _number, "table": _table}[panel.kind]
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "gridPos": _place(x, y, panel.width, panel.height),
        "targets": [_target(panel, line, "ABCDEFGH"[at]) for at, line in enumerate(panel.lines)],
        **shown(panel),
    }


def _place(x: int, y: int, width: int, height: int) -> Json:
    return {"x": x, "y": y, "w": width, "h": height}


def _target(panel: Panel, line: Line, name: str) -> Json:
    """A number or a table tells of now, a curve of the whole time."""
    now = panel.kind != "timeseries"
    form = "table" if panel.kind == "table" else "time_series"
    asked = {"refId": name, "expr": line.expr, "datasource": SOURCE, "format": form, "instant": now, "range": not now}
    return asked | ({"legendFormat": line.legend} if line.legend else {})


def _curves(panel: Panel) -> Json:
    drawn = {
        "drawStyle": "bars" if panel.events else "line",
        "lineWidth": 1,
        "fillOpacity": 60 if panel.events else 25 if panel.stacked else 8,
        "showPoints": "auto",
        "stacking": {"mode": "normal" if panel.stacked or panel.events else "none", "group": "A"},
        "thresholdsStyle": {"mode": "off" if panel.warn_at is None and panel.bad_at is None else "line"},
    }
    return {
        "fieldConfig": {"defaults": {**_scale(panel), "custom": drawn}, "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _number(panel: Panel) -> Json:
    return {
        "fieldConfig": {"defaults": _scale(panel), "overrides": []},
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value" if panel.warn_at is None and panel.bad_at is None else "background",
            "graphMode": "none",
            "textMode": "auto",
        },
    }


def _table(_panel: Panel) -> Json:
    hidden = {"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True, "__name__": True}}}
    return {"fieldConfig": {"defaults": {}, "overrides": []}, "options": {}, "transformations": [hidden]}


def _scale(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.warn_at is not None:
        steps.append({"color": "orange", "value": panel.warn_at})
    if panel.bad_at is not None:
        steps.append({"color": "red", "value": panel.bad_at})
    whole = {"decimals": 0} if panel.unit == "short" else {}
    return {"unit": panel.unit, **whole, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
