"""The mail relay asks for patience, refuses, hangs, hangs up after DATA and goes away; jobs end all the same."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.scene import Scene
from tests.faults.system import System
from tests.faults.trial import Trial
from tests.integration.relay import ScriptedRelay
from tests.integration.troubles import OK, Answer, Trouble

pytestmark = pytest.mark.faults

CHANCES: dict[str, list[tuple[float, Answer]]] = {
    "CONNECT": [(0.1, Trouble.SAYS_NOTHING)],
    "MAIL": [(0.1, "451 not now"), (0.03, Trouble.SAYS_NOTHING)],
    "RCPT": [(0.1, "450 busy"), (0.05, "550 unknown"), (0.03, Trouble.SAYS_NOTHING)],
    "DATA": [(0.1, "454 slow down"), (0.05, "554 spam"), (0.04, Trouble.SAYS_NOTHING), (0.05, Trouble.HANGS_UP)],
}
"""Of ten attempts three are asked for patience, one is refused, one hangs; of twenty one is hung up on after DATA."""

SOON = {"AID_MAIL_PAUSE_SECONDS": "5"}
"""Otherwise the last of five hundred mails would come after an hour."""


class Moods:
    """Every trouble once, then by chance. `answered` counts the troubles; `refused` the 5xx by whom they were for."""

    def __init__(self, rng: random.Random) -> None:
        self.answered: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._rng = rng
        self._first = {command: rng.sample(chances, len(chances)) for command, chances in CHANCES.items()}

    def __call__(self, command: str, recipient: str) -> Answer:
        answer = self._decide(command)
        if answer != OK:
            name = answer.value if isinstance(answer, Trouble) else f"{str(answer)[0]}xx"
            self.answered[name] += 1
            self.refused.update([recipient] if name == "5xx" else [])
        return answer

    def _decide(self, command: str) -> Answer:
        if self._first.get(command):
            return self._first[command].pop()[1]
        chance = self._rng.random()
        for share, answer in CHANCES.get(command, []):
            if chance < share:
                return answer
            chance -= share
        return OK


async def test_no_mail_is_lost_or_doubled_and_no_job_minds_whatever_the_relay_does(trial: Trial, long: bool) -> None:
    jobs, away = (300, 90.0) if long else (8, 1.5)
    async with moody(trial, SOON if long else {}) as moods:
        asking = asyncio.ensure_future(trial.people.submit_many(jobs, over=120 if long else 2, images=5))
        await gone(trial.system.relay, away)
        await asking
        scene = await trial.settle(patience=2400 if long else 120)

    assert_nobody_refused_was_asked_again(scene, moods)
    troubles = {name: moods.answered[name] for name in sorted(moods.answered)}
    trial.require_survival(scene, mails=len(scene.tables["mails"]), images=5, away=away, **troubles)


@asynccontextmanager
async def moody(trial: Trial, settings: dict[str, str]) -> AsyncIterator[Moods]:
    moods = Moods(random.Random(trial.seed))
    async with notifiers_told(trial.system, settings):
        trial.system.relay.mood = moods
        try:
            yield moods
        finally:
            trial.system.relay.mood = lambda _command, _recipient: OK


@asynccontextmanager
async def notifiers_told(system: System, settings: dict[str, str]) -> AsyncIterator[None]:
    """Started anew with other settings, and at the end again with their own."""
    if not settings:
        yield
        return
    own = [(instance, instance.environment) for instance in system.fleet.of("notifier")]
    for instance, environment in own:
        instance.environment = {**environment, **settings}
        await instance.stop()
        await instance.start()
    try:
        yield
    finally:
        for instance, environment in own:
            instance.environment = environment
            await instance.stop()
            await instance.start()
            await instance.ready()


async def gone(relay: ScriptedRelay, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await relay.stop()
    await asyncio.sleep(seconds)
    await relay.start()


def assert_nobody_refused_was_asked_again(scene: Scene, moods: Moods) -> None:
    """As many mails are noted as refused as were refused, person by person."""
    address = {job.job_id: job.address for job in scene.accepted}
    noted = Counter(address[row["job_id"]] for row in scene.tables["mails"] if row["state"] == "refused")
    assert noted == moods.refused
