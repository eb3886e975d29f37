"""Accepting a request with what the desk holds: from the form and from the API alike."""

from datetime import datetime

from services.gateway.asking.forms import Reading
from services.gateway.desk import Desk
from services.gateway.jobs.submissions import Accepted, accept


async def accept_at(desk: Desk, reading: Reading, nonce: str | None, *, client: str, now: datetime) -> Accepted:
    """Errors as of `accept`. `client` is what whoever asks is counted by."""
    return await accept(
        reading,
        nonce,
        stores=desk.stores.get,
        publisher=desk.publisher.get,
        admit=desk.admissions.by(client),
        now=now,
        patience=desk.patience,
    )
