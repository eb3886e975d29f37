"""Which worker runs what: servers are started once, not by each, and what takes longest does not come last."""

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

SYSTEM = ("tests/e2e", "tests/faults")
BROWSERS = (
    "tests/integration/scraper/test_browsers",
    "tests/integration/scraper/test_canary.py",
    "tests/integration/scraper/test_engines.py",
    "tests/integration/scraper/test_google",
)
GUARDED = ("tests/integration/guarded",)
SERVERLESS = (
    "tests/unit",
    "tests/deploy",
    "tests/integration/packager/test_archive_programs.py",
    "tests/integration/packager/test_guard",
    "tests/integration/packager/test_hostile.py",
    "tests/integration/packager/test_sheetdrawing.py",
)
SCOPES = {"system": SYSTEM, "browsers": BROWSERS, "guarded": GUARDED, "serverless": SERVERLESS}
LONGEST_FIRST = ("parts", "system", "browsers", "guarded", "serverless")


class ByServers(LoadScopeScheduling):  # type: ignore[misc]  # ships no py.typed
    """The whole system is one worker's, its parts on their servers another's; then what needs no servers."""

    def _split_scope(self, nodeid: str) -> str:
        for scope, places in SCOPES.items():
            if nodeid.startswith(places):
                return scope
        return "parts"

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = next(scope for scope in LONGEST_FIRST if scope in self.workqueue)
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
