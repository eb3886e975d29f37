"""What a person is told while the tests run: each one's sentence and how long it took, on a line of its own."""

import pytest

from deploy.local.timing import say

_WIDTH = 92


class Steps:
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            say(f"{_told(report):<{_WIDTH}}", report.duration)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots among the lines."""
        return ("passed", "", "") if report.when == "call" and report.passed else None


def _told(report: pytest.TestReport) -> str:
    words = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return f"- {words}" if report.passed else f"- {report.outcome.upper()}: {words}"
