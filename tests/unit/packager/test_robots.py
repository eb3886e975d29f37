"""The rules of hosts: whom they keep out, how often they are asked, and what happens when they do not answer."""

import asyncio

import pytest
from yarl import URL

from services.packager.robots import Robots
from services.packager.tries import TryFailedError
from shared.refusals import Refusal

PICTURE = URL("https://pictures.example:8443/private/7.jpg?size=large")


class Host:
    """Answers with these, one after the other; an exception is raised."""

    def __init__(self, *answers: bytes | TryFailedError | None) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def read(self, url: URL) -> bytes | None:
        self.asked.append(str(url))
        await asyncio.sleep(0)
        answer = self._answers.pop(0)
        if isinstance(answer, TryFailedError):
            raise answer
        return answer


async def reason(robots: Robots, url: URL = PICTURE) -> Refusal | None:
    try:
        await robots.check(url)
    except TryFailedError as failed:
        return failed.reason
    return None


@pytest.mark.parametrize(
    ("rules", "kept_out"),
    [
        (b"User-agent: *\nDisallow: /private/", True),
        (b"User-agent: *\nDisallow: /*.jpg", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: picker\nAllow: /", False),
        (b"User-agent: picker\nDisallow: /", True),
        (b"User-agent: other\nDisallow: /", False),
        (b"User-agent: *\nDisallow: /\nAllow: /private/7", False),
        (b"", False),
        (b"\xff\xfe\x00 rubbish " * 100_000, False),
        (b"<html>not found</html>", False),
        (None, False),
    ],
)
async def test_a_host_may_keep_programs_out(rules: bytes | None, kept_out: bool) -> None:
    assert await reason(Robots(Host(rules).read, "Picker")) is (Refusal.OPTED_OUT if kept_out else None)


async def test_a_host_is_asked_once_however_many_pictures_wait() -> None:
    host = Host(b"User-agent: *\nDisallow: /private/")
    robots = Robots(host.read, "Picker")

    reasons = await asyncio.gather(*(reason(robots, PICTURE.with_path(path)) for path in ("/a", "/private/b", "/c")))

    assert reasons == [None, Refusal.OPTED_OUT, None]
    assert host.asked == ["https://pictures.example:8443/robots.txt"]


async def test_other_ports_are_other_hosts() -> None:
    host = Host(b"User-agent: *\nDisallow: /", None)
    robots = Robots(host.read, "Picker")

    assert await reason(robots) is Refusal.OPTED_OUT
    assert await reason(robots, PICTURE.with_port(443)) is None


async def test_a_host_that_does_not_tell_its_rules_is_not_asked_for_pictures() -> None:
    host = Host(TryFailedError(Refusal.HOST_FAILED, again=True))
    robots = Robots(host.read, "Picker")

    assert await reason(robots) is Refusal.HOST_FAILED
    assert await reason(robots) is Refusal.HOST_FAILED
    assert len(host.asked) == 1


async def test_one_that_gives_up_waiting_costs_the_others_nothing() -> None:
    robots = Robots(Host(b"User-agent: *\nDisallow: /").read, "Picker")
    hasty, patient = asyncio.create_task(robots.check(PICTURE)), asyncio.create_task(reason(robots))
    await asyncio.sleep(0)

    hasty.cancel()

    assert await patient is Refusal.OPTED_OUT
