"""A mail relay that answers each command after 50 to 100 ms, as one does that is elsewhere."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.relay import ScriptedRelay, relaying
from tests.integration.troubles import Answer

ANSWERS_AFTER = (0.05, 0.1)


@asynccontextmanager
async def faraway_relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as relay:
        relay.mood = _after_a_while
        yield relay


def _after_a_while(_command: str, _recipient: str) -> Answer:
    gate = asyncio.Event()
    asyncio.get_running_loop().call_later(random.uniform(*ANSWERS_AFTER), gate.set)
    return gate
