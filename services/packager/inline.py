"""Pictures that lie in their address, as pages carry their thumbnails: `data:image/…;base64,…`. Pure."""

import re
from base64 import b64decode
from urllib.parse import unquote_to_bytes

from services.packager.refusals import RefusedError
from shared.images import LONGEST_INLINE
from shared.refusals import Refusal

_HEAD = re.compile(r"data:image/[a-z0-9.+-]+(?:;[a-z0-9=.-]+)*?;base64,", re.IGNORECASE)
_BLANKS = re.compile(rb"[ \t\n\f\r]+")
_SHOWN = "…"


def is_inline(address: str) -> bool:
    return _HEAD.match(address) is not None


def bytes_inline(address: str) -> bytes:
    """RefusedError when it is too long, or not base64."""
    if len(address) > LONGEST_INLINE:
        raise RefusedError(Refusal.TOO_LARGE)
    head = _HEAD.match(address)
    text = _BLANKS.sub(b"", unquote_to_bytes(address[head.end() if head else 0 :])).rstrip(b"=")
    try:
        return b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise RefusedError(Refusal.NOT_A_PICTURE) from error


def shown(address: str) -> str:
    """As a table shows it: the picture itself lies beside it."""
    head = _HEAD.match(address)
    return head.group() + _SHOWN if head else address
