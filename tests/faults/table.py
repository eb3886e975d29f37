"""`python -m tests.faults.table FILE`: the verdicts of a run as the table of docs/reliability.md."""

import json
import sys
from pathlib import Path
from typing import Any

COLUMNS = ("fault", "load", "completed", "lost", "doubled", "untrue, left or told", "recovery")
COUNTS = ("completed", "failed", "cancelled", "lost", "doubled", "untrue", "left", "told", "survived")
NO_LOAD = frozenset({"fault", "seed", "long", "accepted", "none", "expired", "seconds", "recovery", *COUNTS})


def table(verdicts: list[dict[str, Any]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *map(_row, verdicts)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(verdict: dict[str, Any]) -> tuple[str, ...]:
    more = [f"{name} {value}" for name, value in verdict.items() if name not in NO_LOAD]
    wrong = sum(verdict[name] for name in ("untrue", "left", "told"))
    return (
        verdict["fault"].replace("_", " "),
        ", ".join([f"{verdict['accepted']} jobs", *more]).replace("_", " "),
        f"{verdict.get('completed', 0)} of {verdict['accepted']}",
        str(verdict["lost"]),
        str(verdict["doubled"]),
        str(wrong),
        f"{verdict['recovery']} s" if "recovery" in verdict else "",
    )


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text().splitlines()
    print(table([json.loads(line) for line in lines]))  # noqa: T201 - what it is for
