"""What a job has a use for, and what nobody will finish, fetch or read any more. Pure."""

from datetime import datetime

from shared.archives import ArchiveFile, Kind
from shared.jobs import JobState, JobView


def is_forgotten(job: JobView | None) -> bool:
    """Nothing is kept of it: rows that still name it were written by somebody who slept through its end."""
    return job is None or job.state is JobState.EXPIRED


def is_orphan(file: ArchiveFile, job: JobView | None) -> bool:
    """The row must be read after the file was seen: then no living worker writes the part of an earlier run.

    A whole archive of a running job stays, whatever its run: the word of it may be on its way. The contact sheet of a
    completed one may still be written.
    """
    if job is None or job.state in (JobState.EXPIRED, JobState.CANCELLED, JobState.FAILED):
        return True
    if job.state is JobState.COMPLETED:
        return file.run != job.archive_run or (file.part and file.kind is Kind.ZIP)
    return file.part and file.run < job.run


def is_promised(job: JobView, now: datetime) -> bool:
    """Somebody may hold a link to its archive that has not expired."""
    return job.state is JobState.COMPLETED and job.expires_at is not None and now < job.expires_at
