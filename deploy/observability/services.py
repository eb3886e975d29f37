"""The dashboard with a row for each service: what only that one does, and what it takes of the machine."""

from collections.abc import Iterable

from deploy.observability.expressions import events_of, quantile_of, rate_of, sum_of
from deploy.observability.panels import Dashboard, Line, Panel, Row


def _row(service: str, *panels: Panel) -> Row:
    return Row(service.capitalize(), [*panels, *_machine(service)])


def _machine(service: str) -> Iterable[Panel]:
    of_it = f'{{service="{service}"}}'
    whose = "Of each process of ours; Chromium, and the drawing of contact sheets, are processes of their own."
    yield Panel(
        "Processors",
        [Line(f"rate(process_cpu_seconds_total{of_it}[$__rate_interval])", "{{instance}}")],
        whose,
        unit="percentunit",
    )
    yield Panel(
        "Memory",
        [Line(f"process_resident_memory_bytes{of_it}", "{{instance}}")],
        whose,
        unit="bytes",
    )


def _slots(stage: str, says: str) -> Panel:
    lines = {"aid_slots_busy": "taken", "aid_slots": "there are"}
    of_it = f'{{stage="{stage}"}}'
    return Panel("Slots", [sum_of(name + of_it, by="stage", legend=legend) for name, legend in lines.items()], says)


GATEWAY = _row(
    "gateway",
    Panel(
        "Requests, by status",
        [rate_of("aid_requests_total", by="status")],
        "429: a limit was reached. 500: a bug of ours. 503: a server was away, or all streams are taken.",
        unit="reqps",
        stacked=True,
    ),
    Panel(
        "How long the pages take, 99 %",
        [
            quantile_of(
                "aid_request_seconds",
                0.99,
                'route=~"form|submit|status|api_submit|api_status"',
                legend="{{route}}",
                by="route",
                over="5m",
            )
        ],
        "Streams and downloads are left out: they last as long as somebody listens.",
        unit="s",
    ),
    Panel(
        "Requests in vain, by what was away",
        [events_of("aid_requests_in_vain_total", by="dependency")],
        "Answered 503.",
    ),
    Panel(
        "Refused, because there were too many",
        [events_of("aid_rate_limited_total", by="rule")],
        "docs/operations.md, Limits.",
    ),
    Panel("Open status pages", [sum_of("aid_streams_open", by="instance")], "As streams; AID_STREAMS is the limit."),
    Panel(
        "Public feed",
        [rate_of("aid_feed_records_total", by="topic"), rate_of("aid_feed_unreadable_total", by="service")],
        "What wakes the status pages. Where it stands still while jobs run, pages are 15 s behind.",
        unit="ops",
    ),
    Panel(
        "Connections cut",
        [events_of("aid_connections_cut_total", by="instance")],
        "Their headers did not come in time.",
    ),
)

SCHEDULER = _row(
    "scheduler",
    Panel(
        "Shards", [sum_of("aid_shards", by="instance")], "In all as many as job-inbox.v1 has partitions.", stacked=True
    ),
    Panel(
        "How late timers are, 99 %",
        [quantile_of("aid_timer_lateness_seconds", 0.99, legend="{{kind}}", by="kind", over="5m")],
        "From a timer's time until it was decided on.",
        unit="s",
    ),
    Panel(
        "Timers that failed",
        [events_of("aid_timer_failures_total", by="kind")],
        "Their jobs cannot be decided on: a bug of ours, or a row that cannot be read.",
        bad_at=1,
    ),
    Panel(
        "Records, by what became of them",
        [rate_of('aid_records_total{service="scheduler"}', by="topic, outcome")],
        "All that the scheduler decides on.",
        unit="ops",
    ),
)

SCRAPER = _row(
    "scraper",
    Panel(
        "Engines, by how asking them ended",
        [events_of("aid_searches_total", by="engine, ending")],
        "cooling_down: not asked, because it has refused somebody lately.",
    ),
    Panel(
        "Results, by how the engine was read",
        [rate_of("aid_results_total", by="engine, strategy")],
        "A way that falls to zero while others do not: run the canary.",
        unit="ops",
    ),
    Panel(
        "Engines left alone, for how long yet",
        [Line("clamp_min(max by (engine) (aid_engine_cool_down_end_timestamp_seconds) - time(), 0)", "{{engine}}")],
        "As the scrapers last looked it up.",
        unit="s",
    ),
    Panel(
        "Engines that refused",
        [events_of("aid_engine_cool_downs_total", by="engine")],
        "Each begins a time in which nobody asks it.",
    ),
    Panel(
        "Browsers replaced",
        [events_of("aid_browser_restarts_total", by="reason")],
        "recycled is wear. hung and died: look at the machine's memory.",
    ),
    _slots("search", "Searches at once."),
)

PACKAGER = _row(
    "packager",
    Panel(
        "Pictures, by what became of them",
        [events_of("aid_pictures_total", by="outcome")],
        "Counted when a run has fetched its last.",
    ),
    Panel(
        "Archives",
        [rate_of("aid_archives_total", by="service", legend="archives")],
        "Built and handed over.",
        unit="ops",
    ),
    Panel(
        "Weight of the archives",
        [rate_of("aid_archive_bytes_total", by="service", legend="ZIP")],
        "What the links will lead to.",
        unit="Bps",
    ),
    Panel(
        "Room for archives",
        [Line("aid_archives_free_bytes / aid_archives_size_bytes", "{{instance}}")],
        "Free part of the disk on which archives are written.",
        unit="percentunit",
    ),
    Panel(
        "Archives missing",
        [Line("max(aid_archives_missing)", "missing")],
        "By the last sweep: living links lead nowhere.",
        bad_at=1,
    ),
    _slots("pack", "Jobs packed at once."),
)

NOTIFIER = _row(
    "notifier",
    Panel(
        "Mails offered to the relay",
        [events_of("aid_mail_attempts_total", by="kind, outcome")],
        "not_taken comes again; refused, and suppressed by the person's own wish, do not.",
    ),
    Panel(
        "Put off, and given up",
        [
            events_of("aid_mails_put_off_total", by="kind", legend="{{kind}} put off"),
            events_of("aid_mails_too_late_total", by="kind", legend="{{kind}} given up"),
        ],
        "The relay was away for more than a minute; for four hours.",
    ),
    Panel("The relay is away", [Line("max(aid_relay_away_seconds)", "for")], "Zero while it is there.", unit="s"),
)

SERVICES = Dashboard(
    uid="aid-services",
    title="Advance Image Downloader: each service",
    rows=(GATEWAY, SCHEDULER, SCRAPER, PACKAGER, NOTIFIER),
)
