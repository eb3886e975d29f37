"""What was promised is given for its time; then nothing of it is left. Who asked is told to nobody at any time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import pytest

from deploy.local.journey import Form, Wish, wait_for_link
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from shared.links import Links
from tests.e2e.traces import Traces

pytestmark = pytest.mark.e2e

WISH = Wish(query="fading herons", images=5, email="expiry@example.com")
"""Nobody else's words: wherever they turn up, they are this job's."""

LEFT_OF_AN_EXPIRED_JOB = {"job_id", "state", "version", "outbox", "timers"}
"""The last two say which fact was told, and that no timer is armed."""


class Person:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def sees(self, url: str) -> tuple[int, bytes]:
        async with self._session.get(url) as answer:
            return answer.status, await answer.read()

    async def is_told(self, url: str, words: str) -> bool:
        status, page = await self.sees(url)
        return status == HTTPStatus.GONE and words.encode() in page


@pytest.fixture
async def traces(stack: Stack) -> AsyncIterator[Traces]:
    async with Traces.of(stack) as traces:
        yield traces


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    async with aiohttp.ClientSession() as session:
        yield Person(session)


async def until(condition: Callable[[], Awaitable[bool]], patience: float) -> None:
    """TimeoutError says it never came true."""
    async with asyncio.timeout(patience):
        while not await condition():
            await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Sent:
    """What the person holds: the address of the status page, and the link of the mail."""

    status: str
    link: str

    @property
    def tokens(self) -> list[str]:
        return [url.rpartition("/")[2] for url in (self.status, self.link)]


@pytest.fixture(scope="module")
def sent(stack: Stack) -> Sent:
    with Form.opened(stack.plan.web_url, stack.tools.chromium) as form:
        form.submit(WISH)
        status = form.driver.current_url.partition("?")[0]
    return Sent(status, wait_for_link(Mailbox(stack.plan.mail_url, WISH.email)))


@pytest.fixture(scope="module")
def job_id(stack: Stack, sent: Sent) -> str:
    links = Links(((stack.plan.home / "secret-keys").read_text(),), stack.plan.web_url)
    return str(links.read_download(sent.tokens[1]).job_id)


async def test_the_link_lives_its_time_and_then_nothing_is_left(
    traces: Traces, person: Person, sent: Sent, job_id: str
) -> None:
    assert (await person.sees(sent.link))[0] == HTTPStatus.OK
    assert traces.archives(job_id)

    await until(lambda: person.is_told(sent.link, "Link has expired"), patience=60)
    assert (await traces.rows(job_id))["jobs"][0]["state"] == "completed"  # its time is over, and it still lies there

    await until(lambda: traces.are_gone(job_id), patience=60)
    (job,) = (await traces.rows(job_id))["jobs"]
    assert job["state"] == "expired"
    assert {name for name, value in job.items() if value} <= LEFT_OF_AN_EXPIRED_JOB
    for url in (sent.link, sent.status):
        assert (await person.sees(url))[0] == HTTPStatus.GONE


async def test_no_log_and_no_topic_tells_an_address_or_a_link(traces: Traces, sent: Sent, job_id: str) -> None:
    told = {**{name: text.encode() for name, text in traces.logs().items()}, **await traces.records()}

    def where(text: str) -> set[str]:
        return {name for name, said in told.items() if text.encode() in said}

    assert where(job_id) >= {"scheduler", "packager", "job-inbox.v1", "job-lifecycle.v1"}
    assert where(WISH.query) == {"job-inbox.v1", "job-due.v1"}
    assert [where(secret) for secret in ("@", *sent.tokens)] == [set()] * 3
