"""Settings that every process needs. Each service adds its own in its `settings.py`."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.logs import LogFormat

_HOST = re.compile(r"[^\s/@]+")
_MAX_PORT = 65535


def host_ports(text: str) -> list[tuple[str, int]]:
    """`"a:1,b:2"` → `[("a", 1), ("b", 2)]`; ValueError names the part that is not host:port."""
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        host, _, port = part.rpartition(":")
        if not _HOST.fullmatch(host) or not port.isdecimal() or int(port) > _MAX_PORT:
            raise ValueError(f"{part!r} is not host:port")
        pairs.append((host, int(port)))
    return pairs


def _some_host_ports(text: str) -> str:
    if not host_ports(text):
        raise ValueError("name at least one host:port")
    return text


HostPorts = Annotated[str, AfterValidator(_some_host_ports)]

Keyspace = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class ProcessSettings(BaseSettings):
    """Read from `AID_…` variables; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix="AID_", frozen=True)

    kafka_url: HostPorts
    cassandra_hosts: HostPorts
    cassandra_keyspace: Keyspace = "aid"
    health_host: str = "0.0.0.0"  # noqa: S104 - probes come from outside the container
    health_port: int = 8180
    log_format: LogFormat = "json"
    log_file: Path | None = None


S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S]) -> S:
    """The service's settings, or the end of the process with one line per variable that is missing or wrong."""
    try:
        return kind()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            print(f"{_variable(problem['loc'])}: {problem['msg']}", file=sys.stderr)  # noqa: T201 - logs need settings
        raise SystemExit(2) from None


def _variable(location: tuple[Any, ...]) -> str:
    return f"AID_{'_'.join(str(part) for part in location)}".upper()


CommaSeparated = Annotated[tuple[str, ...], NoDecode]
"""A tuple written `a,b` in the environment; the service's class splits it with `split_commas`."""


def split_commas(text: object) -> object:
    """For a `field_validator(mode="before")` of a CommaSeparated field."""
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text
