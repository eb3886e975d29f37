"""Settings that every process needs. Each service adds its own in its `settings.py`."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode

from shared.hostports import MAX_PORT, parts_of
from shared.logs import LogFormat
from shared.secretfiles import secrets_folder
from shared.serversettings import CassandraSettings, KafkaSettings
from shared.zones import is_zone

_HOST_IN_URL = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHORTEST_KEY = 16


Port = Annotated[int, Field(ge=0, le=MAX_PORT)]
"""0 is any that is free."""


def _split(value: object) -> object:
    return parts_of(value) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A tuple written `a,b` in the environment."""


def _long_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
        raise ValueError(f"needs at least one key, each of {_SHORTEST_KEY} or more characters")
    return keys


SecretKeys = Annotated[CommaSeparated, AfterValidator(_long_keys), Field(repr=False)]
"""Newest first."""


AddressKey = Annotated[str, Field(min_length=_SHORTEST_KEY, repr=False)]
"""Under which addresses are known by pseudonyms; never changed, unlike those that sign."""


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(_ORIGIN) from None
    rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if scheme not in _DEFAULT_PORTS or not _HOST_IN_URL.fullmatch(host) or any(rest) or port == 0:
        raise ValueError(_ORIGIN)
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


_ORIGIN = "must be http(s)://host[:port], without a path"

PublicUrl = Annotated[str, AfterValidator(_origin)]
"""As browsers write an origin: in lower case, without the scheme's own port, without a slash at the end."""


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is no IANA time zone, such as Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class ProcessSettings(KafkaSettings, CassandraSettings):
    """Read from `AID_…` variables; frozen afterwards. `failure_limit` is for those that consume: see `Tolerance`."""

    health_host: str = "0.0.0.0"  # noqa: S104 - probes come from outside the container
    health_port: Port = 8180
    log_format: LogFormat = "json"
    log_file: Path | None = None
    failure_limit: int = Field(default=10, ge=0, le=1000)


S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S], **said: Any) -> S:
    """The service's settings, or the end of the process with one line per variable that is missing or wrong.

    `said`: on the command line, and wins.
    """
    try:
        return kind(_secrets_dir=secrets_folder(), **said)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            print(f"{_variable(problem['loc'])}: {problem['msg']}", file=sys.stderr)  # noqa: T201 - logs need settings
        raise SystemExit(2) from None


def _variable(location: tuple[Any, ...]) -> str:
    return f"AID_{'_'.join(str(part) for part in location)}".upper()
