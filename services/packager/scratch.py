"""What is packed here is nobody else's to read or to change: the folder it is written to must be ours alone."""

import stat
from pathlib import Path

from shared.errors import ServiceUnfitError

_FOR_OTHERS = 0o077


def make_private(folder: Path, *, user: int) -> None:
    """Unless it is there. ServiceUnfitError when it is and others may be in it; `user` is who we are."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _require_private(folder, user)


def _require_private(folder: Path, user: int) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _unfit("is no folder of its own, but a link or a file", folder)
    if found.st_uid != user:
        raise _unfit("belongs to somebody else", folder)
    if found.st_mode & _FOR_OTHERS:
        raise _unfit("is open to others", folder)


def _unfit(what: str, folder: Path) -> ServiceUnfitError:
    advice = "let AID_SCRATCH name a folder that is not there yet, it will be made; or leave this one to us alone"
    return ServiceUnfitError(f"the scratch folder {what}", folder=str(folder), advice=advice)
