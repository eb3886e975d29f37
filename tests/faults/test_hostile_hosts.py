"""Most pictures lie on hosts that drip, never end, loop, break off, lie about what they send, or lead inside."""

import pytest

from shared.errors import Reason
from shared.refusals import Refusal
from tests.faults.scene import Row, Scene
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

HOSTILE = (
    *("drip", "endless", "loop", "reset", "html", "disguised", "truncated", "to-loopback", "to-private", "to-metadata"),
    *("missing",) * 5,
)
"""A third of the bad ones are simply gone: with three bad ones in five, one in five of all."""

NOTHING_GOOD = frozenset({Reason.NO_PICTURES})

LONGEST = {"short": 90.0, "long": 420.0}
"""Seconds that a job may take; the long one is what the settings promise. Without spares all that is found is tried."""


async def test_hostile_hosts_cost_their_own_pictures_and_no_job(trial: Trial, long: bool) -> None:
    jobs, images = (50, 100) if long else (6, 25)
    for _ in range(jobs):
        kinds = ",".join(trial.rng.sample(HOSTILE, len(HOSTILE)))
        await trial.people.submit(images=images, query=f"bears results:{images} bad:60 kinds:{kinds}")
    hopeless = await trial.people.submit(
        query="bears results:10 bad:100 kinds:missing,html,loop", may_fail=NOTHING_GOOD
    )

    scene = await trial.settle(patience=900 if long else 120)

    trial.require_survival(scene, images=images, bad="60 %")
    ended = {row["job_id"]: row for row in scene.tables["jobs"]}
    assert (ended[hopeless.job_id]["state"], ended[hopeless.job_id]["reason"]) == ("failed", "no_pictures")
    for row in completed(scene):
        require_partial_success(row, images)
        assert (row["ended_at"] - row["started_at"]).total_seconds() < LONGEST["long" if long else "short"]
    assert trial.system.web.visited("/inside") == 0


def completed(scene: Scene) -> list[Row]:
    return [row for row in scene.tables["jobs"] if row["state"] == "completed"]


def require_partial_success(row: Row, images: int) -> None:
    """All that is good is there, and what is not is told with its reason."""
    assert row["found"] == images
    assert row["kept"] == images - images * 60 // 100
    assert sum(row["refused"].values()) == row["found"] - row["kept"]
    assert {Refusal.GONE, Refusal.TIMEOUT, Refusal.FORBIDDEN_ADDRESS} <= row["refused"].keys()
