"""`/livez`, `/readyz` and `/metrics`, on a port of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import Gauge, generate_latest

from shared.waiting import waiting_for

CHECK_SECONDS = 3.0

ANSWERS = Gauge("aid_dependency_answers", "1 while it answers this process, 0 while it does not", ["dependency"])

Check = Callable[[], Awaitable[bool]]

Sign = Callable[[], object]
"""What is wrong; empty while nothing is."""


class Health:
    """Ready once `ready_when` was called and while each of its checks says yes. Alive while no sign says otherwise.

    That the event loop turns is told by the answer itself: a blocked one gives none within the probe's patience.
    """

    def __init__(self) -> None:
        self._checks: dict[str, Check] | None = None
        self._signs: dict[str, Sign] = {}

    def alive_while(self, **signs: Sign) -> None:
        """From now on the process counts as dead while one of these tells of something."""
        self._signs |= signs

    def ready_when(self, **checks: Check) -> None:
        """The service is set up; from now on it is ready while these dependencies answer."""
        self._checks = checks

    async def livez(self, _request: web.Request) -> web.Response:
        wrong = {name: told for name, sign in self._signs.items() if (told := sign())}
        answer = {"alive": not wrong, "waiting_for": waiting_for(), **wrong}
        return web.json_response(answer, status=503 if wrong else 200)

    async def readyz(self, _request: web.Request) -> web.Response:
        if self._checks is None:
            return web.json_response({"starting": True, "waiting_for": waiting_for()}, status=503)
        answers = await _answers(self._checks)
        return web.json_response(answers, status=200 if all(answers.values()) else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Asks anew: a process with nothing to do notices otherwise too late that a server is away."""
        await _answers(self._checks or {})
        return web.Response(body=generate_latest(), content_type="text/plain", charset="utf-8")


async def _answers(checks: Mapping[str, Check]) -> dict[str, bool]:
    answers = dict(zip(checks, await asyncio.gather(*map(_in_time, checks.values())), strict=True))
    for name, answer in answers.items():
        ANSWERS.labels(name).set(answer)
    return answers


async def _in_time(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return False


@asynccontextmanager
async def serving_health(host: str, port: int) -> AsyncIterator[Health]:
    """Answers from the first moment, so that a service that waits for a dependency can be told from a dead one."""
    health = Health()
    app = web.Application()
    app.router.add_get("/livez", health.livez)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield health
    finally:
        await runner.cleanup()
