"""Every record comes two to five times, between others; then everything comes once more, in any order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from shared.topics import FLOW, JOB_PROGRESS
from tests.faults.repeating import AGAIN, from_the_beginning, repeating
from tests.faults.scene import Scene
from tests.faults.trial import Trial
from tests.integration.bus import readable

pytestmark = pytest.mark.faults


FLOWING = {topic.name for topic in FLOW}


@dataclass(frozen=True)
class Effects:
    """What the world would notice: mails, visits to web sites, archives, what became of each job, what was said."""

    mails: Counter[str]
    visits: int
    archives: dict[str, str]
    jobs: set[tuple[Any, ...]]
    messages: set[tuple[str, Any]]


async def test_what_is_said_again_has_no_effect_again(trial: Trial, long: bool) -> None:
    async with repeating(trial.system.kafka_url, trial.rng) as repeater:
        await trial.people.submit_many(200 if long else 8, over=60 if long else 1, images=5)
        await trial.settle(patience=600)
        await repeater.finish()
        scene = await trial.settle()
    before = await effects(trial, scene)

    async with repeating(trial.system.kafka_url, trial.rng) as repeater_of_all:
        await repeater_of_all.say_again(await everything_in_any_order(trial))
    scene = await trial.settle(patience=600)
    after = [await effects(trial, scene)]
    if long:
        await from_the_beginning(trial.system, trial.beginning)
        scene = await trial.settle(patience=600)
        after.append(await effects(trial, scene))

    assert {job[2] for job in before.jobs} == {1}, "nothing ran twice"
    assert [differences(before, each) for each in after] == [{}] * len(after)
    trial.require_survival(scene, images=5, repeats=repeater.repeats, replayed=repeater_of_all.repeats)


def differences(before: Effects, after: Effects) -> dict[str, tuple[Any, Any]]:
    """What was there only before, and only after."""
    apart = {}
    for name in Effects.__dataclass_fields__:
        old, new = (set(_items(getattr(effects, name))) for effects in (before, after))
        if old != new:
            apart[name] = (sorted(map(str, old - new)), sorted(map(str, new - old)))
    return apart


def _items(effect: Any) -> Iterable[Any]:
    if isinstance(effect, Mapping):
        return effect.items()
    return effect if isinstance(effect, set) else [effect]


async def everything_in_any_order(trial: Trial) -> list[Any]:
    records = [record for record in await trial.records() if record.topic in FLOWING and AGAIN not in record.headers]
    trial.rng.shuffle(records)
    return records


async def effects(trial: Trial, scene: Scene) -> Effects:
    ours = {job.job_id for job in scene.accepted}  # those of earlier tests expire meanwhile
    said = [readable(record) for record in await trial.records() if record.topic in FLOWING - {JOB_PROGRESS.name}]
    return Effects(
        mails=Counter(copy.message_id for copy in scene.mails),
        visits=sum(trial.system.web.visits.values()),
        archives={name: archive.sha256 for name, archive in scene.archives.items()},
        jobs={(row["job_id"], row["state"], row["run"], row["version"]) for row in scene.tables["jobs"]},
        messages={(event.type_name(), event.event_id) for event in said if event and event.job_id in ours},
    )
