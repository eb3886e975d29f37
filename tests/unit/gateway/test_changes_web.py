"""What can be asked of a job, over HTTP with the servers away: refused before any of them is needed."""

from uuid import uuid4

import pytest
from aiohttp import ClientSession

from services.gateway.desk import Desk

CHANGES = ["cancel", "reschedule", "again", "delete"]


@pytest.mark.parametrize("prefix", ["/jobs", "/api/v1/jobs"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_link_that_is_followed_changes_nothing(visitor: ClientSession, prefix: str, change: str) -> None:
    async with visitor.get(f"{prefix}/made-up/{change}") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("prefix", ["/jobs", "/api/v1/jobs"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_link_that_is_not_ours_changes_nothing(visitor: ClientSession, prefix: str, change: str) -> None:
    async with visitor.post(f"{prefix}/made-up/{change}") as answer:
        assert answer.status == 404
        assert "invalid link" in await answer.text()


@pytest.mark.parametrize("change", CHANGES)
async def test_other_sites_press_no_buttons(desk: Desk, visitor: ClientSession, change: str) -> None:
    path = f"/jobs/{desk.links.status_token(uuid4())}/{change}"

    async with visitor.post(path, headers={"Origin": "http://elsewhere.example"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("prefix", ["/jobs", "/api/v1/jobs"])
@pytest.mark.parametrize("change", CHANGES)
async def test_with_its_servers_away_nothing_is_promised(
    desk: Desk, visitor: ClientSession, prefix: str, change: str
) -> None:
    async with visitor.post(f"{prefix}/{desk.links.status_token(uuid4())}/{change}") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
