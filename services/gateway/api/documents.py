"""A job as a program sees it."""

from services.gateway.api.answers import Archive, Engine, Job
from services.gateway.desk import Desk
from services.gateway.jobs.statuses import ACCEPTED, Status
from shared.filterwords import fields_of, names_of
from shared.jobs import JobState


def url_of(desk: Desk, status: Status) -> str:
    return f"{desk.public_url}/api/v1/jobs/{desk.links.status_token(status.job_id)}"


def document_of(desk: Desk, status: Status) -> Job:
    return Job(
        state="accepted" if status.state == ACCEPTED else JobState(status.state),
        version=status.version,
        stage=status.stage,
        query=status.query,
        asked=status.asked,
        filters=fields_of(status.filters),
        engines=[
            Engine(engine=one.engine, ending=one.ending, found=one.found, left_out=one.left_out)
            for one in status.engines
        ],
        filters_ignored={engine: names_of(ignored) for engine, ignored in status.ignored.items()},
        found=status.found,
        left_out=status.left_out,
        kept=status.kept,
        thumbnails=status.thumbnails,
        refused=status.refused,
        refused_by_reason=dict(status.refused_by_reason),
        not_needed=status.not_needed,
        submitted_at=status.submitted_at,
        due_at=status.due_at,
        started_at=status.started_at,
        ended_at=status.ended_at,
        archive=_archive(status),
        link_until=status.link_until,
        reason=status.reason,
        url=url_of(desk, status),
        page=desk.links.status(status.job_id),
        download=desk.links.download(status.job_id) if status.downloadable(desk.now()) else None,
    )


def _archive(status: Status) -> Archive | None:
    if status.archive_run is None:
        return None
    return Archive(size=status.archive_size, sha256=status.archive_sha256, pictures=status.kept)
