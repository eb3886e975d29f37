"""The headers under which an archive is handed out, whoever hands it out. Pure."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST_NAME = 80
_NOT_IN_FILE_NAMES = re.compile(r'[/\\:*?"<>|]')


def attachment(query: str) -> dict[str, str]:
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": disposition(query),
        "Cache-Control": "private, no-store",
    }


def disposition(query: str) -> str:
    """RFC 6266: a plain name for old programs, the real one in UTF-8 for the others.

    Both end in `images.zip`, so that no query makes one of the names Windows reserves.
    """
    plain = unicodedata.normalize("NFKD", query).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    full = "".join(c for c in _NOT_IN_FILE_NAMES.sub(" ", query) if unicodedata.category(c)[0] != "C")
    full = " ".join(full.split())[:_LONGEST_NAME].strip(". ")
    return (
        f'attachment; filename="{f"{plain}-images" if plain else "images"}.zip"; '
        f"filename*=UTF-8''{quote(f'{full} images' if full else 'images', safe='')}.zip"
    )
