"""What there is to show of a job at one moment, and how to tell that it is something else by now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b

from aiohttp import web

from services.gateway.archives.sheets import AWAITED, sheet_beside
from services.gateway.desk import Desk
from services.gateway.jobs.finding import status_at
from services.gateway.jobs.statuses import Status
from services.gateway.patience import within
from shared.contactsheets import Extent
from shared.jobs import JobState
from shared.links import SignedJob
from shared.searches import NOT_ASKED

_SOON = timedelta(minutes=1)
"""As a rule the sheet and the mail follow a job's end within that time."""


@dataclass(frozen=True)
class Look:
    """`sheet` is the room that a contact sheet needs, None without one; `awaits_sheet`: one may still come.

    `fresh`: the job has just ended. `left_alone`: until when, for the engines that have refused a search that goes on.
    `zone`: the IANA name of the one it was asked in, while the job waits for its time and that is known.
    """

    status: Status
    downloadable: bool
    sheet: Extent | None = None
    awaits_sheet: bool = False
    fresh: bool = field(default=False, repr=False)
    left_alone: Mapping[str, datetime] = field(default_factory=dict)
    zone: str | None = None

    @cached_property
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

    @property
    def more_comes_soon(self) -> bool:
        """Nobody says so in a fact: it has to be looked for."""
        return self.fresh and self.more_to_come


async def look_at(desk: Desk, signed: SignedJob) -> Look:
    """LinkExpiredError or DependencyAwayError."""
    status = await status_at(desk, signed)
    left_alone = await within(desk.patience, "cassandra", _left_alone(desk, status))
    zone = await within(desk.patience, "cassandra", _zone(desk, status))
    sheet = await sheet_beside(desk, status)
    return Look(
        status,
        downloadable=status.downloadable(desk.now()),
        sheet=None if sheet == AWAITED else sheet,
        awaits_sheet=sheet == AWAITED,
        fresh=status.ended_since(desk.now() - _SOON),
        left_alone=left_alone,
        zone=zone,
    )


async def _zone(desk: Desk, status: Status) -> str | None:
    if status.state != JobState.SCHEDULED:
        return None
    recipient = await desk.stores.get().recipients.find(status.job_id)
    return recipient.time_zone if recipient else None


async def _left_alone(desk: Desk, status: Status) -> dict[str, datetime]:
    refused = {one.engine for one in status.engines if one.ending in ("blocked", NOT_ASKED)}
    if status.state != JobState.RUNNING or not refused:
        return {}
    ends = await desk.stores.get().cool_downs.ends()
    return {engine: ends[engine] for engine in sorted(refused & ends.keys()) if ends[engine] > desk.now()}


def is_known(request: web.Request, tag: str) -> bool:
    """Whether whoever asks says that this is what it was shown last."""
    return any(known.value == tag for known in request.if_none_match or ())
