"""One candidate's way to its bytes: redirects, another try where it helps, a slot held until the bytes are used."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol, Self

from yarl import URL

from services.packager.addresses import picture_address, redirected, referer
from services.packager.bodies import Body
from services.packager.inline import bytes_inline, is_inline
from services.packager.refusals import RefusedError
from services.packager.slots import Slots
from services.packager.tries import TryFailedError, pause_after
from shared.images import FoundImage
from shared.refusals import Refusal

MAX_REDIRECTS = 5


class Getting(Protocol):
    async def get(self, url: URL, into: Body, *, referer: str | None, seconds: float) -> str | None: ...


@dataclass(frozen=True)
class Fetched:
    """What lay at an address. Holds memory and a slot until its block ends: no more bodies pile up than slots."""

    body: Body
    url: str
    held: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.held.close()


class Rules(Protocol):
    async def check(self, url: URL) -> None:
        """TryFailedError when the host wants no program there."""


class NoRules:
    async def check(self, url: URL) -> None:
        pass


class Fetcher:
    """`seconds` is the time of one try, its redirects included; waiting for slots and for a host's rules is not."""

    def __init__(
        self,
        *,
        downloads: Getting,
        slots: Slots,
        new_body: Callable[[], Body],
        seconds: float,
        rules: Rules | None = None,
    ) -> None:
        self._downloads = downloads
        self._slots = slots
        self._new_body = new_body
        self._seconds = seconds
        self._rules = rules or NoRules()

    async def fetch(self, image: FoundImage) -> Fetched:
        """RefusedError when its bytes cannot be had."""
        if is_inline(image.url):
            return self._unpack(image.url)
        try:
            return await self._patiently(image.url, None)
        except TryFailedError as failed:
            page = referer(image.source_page) if failed.forbidden else None
            if page is None:
                raise RefusedError(failed.reason) from failed
        try:
            return await self._patiently(image.url, page)
        except TryFailedError as failed:
            raise RefusedError(failed.reason) from failed

    def _unpack(self, address: str) -> Fetched:
        """Nobody is asked for it."""
        with ExitStack() as held:
            body = held.enter_context(self._new_body())
            body.write(bytes_inline(address))
            return Fetched(body, address, held.pop_all())

    async def _patiently(self, address: str, page: str | None) -> Fetched:
        for tries in itertools.count(1):
            try:
                return await self._follow(address, page)
            except TryFailedError as failed:
                pause = pause_after(failed, tries)
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("counting never ends")

    async def _follow(self, address: str, page: str | None) -> Fetched:
        url = picture_address(address)
        clock = asyncio.get_running_loop().time
        seconds = self._seconds
        for _ in range(MAX_REDIRECTS + 1):
            await self._rules.check(url)
            with ExitStack() as held:
                held.enter_context(await self._slots.to(url.raw_host or ""))
                body = held.enter_context(self._new_body())
                begun = clock()
                location = await self._downloads.get(url, body, referer=page, seconds=max(seconds, 0.001))
                if location is None:
                    return Fetched(body, str(url), held.pop_all())
                seconds -= clock() - begun
            url = redirected(url, location)
        raise TryFailedError(Refusal.TOO_MANY_REDIRECTS)
