"""What there is to show of a job at one moment, and how to tell that it is something else by now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from aiohttp import web

from services.gateway.archives.sheets import sheet_beside
from services.gateway.desk import Desk
from services.gateway.jobs.statuses import Status, status_of
from services.gateway.patience import within
from shared.contactsheets import Extent
from shared.jobs import JobState
from shared.links import SignedJob
from shared.searches import NOT_ASKED

SHEET_COMES_WITHIN = timedelta(seconds=15)
"""It is drawn when the archive is there already."""


@dataclass(frozen=True)
class Look:
    """`sheet` is the room that a contact sheet needs, None without one; `awaits_sheet`: one may still come.

    `left_alone`: until when, for the engines that have refused a search that goes on.
    """

    status: Status
    downloadable: bool
    sheet: Extent | None = None
    awaits_sheet: bool = False
    left_alone: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The same while there is nothing new to show, on every gateway: an ETag, and the id of an event."""
        shown = blake2b(repr(self).encode(), digest_size=6).hexdigest()
        return f"{self.status.version}.{shown}"

    @property
    def more_to_come(self) -> bool:
        """Also after the end: the contact sheet, and until when the link lives, which its mail decides."""
        if not self.status.ended or self.awaits_sheet:
            return True
        return self.downloadable and self.status.link_until is None


async def look_at(desk: Desk, signed: SignedJob) -> Look:
    """LinkExpiredError or DependencyAwayError."""
    status = await within(desk.patience, "cassandra", status_of(signed, stores=desk.stores.get()))
    left_alone = await within(desk.patience, "cassandra", _left_alone(desk, status))
    sheet = await sheet_beside(desk, status)
    return Look(status, status.downloadable(desk.now()), sheet, _awaits_sheet(status, sheet, desk.now()), left_alone)


async def _left_alone(desk: Desk, status: Status) -> dict[str, datetime]:
    refused = {one.engine for one in status.engines if one.ending in ("blocked", NOT_ASKED)}
    if status.state != JobState.RUNNING or not refused:
        return {}
    ends = await desk.stores.get().cool_downs.ends()
    return {engine: ends[engine] for engine in sorted(refused & ends.keys()) if ends[engine] > desk.now()}


def is_known(request: web.Request, look: Look) -> bool:
    """Whether whoever asks says that this is what it was shown last."""
    return any(tag.value == look.tag for tag in request.if_none_match or ())


def _awaits_sheet(status: Status, sheet: Extent | None, now: datetime) -> bool:
    just_completed = status.ended_at is not None and now - status.ended_at < SHEET_COMES_WITHIN
    return status.state == JobState.COMPLETED and sheet is None and just_completed
