"""Where the mail relay is and how to speak to it, as one URL: `smtp://user:password@host:port?starttls=always`."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_SUBMISSION = 587
_SUBMISSIONS = 465

_SHAPE = "must be smtp://user:password@host:port?starttls=always (or never), or smtps://user:password@host:port"


class Tls(StrEnum):
    NEVER = "never"
    STARTTLS = "starttls"
    FROM_THE_START = "from_the_start"


@dataclass(frozen=True)
class RelayAddress:
    host: str
    port: int
    tls: Tls
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def relay_address(url: str) -> RelayAddress:
    """ValueError, without what was written: it holds a password.

    Plain SMTP is spoken to a loopback host, or where `starttls=never` asks for it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(_SHAPE) from None
    tls = _tls(parts)
    host = parts.hostname or ""
    if not _may_be_a_host(host) or parts.path.strip("/") or parts.fragment:
        raise ValueError(_SHAPE)
    return RelayAddress(
        host=host,
        port=port or (_SUBMISSIONS if tls is Tls.FROM_THE_START else _SUBMISSION),
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _tls(parts: SplitResult) -> Tls:
    match parts.scheme, parse_qsl(parts.query, keep_blank_values=True):
        case "smtps", []:
            return Tls.FROM_THE_START
        case "smtp", []:
            return Tls.NEVER if _is_loopback(parts.hostname or "") else Tls.STARTTLS
        case "smtp", [("starttls", "always")]:
            return Tls.STARTTLS
        case "smtp", [("starttls", "never")]:
            return Tls.NEVER
        case _:
            raise ValueError(_SHAPE)


def _may_be_a_host(name: str) -> bool:
    """Whether a resolver would take it; some names it refuses with an error that is none of the network's."""
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
