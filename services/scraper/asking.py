"""Asks engines over HTTP (aiohttp): one page at a time, no cookies, no more than can be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from services.scraper.engines.paged import Answer, Ask, NoAnswerError
from shared.retryafter import retry_after

MAX_BYTES = 8_000_000
"""Of one page; the largest real one has some hundred thousand. What is beyond is not read."""

MAX_REDIRECTS = 5
TIMEOUT = ClientTimeout(total=20, sock_connect=5, sock_read=10)


class Asking:
    """Every question on its own; what was answered before is not remembered."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def get(self, ask: Ask) -> Answer:
        """Any status is an answer. NoAnswerError when none comes, in time and whole."""
        try:
            async with self._session.get(
                ask.address, params=ask.parameters, headers=ask.headers, max_redirects=MAX_REDIRECTS
            ) as answer:
                text = await _text_of(answer)
                return Answer(answer.status, str(answer.url), text, retry_after(answer.headers, datetime.now(UTC)))
        except (ClientError, TimeoutError) as error:
            raise NoAnswerError(type(error).__name__) from error


@asynccontextmanager
async def asking(user_agent: str) -> AsyncIterator[Asking]:
    """`user_agent` says who we are, as open APIs want it."""
    headers = {"User-Agent": user_agent, "Accept-Language": "en"}
    async with ClientSession(headers=headers, timeout=TIMEOUT, cookie_jar=DummyCookieJar()) as session:
        yield Asking(session)


async def _text_of(answer: ClientResponse) -> str:
    """What is not in its character set is replaced: one bad byte must not cost a page."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        body += piece
        if len(body) > MAX_BYTES:
            answer.close()
            break
    try:
        return body[:MAX_BYTES].decode(answer.charset or "utf-8", errors="replace")
    except (LookupError, ValueError):  # a character set that does not exist, or is none of texts
        return body[:MAX_BYTES].decode(errors="replace")
