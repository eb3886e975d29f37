"""What lies in an archive, as the oracle wants it."""

import hashlib
import zipfile
from pathlib import Path

from deploy.local.zips import PAPERS
from tests.faults.scene import Archive


def archive_at(path: Path) -> Archive:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        with zipfile.ZipFile(path) as archive:
            whole = archive.testzip() is None
            return Archive(sha256, len(set(archive.namelist()) - PAPERS) if whole else None)
    except zipfile.BadZipFile:
        return Archive(sha256, None)
