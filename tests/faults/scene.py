"""What is to be seen when the dust has settled: the rows, the records, the mails, the archives, the logs. No I/O.

A real system and a simulated one fill it in differently; the oracle does not know which it looks at.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.errors import Reason
from shared.events import Event, MailKind

Row = Mapping[str, Any]

_MESSAGE_ID = re.compile(r"<([a-z]+)\.([0-9a-f-]{36})@[^>]+>")


@dataclass(frozen=True)
class Accepted:
    """A job whose acceptance the client saw.

    `may_be_cancelled`: somebody asked for that, so it may end either way. `may_be_deleted`: the same, and its mail
    may have come too late. `may_fail`: the reasons for which failing is the truth, because its pictures or the disk
    are that bad.
    """

    job_id: UUID
    images: int
    address: str
    may_be_cancelled: bool = False
    may_be_deleted: bool = False
    may_fail: frozenset[Reason] = frozenset()


@dataclass(frozen=True)
class Copy:
    """One mail the relay holds, in the order of their coming. `confirmed`: the notifier was told so."""

    message_id: str
    recipient: str
    confirmed: bool = True

    @property
    def about(self) -> tuple[UUID, MailKind]:
        """ValueError when it is none of ours."""
        match = _MESSAGE_ID.fullmatch(self.message_id)
        if match is None:
            raise ValueError(f"not a Message-ID of ours: {self.message_id}")
        return UUID(match[2]), MailKind(match[1])


@dataclass(frozen=True)
class Archive:
    """A file where archives lie. `pictures` is None when it does not open as a whole ZIP."""

    sha256: str
    pictures: int | None


@dataclass(frozen=True)
class Scene:
    """`facts` are all of `job-lifecycle.v1`, per job in the order of the broker. `archives` go by file name.

    `dead_letters`: what lies in the dead-letter topics, said in words. `said`: text by where it stands, logs and
    raw records; none of `secrets` may occur in it. `notes_kept`: every notifier lived and could write all the time,
    so whatever the relay has confirmed is noted.
    """

    accepted: Sequence[Accepted]
    tables: Mapping[str, Sequence[Row]]
    facts: Sequence[Event]
    mails: Sequence[Copy]
    archives: Mapping[str, Archive]
    dead_letters: Sequence[str] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    notes_kept: bool = False
