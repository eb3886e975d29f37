"""A job told as it goes: server-sent events (aiohttp-sse), each of which is the whole state, and so replaces the last.

`id:` is the tag of what is told. Whoever comes back with it as `Last-Event-ID` is told nothing while that is still so,
and once how things are when it is not: nothing has to be kept for anybody.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse

from services.gateway.desk import DESK
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.live.feed import News, Pace
from services.gateway.live.looks import Look
from shared.errors import DependencyAwayError

log = structlog.get_logger()

STATUS, END = "status", "end"
COMPLETE, EXPIRED = "complete", "expired"
"""What the last event says: all is told, or nothing is left of the job. Nobody should come back after either."""

COME_BACK_MILLISECONDS = (2_000, 8_000)
"""Each at another moment: a gateway that ends has hundreds."""


@dataclass(frozen=True)
class Telling:
    """`look` raises as `look_at`; `draw` makes an event's data of what it saw; `over`: there is nothing to wait for.

    `tag` is the same while there is nothing new to tell. `tell_operator` is told of what went wrong on the way.
    """

    job_id: UUID
    look: Callable[[], Awaitable[Look]]
    draw: Callable[[Look], str]
    over: Callable[[Look], bool]
    tell_operator: Callable[[Exception], None]
    tag: Callable[[Look], str] = attrgetter("tag")


async def stream(request: web.Request, telling: Telling) -> web.StreamResponse:
    """Until all is told, the reader is gone or the process stops. What is wrong at first is an ordinary answer."""
    with request.app[DESK].feed.watching(telling.job_id) as news:
        first = await news.look(telling.look)
        pace = request.app[DESK].pace
        response = EventSourceResponse(ping_interval=pace.at_most, send_timeout=pace.send)
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        async with response:
            await _tell_all(_Stream(response, news, telling, pace), first, last_event_id(request))
        return response


def last_event_id(request: web.Request) -> str | None:
    """A page that opens a new stream can send no header."""
    return request.headers.get("Last-Event-ID") or request.query.get("last-event-id")


@dataclass(frozen=True)
class _Stream:
    response: EventSourceResponse
    news: News[Look]
    telling: Telling
    pace: Pace

    async def follow(self, first: Look, known: str | None) -> str | None:
        """Why all is told; None when it is not."""
        look: Look | None = first
        while self.response.is_connected() and not self.news.ended:
            if look is not None and (tag := self.telling.tag(look)) != known:
                await self._tell(look, tag)
                known = tag
            if look is not None and self.telling.over(look):
                return COMPLETE
            soon = look is not None and look.more_comes_soon
            await self.news.wait(self.pace.at_least, self.pace.soon if soon else self.pace.at_most)
            try:
                look = await self._look_again(say=look is not None)
            except LinkExpiredError:
                return EXPIRED
        return None

    async def _tell(self, look: Look, tag: str) -> None:
        retry = random.randint(*COME_BACK_MILLISECONDS)
        await self.response.send(self.telling.draw(look), id=tag, event=STATUS, retry=retry)

    async def _look_again(self, *, say: bool) -> Look | None:
        """None while it cannot be seen: what was told last stands until it can."""
        if self.news.ended:
            return None
        try:
            return await self.news.look(self.telling.look)
        except DependencyAwayError as away:
            if say:
                self.telling.tell_operator(away)
            return None


async def _tell_all(stream: _Stream, first: Look, known: str | None) -> None:
    response = stream.response
    try:
        ending = await stream.follow(first, known)
        if ending:
            await response.send(ending, event=END)
    except ConnectionError:
        log.debug("stream_left")
    except TimeoutError:
        log.info("slow_reader_dropped", job_id=str(stream.telling.job_id))
    except Exception as error:  # noqa: BLE001 - half an answer is out: all that is left is to end it
        stream.telling.tell_operator(error)
        response.force_close()
