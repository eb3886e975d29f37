"""What tests have measured, printed after the last of them, whichever worker ran them."""

from collections.abc import Iterable

import pytest

from tests.pictureweb.matrix import PROPERTY, table


def print_tables(reporter: pytest.TerminalReporter) -> None:
    """From the properties of the reports: they are what a worker hands over."""
    reports = [report for reports in reporter.stats.values() for report in reports]
    if lines := list(_said(reports)):
        reporter.section("verdicts")
        for row in table(lines):
            reporter.write_line(row)


def _said(reports: Iterable[object]) -> Iterable[str]:
    for report in reports:
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from (str(value) for name, value in report.user_properties if name == PROPERTY)
