from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client import Counter

from deploy.local.ports import free_ports
from shared.health import Health, serving_health
from shared.waiting import waits_for

SEEN = Counter("aid_test_seen_total", "Counted by a test")


class Served:
    def __init__(self, health: Health, url: str, session: aiohttp.ClientSession) -> None:
        self.ready_when = health.ready_when
        self.alive_while = health.alive_while
        self._url = url
        self._session = session

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(self._url + path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    (port,) = free_ports(1)
    async with serving_health("127.0.0.1", port) as health, aiohttp.ClientSession() as session:
        yield Served(health, f"http://127.0.0.1:{port}", session)


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def test_a_service_that_is_starting_is_alive_and_not_ready_and_says_for_what_it_waits(served: Served) -> None:
    with waits_for("kafka"):
        assert await served.get("/livez") == (200, '{"alive": true, "waiting_for": ["kafka"]}')
        assert await served.get("/readyz") == (503, '{"starting": true, "waiting_for": ["kafka"]}')


async def test_a_service_is_ready_while_everything_it_needs_answers(served: Served) -> None:
    served.ready_when(kafka=yes, cassandra=yes)
    assert await served.get("/readyz") == (200, '{"kafka": true, "cassandra": true}')

    served.ready_when(kafka=yes, cassandra=no)
    assert await served.get("/readyz") == (503, '{"kafka": true, "cassandra": false}')
    assert (await served.get("/livez"))[0] == 200


async def test_a_process_is_dead_while_a_sign_tells_of_something_and_says_of_what(served: Served) -> None:
    stalled: dict[str, float] = {}
    served.alive_while(stalled=lambda: stalled)
    assert (await served.get("/livez"))[0] == 200

    stalled["job-inbox.v1-3"] = 125.0

    status, text = await served.get("/livez")
    assert status == 503
    assert '"alive": false' in text
    assert '"stalled": {"job-inbox.v1-3": 125.0}' in text


async def test_what_is_counted_can_be_read(served: Served) -> None:
    SEEN.inc(3)

    status, text = await served.get("/metrics")

    assert status == 200
    assert "aid_test_seen_total 3.0" in text


async def test_whoever_reads_the_metrics_has_the_dependencies_asked(served: Served) -> None:
    here = True

    async def answers() -> bool:
        return here

    served.ready_when(cassandra=answers)
    assert 'aid_dependency_answers{dependency="cassandra"} 1.0' in (await served.get("/metrics"))[1]
    here = False
    assert 'aid_dependency_answers{dependency="cassandra"} 0.0' in (await served.get("/metrics"))[1]
