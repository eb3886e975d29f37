"""For each alert what it is there for: the series that differ from those of a system that does well."""

NONE = "_x200"
"""A series without a sample."""

ONCE = "0x60 1x140"
"""A counter that grows by one after an hour."""

SINCE_A_WHILE = "0x50 0+1x150"


TROUBLES: dict[str, dict[str, str]] = {
    "AidServiceDown": {'up{service="scraper",instance="scraper-1"}': NONE},
    "AidProcessDown": {'up{service="packager",instance="packager-2"}': "0x200"},
    "AidProcessRestarts": {
        'process_start_time_seconds{service="scraper",instance="scraper-1"}': "1000x55 2000x3 3000x3 4000x139"
    },
    "AidVersionsMixed": {'aid_build_info{service="scraper",version="0.2.0"}': "1x200"},
    "AidLogLinesLost": {'aid_log_lines_lost_total{service="packager",place="stdout"}': ONCE},
    "AidDependencyAway": {'aid_dependency_answers{service="packager",dependency="cassandra"}': "1x55 0x145"},
    "AidRelayAway": {
        "aid_relay_away_seconds": "0x50 0+60x150",
        'aid_mails_put_off_total{kind="ready"}': "0x52 1x148",
    },
    "AidTimersOverdue": {"aid_timers_overdue": "0x50 7x150"},
    "AidReleasesLate": {
        'aid_timer_lateness_seconds_bucket{kind="release",le="0.1"}': "0+2x60 120x140",
        'aid_timer_lateness_seconds_bucket{kind="release",le="10.0"}': "0+2x60 120x140",
    },
    "AidTimerFailures": {'aid_timer_failures_total{kind="release"}': ONCE},
    "AidJobsDoNotEnd": {
        'aid_jobs_total{state="completed"}': "0+2x25 50x175",
        'aid_jobs_total{state="failed",reason="no_results"}': "3x200",
    },
    "AidMostJobsFail": {
        'aid_jobs_total{state="completed"}': "0+2x25 50x175",
        'aid_jobs_total{state="failed",reason="no_results"}': "0x25 0+2x175",
    },
    "AidJobsFailByOurFault": {'aid_jobs_total{state="failed",reason="internal"}': ONCE},
    "AidPicturesSlow": {
        f'aid_job_due_to_mail_seconds_bucket{{le="{bound}"}}': "0x200" for bound in ("10.0", "60.0", "600.0")
    },
    "AidConsumerStands": {'aid_consumer_still_seconds{service="scraper",instance="scraper-1"}': "0x50 0+60x150"},
    "AidBacklog": {'aid_consumer_lag_records{service="scraper",topic="job-due.v1",partition="0"}': "0x30 0+10x170"},
    "AidSlotsFull": {'aid_slots_busy{service="packager",stage="pack"}': "10x200"},
    "AidRunsLost": {'aid_runs_total{why="worker_lost"}': ONCE},
    "AidDeadLetters": {'aid_dead_letters_total{service="scheduler",topic="job-inbox.v1",cause="bug"}': ONCE},
    "AidEveryEngineRefuses": {
        f'aid_engine_cool_down_end_timestamp_seconds{{engine="{engine}"}}': "0x40 1000000x160"
        for engine in ("google", "bing")
    },
    "AidEngineRefuses": {'aid_engine_cool_down_end_timestamp_seconds{engine="google"}': "0x40 1000000x160"},
    "AidEnginePageChanged": {'aid_searches_total{engine="google",ending="page_changed"}': ONCE},
    "AidBrowsersDie": {'aid_browser_restarts_total{reason="died"}': SINCE_A_WHILE},
    "AidArchivesDiskFills": {'aid_archives_free_bytes{service="packager",instance="packager-1"}': "15x200"},
    "AidArchivesDiskFull": {'aid_archives_free_bytes{service="packager",instance="packager-1"}': "4x200"},
    "AidArchivesMissing": {"aid_archives_missing": "0x60 1x140"},
    "AidMailsTooLate": {'aid_mails_too_late_total{kind="ready"}': ONCE},
    "AidMailsNotTaken": {
        'aid_mail_attempts_total{kind="ready",outcome="accepted"}': "0+2x30 60x170",
        'aid_mail_attempts_total{kind="ready",outcome="not_taken"}': "0x30 0+1x170",
    },
    "AidMailsRefused": {'aid_mail_attempts_total{kind="ready",outcome="refused"}': "0x20 0+2x180"},
    "AidRequestsFail": {'aid_requests_total{route="submit",status="503"}': "0x55 0+20x145"},
    "AidPagesSlow": {f'aid_request_seconds_bucket{{route="form",le="{bound}"}}': "0x200" for bound in ("0.1", "2.5")},
    "AidSiteLimitReached": {'aid_rate_limited_total{rule="site"}': ONCE},
}

MORE: list[tuple[set[str], dict[str, str]]] = [
    ({"AidServiceDown", "AidProcessDown"}, {'up{service="gateway",instance="gateway-1"}': "1x55 0x145"}),
    ({"AidDependencyAway"}, {'aid_waiting{service="packager",waits_for="cassandra"}': "0x55 1x145"}),
    (
        {"AidEngineRefuses"},
        {'aid_engine_cool_down_end_timestamp_seconds{engine="google"}': "0x20 2100x16 3240x17 4140x145"},
    ),
    ({"AidSiteLimitReached"}, {'aid_rate_limited_total{rule="domain"}': ONCE}),
]
"""Other ways to the same; an engine that refuses again two minutes after each quarter of an hour."""

SILENT: list[dict[str, str]] = [
    {"aid_relay_away_seconds": "0x10 0+60x190", 'aid_mails_put_off_total{kind="ready"}': "0x12 1x188"},
    {'aid_engine_cool_down_end_timestamp_seconds{engine="google"}': "0x46 3660x154"},
    {
        "aid_jobs_running": "2x200",
        'aid_jobs_total{state="completed"}': "0+2x25 50x175",
        'aid_jobs_total{state="failed",reason="no_results"}': "3x200",
    },
]
"""Looks like trouble and is none: a relay that nobody has tried since, one cool-down of a quarter of an hour, two jobs
that wait for one by night."""

ALSO = {
    "AidArchivesDiskFull": {"AidArchivesDiskFills"},
    "AidEveryEngineRefuses": {"AidEngineRefuses"},
}
"""What goes with it and is no false alarm."""
