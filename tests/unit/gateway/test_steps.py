"""A job's way, step by step."""

from datetime import timedelta
from uuid import uuid4

from services.gateway.jobs.statuses import ACCEPTED, Status
from services.gateway.pages.enginelines import ending_words
from services.gateway.pages.headings import current_among
from services.gateway.pages.steps import Step, steps_of
from shared.events import Stage
from shared.jobs import JobState
from shared.searches import Asked
from tests.unit.gateway.site import NOW

BEFORE = NOW - timedelta(minutes=5)


def marks_of(state: str, **known: object) -> dict[str, str]:
    status = Status(uuid4(), state, submitted_at=BEFORE, due_at=NOW, **known)  # type: ignore[arg-type]
    return {step.name: str(step.mark) for step in steps_of(status)}


AHEAD = {"Started": "ahead", "Searching": "ahead", "Downloading and packing": "ahead", "Ready": "ahead"}
BEGUN = {"Accepted": "done", "Scheduled for": "done", "Started": "done"}


def test_one_step_is_the_current_one_until_the_end() -> None:
    running = {"started_at": NOW}

    assert marks_of(ACCEPTED) == {"Accepted": "current", "Scheduled for": "ahead", **AHEAD}
    assert marks_of(JobState.SCHEDULED) == {"Accepted": "done", "Scheduled for": "current", **AHEAD}
    assert marks_of(JobState.RUNNING, stage=Stage.SEARCH, **running) == BEGUN | {
        "Searching": "current",
        "Downloading and packing": "ahead",
        "Ready": "ahead",
    }
    assert marks_of(JobState.RUNNING, stage=Stage.PACK, **running) == BEGUN | {
        "Searching": "done",
        "Downloading and packing": "current",
        "Ready": "ahead",
    }
    assert set(marks_of(JobState.COMPLETED, **running).values()) == {"done"}


def test_what_a_job_never_came_to_is_left_out() -> None:
    assert marks_of(JobState.CANCELLED) == {"Accepted": "done", "Scheduled for": "ahead", "Cancelled": "bad"}
    assert marks_of(JobState.CANCELLED, started_at=NOW) == {**BEGUN, "Cancelled": "bad"}
    assert marks_of(JobState.FAILED, started_at=NOW) == {**BEGUN, "Failed": "bad"}


def test_it_searches_on_while_it_packs_until_every_engine_has_ended() -> None:
    def steps(ending: str) -> list[Step]:
        engines = (Asked("google", "exhausted", found=9), Asked("bing", ending))
        return steps_of(Status(uuid4(), JobState.RUNNING, stage=Stage.PACK, started_at=NOW, engines=engines))

    current = [step.name for step in steps("under_way") if step.mark == "current"]
    assert current == ["Searching", "Downloading and packing"]
    assert current_among(steps("under_way")).name == "Downloading and packing"
    assert [step.name for step in steps("enough") if step.mark == "current"] == ["Downloading and packing"]


def test_each_step_says_when_it_was_or_will_be() -> None:
    status = Status(uuid4(), JobState.SCHEDULED, submitted_at=BEFORE, due_at=NOW)

    assert [step.at for step in steps_of(status)][:2] == [BEFORE, NOW]


def test_an_engine_says_what_it_gave_and_why_no_more() -> None:
    assert ending_words(Asked("google", "blocked", found=12)) == "12 found, turned us away"
    assert ending_words(Asked("google", "exhausted", left_out=37)) == "37 left out by your filters, had no more"
    assert ending_words(Asked("bing", "no_results")) == "had nothing for this"
    assert ending_words(Asked("bing", "gone_fishing")) == "gone fishing"
