"""What each service has to do in its rounds, and what keeps one process of it from doing more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.events import ArchiveBuilt, Event, JobScheduled, MailKind, MailSent, SearchFinished

WITHOUT_WAITING = {"AID_SEARCH_SLOTS": "4"}
"""The others of a round are to be no limit."""


@dataclass(frozen=True)
class Stage:
    """`rest`: the other services that run, one process each. `ends`, with fields `like`: the word that a job is done.

    `begins`: what must have come of each before the clock runs, where the stage before it takes its time as well.
    `told`: settings of all. `due_in` seconds, when jobs wait for their time before they are measured; None, when what
    is measured is their being taken in. `waits_for`: what one process waits for.
    """

    service: str
    rest: tuple[str, ...]
    jobs: int
    images: int
    query: str
    ends: type[Event]
    waits_for: str
    told: Mapping[str, str] = field(default_factory=dict)
    like: Mapping[str, object] = field(default_factory=dict)
    due_in: float | None = 8.0
    begins: type[Event] | None = None
    unit: str = "jobs"


STAGES = (
    Stage(
        "scraper",
        rest=("scheduler", "packager", "notifier"),
        jobs=36,
        images=40,
        query="pandas slow:200",
        ends=SearchFinished,
        waits_for="its one search slot: two pages of 200 ms a job",
        told={"AID_PACK_SLOTS": "1", "AID_CONNECTIONS": "16"},
    ),
    Stage(
        "packager",
        rest=("scheduler", "scraper", "notifier"),
        jobs=48,
        images=40,
        query="pandas latency:on",
        begins=SearchFinished,
        ends=ArchiveBuilt,
        waits_for="its one pack slot and 8 connections, hosts of 50 to 200 ms",
        told={"AID_PACK_SLOTS": "1", "AID_CONNECTIONS": "8", **WITHOUT_WAITING},
    ),
    Stage(
        "notifier",
        rest=("scheduler",),
        jobs=180,
        images=40,
        query="pandas",
        ends=MailSent,
        like={"kind": MailKind.STARTED},
        waits_for="its pace of 10 mails a second; four connections, answers of 50 to 100 ms",
        unit="mails",
    ),
    Stage(
        "scheduler",
        rest=(),
        jobs=2400,
        images=40,
        query="pandas",
        ends=JobScheduled,
        waits_for="a conditional write of 8 ms a job and partition",
        due_in=None,
    ),
)
