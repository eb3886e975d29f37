"""Every event arrives two to five times and in another order; when all is over, every topic comes once more."""

import pytest

from shared.topics import FLOW
from tests.faults.repeating import Repeater, is_repeat, repeating
from tests.faults.scene import Scene
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults


async def test_what_is_said_again_does_nothing_again(trial: Trial, long: bool) -> None:
    async with repeating(trial.system.kafka_url, trial.rng) as repeater:
        await trial.people.submit_many(200 if long else 8, over=60 if long else 3)
        await trial.settle()
    searches = trial.system.web.visited("/search")
    before = await trial.settle()

    async with repeating(trial.system.kafka_url, trial.rng) as repeater_of_all:
        await say_everything_again(trial, repeater_of_all)
    after = await trial.settle()

    assert effects(after) == effects(before)
    assert trial.system.web.visited("/search") == searches
    trial.require_survival(after, repeats=repeater.said, replayed=repeater_of_all.said)


async def say_everything_again(trial: Trial, repeater: Repeater) -> None:
    topics = {topic.name for topic in FLOW}
    records = [record for record in await trial.records() if record.topic in topics and not is_repeat(record)]
    await repeater.say_all(records)


def effects(scene: Scene) -> tuple[object, ...]:
    """What a person, or a picture host, would notice."""
    rows = {row["job_id"]: (row["state"], row["version"], row["run"]) for row in scene.tables["jobs"]}
    return rows, sorted(copy.message_id for copy in scene.mails), dict(scene.archives)
