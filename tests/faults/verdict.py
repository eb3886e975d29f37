"""What the oracle found, and how a fault test says it: one line of JSON, with the seed that repeats it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tests.faults.scene import Accepted

MOST_SHOWN = 20


class Wrong(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    UNTRUE = "untrue"
    LEFT = "left"
    TOLD = "told"
    FAILED = "failed"
    """Not lost, but not survived either: at most one of a hundred may."""


@dataclass(frozen=True)
class Finding:
    wrong: Wrong
    job_id: UUID | None
    text: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.job_id or 'the system'}: {self.text}"


@dataclass(frozen=True)
class Verdict:
    """`endings` counts the accepted jobs by how they ended; `enough` is the share that must have completed."""

    accepted: int
    endings: Mapping[str, int]
    findings: Sequence[Finding]
    may_not_complete: int
    enough: float = 0.99

    @classmethod
    def of(cls, accepted: Sequence[Accepted], endings: Mapping[UUID, str], findings: Sequence[Finding]) -> "Verdict":
        ended = Counter(endings.get(job.job_id, "none") for job in accepted)
        excused = [job for job in accepted if job.may_fail or job.may_be_cancelled]
        not_completed = [job for job in excused if endings.get(job.job_id) != "completed"]
        return cls(len(accepted), dict(ended), findings, len(not_completed))

    @property
    def survived(self) -> bool:
        """Nothing lost, doubled, untrue, left or told, and nearly all completed."""
        broken = [finding for finding in self.findings if finding.wrong is not Wrong.FAILED]
        return not broken and self.endings.get("completed", 0) >= self.enough * (self.accepted - self.may_not_complete)

    def count(self, wrong: Wrong) -> int:
        return sum(finding.wrong is wrong for finding in self.findings)

    def line(self, **more: object) -> str:
        """One line of JSON; `more` are the fault, the seed, times."""
        wrong = {wrong.value: self.count(wrong) for wrong in Wrong}
        return json.dumps({**more, "accepted": self.accepted, **self.endings, **wrong, "survived": self.survived})

    def require(self, **more: object) -> None:
        """AssertionError with the line and the findings when it was not survived."""
        if not self.survived:
            shown = "\n".join(map(str, self.findings[:MOST_SHOWN]))
            raise AssertionError(f"{self.line(**more)}\n{shown}\n{len(self.findings)} findings in all")
