import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local.ports import LOOPBACK, free_ports
from shared.health import Health, serving_health
from shared.probe import why_not_ready


@asynccontextmanager
async def health() -> AsyncIterator[tuple[Health, dict[str, str]]]:
    (port,) = free_ports(1)
    async with serving_health(LOOPBACK, port) as health:
        yield health, {"AID_HEALTH_PORT": str(port)}


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def test_a_service_that_has_all_it_needs_is_ready() -> None:
    async with health() as (service, environ):
        service.ready_when(kafka=yes)
        assert await asyncio.to_thread(why_not_ready, environ) is None


async def test_what_is_away_is_named() -> None:
    async with health() as (service, environ):
        service.ready_when(kafka=yes, cassandra=no)
        assert await asyncio.to_thread(why_not_ready, environ) == '{"kafka": true, "cassandra": false}'


async def test_a_service_that_is_being_set_up_is_not_ready() -> None:
    async with health() as (_, environ):
        assert "starting" in (await asyncio.to_thread(why_not_ready, environ) or "")


def test_silence_is_told_apart() -> None:
    (port,) = free_ports(1)
    assert (why_not_ready({"AID_HEALTH_PORT": str(port)}) or "").startswith("no answer: ")


def test_a_command_ends_non_zero_and_says_why() -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "shared.probe"]
    ended = subprocess.run(  # noqa: S603 - our own
        command, env={"AID_HEALTH_PORT": str(port)}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr[:9]) == (1, "no answer")


def test_the_probe_loads_nothing_but_the_standard_library() -> None:
    told = (
        "import sys, shared.probe; print(*{name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    ended = subprocess.run([sys.executable, "-S", "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    assert set(ended.stdout.split()) <= {"shared", "__main__"}
