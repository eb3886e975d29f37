"""What dashboards say again and again in PromQL."""

from deploy.observability.panels import Line

SERVICES = ("gateway", "scheduler", "scraper", "packager", "notifier")
OURS = f'service=~"{"|".join(SERVICES)}"'


def rate_of(metric: str, *, by: str, legend: str | None = None) -> Line:
    """A second, of a counter."""
    return Line(f"sum by ({by}) (rate({metric}[$__rate_interval]))", _legend(by, legend))


def events_of(metric: str, *, by: str, legend: str | None = None) -> Line:
    """In the step of the graph, of a counter, and only what has happened: most of the zeros are there for alerts."""
    return Line(f"sum by ({by}) (increase({metric}[$__rate_interval])) > 0", _legend(by, legend))


def sum_of(metric: str, *, by: str, legend: str | None = None) -> Line:
    return Line(f"sum by ({by}) ({metric})", _legend(by, legend))


def quantile_of(metric: str, share: float, labels: str = "", *, legend: str, by: str = "", over: str = "15m") -> Line:
    """`metric` is a histogram's name, without `_bucket`."""
    selected = f"{metric}_bucket{{{labels}}}" if labels else f"{metric}_bucket"
    groups = f"le, {by}" if by else "le"
    return Line(f"histogram_quantile({share}, sum by ({groups}) (rate({selected}[{over}])))", legend)


def half_and(share: float, metric: str, labels: str = "", *, by: str = "") -> list[Line]:
    """Two quantiles of a histogram: what half of all stay below, and what all but a few do."""
    legend = f"{{{{{by}}}}}, " if by else ""
    return [
        quantile_of(metric, each, labels, legend=f"{legend}{said}", by=by)
        for each, said in ((0.5, "half"), (share, f"{share:.0%}".replace("%", " %")))
    ]


def _legend(by: str, legend: str | None) -> str:
    return " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",")) if legend is None else legend
