"""The dashboard that tells whether all is well."""

from collections.abc import Sequence
from typing import Any

from deploy.observability.expressions import OURS, events_of, half_and, quantile_of, sum_of
from deploy.observability.panels import Dashboard, Line, Panel, Row

_ENDED = 'sum(increase(aid_jobs_total{state=~"completed|failed"}[$__range]))'


def _number(title: str, lines: Sequence[Line], says: str, *, width: int = 3, **drawn: Any) -> Panel:
    """A small one, of how it is now."""
    return Panel(title, lines, says, kind="stat", width=width, height=4, **drawn)


NOW = (
    _number(
        "Alerts",
        [Line('count(ALERTS{alertname=~"Aid.*",alertstate="firing"}) or vector(0)')],
        "Firing now. What each means stands in docs/operations.md.",
        bad_at=1,
    ),
    _number(
        "Processes that answer",
        [sum_of(f"up{{{OURS}}}", by="service")],
        "Of each service. None is an outage.",
        width=9,
    ),
    _number(
        "Jobs under way",
        [Line("sum(aid_jobs_running)")],
        "After a scheduler has taken shards over it takes a minute until all of theirs are known.",
    ),
    _number(
        "Completed",
        [Line('sum(increase(aid_jobs_total{state="completed"}[$__range]))')],
        "In the time shown.",
    ),
    _number(
        "Failed",
        [Line(f'sum(increase(aid_jobs_total{{state="failed"}}[$__range])) / ({_ENDED} > 0) or vector(0)')],
        "Share of the jobs that ended in the time shown. A query without any result fails too.",
        unit="percentunit",
        warn_at=0.2,
        bad_at=0.5,
    ),
    _number(
        "Due to mail, 95 %",
        [quantile_of("aid_job_due_to_mail_seconds", 0.95, legend="", over="$__range")],
        "From a job's time until the relay had the mail with its link, in the time shown.",
        unit="s",
        warn_at=300,
        bad_at=600,
    ),
    Panel(
        "Firing",
        [Line('ALERTS{alertname=~"Aid.*",alertstate="firing"}')],
        "With what each is about.",
        kind="table",
        width=24,
        height=5,
    ),
)

JOBS = (
    Panel(
        "Jobs that came into a state",
        [events_of("aid_jobs_total", by="state")],
        "In each step of the graph. Whatever is scheduled is to end as completed, failed or cancelled, and to expire.",
    ),
    Panel(
        "Failed, by reason",
        [events_of('aid_jobs_total{state="failed"}', by="reason")],
        "internal, worker_lost, interrupted, overloaded and storage_full are our own fault.",
    ),
    Panel(
        "Runs begun, by why",
        [events_of("aid_runs_total", by="why")],
        "More than a job's first: its worker was lost, or stopped and handed it back, or it failed and came again.",
    ),
    Panel(
        "Jobs under way",
        [Line("sum(aid_jobs_running)", "jobs")],
        "Released and not ended, waiting for a slot included.",
    ),
    Panel(
        "Timers read ahead",
        [sum_of("aid_timers_ahead", by="kind")],
        "Of the next minutes: release is the jobs that are about to begin. What is due later lies in Cassandra only.",
    ),
    Panel(
        "Timers overdue",
        [Line("sum(aid_timers_overdue)", "overdue by more than 5 s")],
        "Zero, but for the minutes after an outage.",
        bad_at=1,
    ),
)

TIMES = (
    Panel(
        "From due to mail",
        half_and(0.95, "aid_job_due_to_mail_seconds"),
        "From a job's time until the relay had the mail with its link; of the last quarter of an hour.",
        unit="s",
    ),
    Panel(
        "How late jobs begin",
        half_and(0.99, "aid_timer_lateness_seconds", 'kind="release"'),
        "From a job's time until the scheduler had decided to begin it.",
        unit="s",
    ),
    Panel(
        "From begin to the first search, and to packing",
        half_and(0.95, "aid_run_wait_seconds", by="stage"),
        "Jobs wait here when all slots are taken: then more scrapers or packagers help.",
        unit="s",
    ),
    Panel(
        "Search and packing",
        half_and(0.95, "aid_run_seconds", 'outcome="done"', by="stage"),
        "Runs that came to their end. Packing begins while the search still finds, and lasts as long at least.",
        unit="s",
    ),
    Panel(
        "From the end to the mail",
        half_and(0.95, "aid_mail_seconds", by="kind"),
        "From the end of a job until the relay had the mail that tells of it.",
        unit="s",
    ),
    Panel(
        "Runs that failed, by reason",
        [events_of("aid_run_failures_total", by="stage, reason")],
        "Of these most are begun again; the job fails with the third.",
    ),
)

QUEUES = (
    Panel(
        "Records that wait, by topic",
        [
            Line(
                "sum by (service, topic) (max by (service, topic, partition) (aid_consumer_lag_records))",
                "{{service}}: {{topic}}",
            )
        ],
        "A second's worth is usual: so often it is acknowledged. More in job-due.v1 means that all scrapers are busy.",
    ),
    Panel(
        "Slots taken",
        [Line("sum by (stage) (aid_slots_busy) / sum by (stage) (aid_slots)", "{{stage}}")],
        "All of them for long: another process of that service helps.",
        unit="percentunit",
        warn_at=1,
    ),
    Panel(
        "Servers that do not answer",
        [Line("sum by (service, dependency) (1 - aid_dependency_answers)", "{{service}}: {{dependency}}")],
        "By how many processes of a service. Nothing is lost meanwhile.",
        bad_at=1,
    ),
    Panel(
        "Dead letters",
        [events_of("aid_dead_letters_total", by="service, topic, cause")],
        "Records put aside, to be looked at with python -m shared.dlq.",
    ),
    Panel(
        "Longest standing partition",
        [Line("max by (service) (aid_consumer_still_seconds)", "{{service}}")],
        "Behind, not moving, and waiting for nothing it can name. After five minutes the process ends by itself.",
        unit="s",
        bad_at=120,
    ),
    Panel(
        "Processes that answer",
        [sum_of(f"up{{{OURS}}}", by="service")],
        "Of each service.",
    ),
)

SYSTEM = Dashboard(
    uid="aid-system",
    title="Advance Image Downloader: is it well?",
    rows=(Row("Is it well?", NOW), Row("Jobs", JOBS), Row("How long it takes", TIMES), Row("Queues", QUEUES)),
)
