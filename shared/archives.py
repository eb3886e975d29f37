"""What archives are called, wherever they lie: one per job and run, a contact sheet beside it, never rewritten."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)\.(zip|webp)(\.part)?")


class Kind(StrEnum):
    """By its extension: the archive itself, or the picture of what is in it."""

    ZIP = "zip"
    SHEET = "webp"


@dataclass(frozen=True)
class ArchiveFile:
    """One file of ours; a `part` is not whole yet."""

    job_id: UUID
    run: int
    kind: Kind = Kind.ZIP
    part: bool = False

    @property
    def name(self) -> str:
        return f"{self.job_id}-{self.run}.{self.kind}{'.part' if self.part else ''}"

    @classmethod
    def of(cls, name: str) -> Self | None:
        """What a name says; None when the file is somebody else's."""
        match = _NAME.fullmatch(name)
        return cls(UUID(match[1]), int(match[2]), Kind(match[3]), match[4] is not None) if match else None


def all_of(job_id: UUID, run: int) -> list[ArchiveFile]:
    """Whatever one run may have made."""
    return [ArchiveFile(job_id, run, kind, part) for kind in Kind for part in (True, False)]
