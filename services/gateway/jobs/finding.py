"""The job that a status link leads to."""

from services.gateway.desk import Desk
from services.gateway.jobs.statuses import Status, status_of
from services.gateway.patience import within


async def find_status(desk: Desk, token: str) -> Status:
    """BadLinkError, LinkExpiredError or DependencyAwayError."""
    signed = desk.links.read_status(token)
    return await within(desk.patience, "cassandra", status_of(signed, stores=desk.stores.get()))
