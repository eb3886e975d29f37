"""A job as a program sees it."""

from datetime import datetime

from services.gateway.desk import Desk
from services.gateway.statuses import Status
from shared.filterwords import fields_of, names_of


def url_of(desk: Desk, status: Status) -> str:
    return f"{desk.public_url}/api/v1/jobs/{desk.links.status_token(status.job_id)}"


def document_of(desk: Desk, status: Status) -> dict[str, object]:
    """`url` is this document's own address, `page` the same for people; times in UTC, counts of pictures.

    `version` grows with every decision about the job. `archive`, once there is one: its size in bytes and its SHA-256.
    `filters` are the fields that ask for the same, `filters_ignored` those that an engine could not apply.
    """
    return {
        "state": status.state,
        "version": status.version,
        "stage": status.stage,
        "query": status.query,
        "asked": status.asked,
        "filters": fields_of(status.filters),
        "engines": [{"engine": one.engine, "ending": one.ending, "found": one.found} for one in status.engines],
        "filters_ignored": {engine: names_of(ignored) for engine, ignored in status.ignored.items()},
        "found": status.found,
        "kept": status.kept,
        "thumbnails": status.thumbnails,
        "refused": status.refused,
        "refused_by_reason": status.refused_by_reason,
        "not_needed": status.not_needed,
        "submitted_at": _text(status.submitted_at),
        "due_at": _text(status.due_at),
        "started_at": _text(status.started_at),
        "ended_at": _text(status.ended_at),
        "archive": _archive(status),
        "link_until": _text(status.link_until),
        "reason": status.reason,
        "url": url_of(desk, status),
        "page": desk.links.status(status.job_id),
        "download": desk.links.download(status.job_id) if status.downloadable(desk.now()) else None,
    }


def _archive(status: Status) -> dict[str, object] | None:
    if status.archive_run is None:
        return None
    return {"size": status.archive_size, "sha256": status.archive_sha256, "pictures": status.kept}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
