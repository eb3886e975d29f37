"""A system that does well, as promtool's series: two jobs a minute, everything within its time, for an hour."""

SERVICES = ("gateway", "scheduler", "scraper", "packager", "notifier")
STANDS = "x66"
"""Minutes; nobody looks further than to the 65th."""


def _constant(value: float) -> str:
    return f"{value}{STANDS}"


def _grows(by: float) -> str:
    return f"0+{by}{STANDS}"


def _buckets(metric: str, bounds: str, labels: str = "") -> dict[str, str]:
    """All observations at or below the first bound."""
    prefix = f"{labels}," if labels else ""
    return {f'{metric}_bucket{{{prefix}le="{bound}"}}': _grows(2) for bound in (*bounds.split(), "+Inf")}


HEALTHY: dict[str, str] = {
    **{f'up{{service="{name}",instance="{name}-1"}}': _constant(1) for name in SERVICES},
    **{f'process_start_time_seconds{{service="{name}",instance="{name}-1"}}': _constant(1000) for name in SERVICES},
    **{f'aid_build_info{{service="{name}",version="0.1.0"}}': _constant(1) for name in SERVICES},
    'aid_log_lines_lost_total{service="packager",place="stdout"}': _constant(0),
    'aid_waiting{service="packager",waits_for="cassandra"}': _constant(0),
    'aid_dependency_answers{service="packager",dependency="cassandra"}': _constant(1),
    'aid_dependency_answers{service="notifier",dependency="relay"}': _constant(0),
    'aid_waiting{service="scraper",waits_for="slot"}': _constant(3),
    "aid_relay_away_seconds": _constant(0),
    'aid_mails_put_off_total{kind="ready"}': _constant(0),
    "aid_timers_overdue": _constant(0),
    'aid_timer_lateness_seconds_count{kind="release"}': _grows(2),
    **_buckets("aid_timer_lateness_seconds", "0.1 10.0", 'kind="release"'),
    'aid_timer_failures_total{kind="release"}': _constant(0),
    "aid_jobs_running": _constant(4),
    'aid_jobs_total{state="completed"}': _grows(2),
    'aid_jobs_total{state="failed",reason="no_results"}': "0+1x3 3x197",
    'aid_jobs_total{state="failed",reason="internal"}': _constant(0),
    **_buckets("aid_job_due_to_mail_seconds", "10.0 60.0 600.0 1800.0"),
    'aid_consumer_still_seconds{service="scraper",instance="scraper-1"}': _constant(5),
    'aid_consumer_lag_records{service="scraper",topic="job-due.v1",partition="0"}': _constant(2),
    'aid_slots_busy{service="packager",stage="pack"}': _constant(3),
    'aid_slots{service="packager",stage="pack"}': _constant(10),
    'aid_runs_total{why="first"}': _grows(2),
    'aid_runs_total{why="worker_lost"}': _constant(0),
    'aid_dead_letters_total{service="scheduler",topic="job-inbox.v1",cause="bug"}': _constant(0),
    'aid_engine_cool_down_end_timestamp_seconds{engine="google"}': _constant(0),
    'aid_engine_cool_down_end_timestamp_seconds{engine="bing"}': _constant(0),
    'aid_searches_total{engine="google",ending="enough"}': _grows(2),
    'aid_searches_total{engine="google",ending="page_changed"}': _constant(0),
    'aid_browser_restarts_total{reason="died"}': _constant(0),
    'aid_browser_restarts_total{reason="recycled"}': _grows(1),
    'aid_archives_free_bytes{service="packager",instance="packager-1"}': _constant(60),
    'aid_archives_size_bytes{service="packager",instance="packager-1"}': _constant(100),
    "aid_archives_missing": _constant(0),
    'aid_mails_too_late_total{kind="ready"}': _constant(0),
    'aid_mail_attempts_total{kind="ready",outcome="accepted"}': _grows(2),
    'aid_mail_attempts_total{kind="ready",outcome="not_taken"}': _constant(0),
    'aid_mail_attempts_total{kind="ready",outcome="refused"}': _constant(0),
    'aid_requests_total{route="form",status="200"}': _grows(60),
    'aid_requests_total{route="submit",status="503"}': _constant(0),
    'aid_requests_total{route="events",status="503"}': _grows(60),
    **_buckets("aid_request_seconds", "0.1 2.5 5.0", 'route="form"'),
    'aid_rate_limited_total{rule="site"}': _constant(0),
}
