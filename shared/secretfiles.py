"""Settings that are files: in `AID_SECRETS_DIR`, or where Docker and Kubernetes put secrets."""

import os
import sys
from pathlib import Path
from typing import NoReturn

_USUAL = Path("/run/secrets")


def secrets_folder() -> Path | None:
    """Each file there that is named as a setting, in capitals or not, is that setting; a variable of the name wins.

    None without one. What cannot be read would be missed under another name later: it ends the process here.
    """
    named = os.environ.get("AID_SECRETS_DIR")
    folder = Path(named) if named else _USUAL
    if not named and not folder.is_dir():
        return None
    try:
        closed = [file.name for file in folder.iterdir() if _is_ours(file) and not os.access(file, os.R_OK)]
    except OSError as error:
        _end(f"AID_SECRETS_DIR: {error.strerror}")
    if closed:
        _end(*(f"{name.upper()}: its file may not be read by user {os.geteuid()}" for name in sorted(closed)))
    return folder


def _is_ours(file: Path) -> bool:
    return file.name.lower().startswith("aid_")


def _end(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)  # noqa: T201 - logs need settings
    raise SystemExit(2)
