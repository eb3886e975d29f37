"""The same wish once more."""

from services.gateway.desk import Desk
from services.gateway.jobs.statuses import Status
from shared.links import Wish


def again_path(desk: Desk, status: Status) -> str:
    """The form, filled in with the same wish as far as it is known."""
    if not (status.query and status.asked):
        return "/"
    return f"/retry/{desk.links.retry_token(Wish(status.query, status.asked, status.filters))}"
