"""Which worker runs what: servers are started once, not by each."""

from xdist.scheduler import LoadScopeScheduling

SYSTEM = ("tests/e2e", "tests/faults")
SERVERLESS = (
    "tests/unit",
    "tests/integration/scraper/test_google_matrix.py",
    "tests/integration/packager/test_archive_programs.py",
    "tests/integration/packager/test_guard",
    "tests/integration/packager/test_hostile.py",
    "tests/integration/packager/test_sheetdrawing.py",
)


class ByServers(LoadScopeScheduling):  # type: ignore[misc]  # ships no py.typed
    """The whole system is one worker's, its parts on their servers another's."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SYSTEM):
            return "system"
        return "serverless" if nodeid.startswith(SERVERLESS) else "parts"
