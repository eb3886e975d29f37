"""Every page that the gateway shows, each with something on it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from shared.archives import ArchiveFile, Kind
from shared.claims import Counts, Heartbeats
from shared.errors import Reason
from shared.events import Stage
from shared.filters import Colour, Filters, Orientation
from shared.links import Stop, Wish
from shared.recipients import Recipient, Recipients
from shared.searches import Asked, Search, Searches
from tests.integration.gateway.gateways import Gateway

WISH = Wish("red pandas in the snow", 145, Filters(colour=Colour.RED, orientation=Orientation.LANDSCAPE))
FORM = "/"


async def every_page(gateway: Gateway, *, sheet: bytes) -> dict[str, str]:
    """Paths by what they show. `sheet` is the contact sheet (WebP) of the archive that is ready."""
    return {
        "form": FORM,
        "form filled in": _path(gateway.desk.links.retry(WISH)),
        "api": "/api",
        "privacy": "/privacy",
        "nothing here": "/nothing",
        "not done here": "/jobs",
        "invalid link": "/download/made-up",
        **await _jobs_under_way(gateway),
        **await _jobs_that_ended(gateway, sheet),
        **await _links_that_lead_nowhere(gateway),
        **await _ways_out(gateway),
    }


async def _jobs_under_way(gateway: Gateway) -> dict[str, str]:
    now = datetime.now(UTC)
    accepted, scheduled, running = uuid4(), uuid4(), uuid4()
    recipient = Recipient("someone@example.com", "Europe/Berlin")
    await Recipients(gateway.cassandra).put(accepted, recipient, due_at=now, now=now)
    await _put(gateway, scheduled, due_at=now + timedelta(days=2, hours=3), submitted_at=now)
    await _put(gateway, running, state="running", run=1, due_at=now, submitted_at=now, started_at=now)
    for stage, counts in ((Stage.SEARCH, Counts(found=167)), (Stage.PACK, Counts(found=167, kept=83, refused=9))):
        await Heartbeats(gateway.cassandra).beat(running, 1, stage, counts, now=now)
    return {
        "accepted": _status(gateway, accepted),
        "scheduled": _status(gateway, scheduled),
        "running": _status(gateway, running),
    }


async def _jobs_that_ended(gateway: Gateway, sheet: bytes) -> dict[str, str]:
    now = datetime.now(UTC)
    began, ended = now - timedelta(minutes=4), now - timedelta(minutes=1)
    times = {"submitted_at": began, "due_at": began, "started_at": began, "ended_at": ended}
    completed, failed, cancelled = uuid4(), uuid4(), uuid4()
    await _put(gateway, completed, **_archive(now + timedelta(minutes=19)), **times)
    _keep_sheet(gateway, completed, sheet)
    commons = Asked("commons", "enough", ignored=("colour",))
    await Searches(gateway.cassandra).finish(completed, Search(finished=True, found=167, asked=(commons,)))
    await _put(gateway, failed, state="failed", run=1, reason=Reason.NO_RESULTS, **times)
    await _put(gateway, cancelled, state="cancelled", **times)
    return {
        "completed": _status(gateway, completed),
        "failed": _status(gateway, failed),
        "cancelled": _status(gateway, cancelled),
        "archive away": _path(gateway.desk.links.download(completed)),
    }


async def _links_that_lead_nowhere(gateway: Gateway) -> dict[str, str]:
    over, cleared = uuid4(), uuid4()
    await _put(gateway, over, **_archive(datetime.now(UTC) - timedelta(minutes=1)))
    await gateway.put_row(cleared, state="expired")
    return {
        "over": _status(gateway, over),
        "link expired": _path(gateway.desk.links.download(over)),
        "cleared away": _status(gateway, cleared),
    }


async def _ways_out(gateway: Gateway) -> dict[str, str]:
    stranger, stopped = (Stop(uuid4().hex, uuid4()) for _ in range(2))
    await gateway.desk.stores.get().suppressions.put(stopped.pseudonym, now=datetime.now(UTC))
    return {
        "this was not me": _path(gateway.desk.links.stop(stranger)),
        "no more mails": _path(gateway.desk.links.stop(stopped)),
    }


def _archive(expires_at: datetime) -> dict[str, object]:
    refused = {"not_a_picture": 4, "other_orientation": 3, "duplicate": 2}
    counts = {"found": 167, "kept": 137, "thumbnails": 2, "refused": refused}
    packed = {"archive_run": 1, "archive_size": 48_201_337, "archive_sha256": "9f86d081884c7d65" * 4}
    return {"state": "completed", "run": 1, "expires_at": expires_at, **counts, **packed}


def _keep_sheet(gateway: Gateway, job_id: UUID, sheet: bytes) -> None:
    (gateway.archives / ArchiveFile(job_id, 1, Kind.SHEET).name).write_bytes(sheet)


async def _put(gateway: Gateway, job_id: UUID, **columns: object) -> None:
    row = {"query": WISH.query, "images": WISH.images, "filters": WISH.filters.stored()}
    await gateway.put_row(job_id, **{**row, **columns})


def _status(gateway: Gateway, job_id: UUID) -> str:
    return f"/jobs/{gateway.desk.links.status_token(job_id)}"


def _path(url: str) -> str:
    return urlsplit(url).path
