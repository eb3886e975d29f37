"""What an S3 server's refusal means, by what the operator should do. Pure.

obstore tells the HTTP status and the server's answer in the text of its errors alone.
"""

import errno
import re

from shared.errors import DependencyAwayError

NAME = "archives"

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: (\w+)\)")

_TAG = re.compile(r"<[^>]*>")

_INSUFFICIENT_STORAGE = "507"
_FULL = frozenset({"InsufficientStorage", "QuotaExceeded", "XAmzQuotaExceeded", "XMinioStorageFull"})
_NO_BUCKET = frozenset({"NoSuchBucket"})
_DENIED_STATUS = frozenset({"401", "403"})
_DENIED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"})
_CLOCK = frozenset({"RequestTimeTooSkewed"})


def put_refused(error: Exception) -> Exception:
    """An OSError as of a full disk when there is no room, or as `away`."""
    text = _text(error)
    status, code = _status_of(text), code_of(text)
    if status == _INSUFFICIENT_STORAGE or code in _FULL:
        return OSError(errno.ENOSPC, f"the bucket has no room: {code or status}")
    return away(error)


def away(error: Exception) -> DependencyAwayError:
    """Its detail says what helps, if that is known."""
    text = _text(error)
    return DependencyAwayError(NAME, _advice(_status_of(text), code_of(text)) or _shown(text))


def _text(error: Exception) -> str:
    return str(error).partition("\n\nDebug source")[0]


def _status_of(text: str) -> str:
    """Empty when there was no answer."""
    match = _STATUS.search(text)
    return match[1] if match else ""


def code_of(text: str) -> str:
    """S3's own word for what is wrong; empty when the answer had none."""
    match = _CODE.search(text)
    return (match[1] or match[2]) if match else ""


def _advice(status: str, code: str) -> str:
    if code in _NO_BUCKET:
        return "the bucket of AID_ARCHIVES does not exist; make it, or name another one"
    if code in _CLOCK:
        return "this machine's clock is wrong; set it"
    if status in _DENIED_STATUS or code in _DENIED:
        said = f" ({code})" if code else ""
        return f"access is denied{said}; look at AID_S3_KEY, AID_S3_SECRET and what they may do in the bucket"
    return ""


def _shown(text: str) -> str:
    """What went wrong, without the address in front and the tags of the answer."""
    return " ".join(_TAG.sub(" ", text.rpartition(" - ")[2]).split())[:300]
