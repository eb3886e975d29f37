"""What a person asked for: where the stack keeps its things, on which ports it listens, whom it searches."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from deploy.local.failures import LocalFailure
from deploy.local.ports import LOOPBACK, free_ports

MAX_PORT = 65_535

# Of these every service has its own, so one value for all of them cannot be meant.
OWN_PER_SERVICE = frozenset({"AID_HEALTH_PORT", "AID_LOG_FILE"})


@dataclass(frozen=True)
class Ports:
    """Each is moved by `AID_LOCAL_<NAME>_PORT`."""

    web: int = 8080
    mail: int = 8025
    smtp: int = 1025
    pictures: int = 8090
    kafka: int = 19092
    kafka_controller: int = 19093
    cassandra: int = 19042
    cassandra_storage: int = 17000
    health: int = 8180
    """The first of five in a row, one for each service."""

    @classmethod
    def chosen(cls, environ: Mapping[str, str]) -> Self:
        chosen = {each.name: port_setting(each.name) for each in fields(cls)}
        return cls(**{name: _port(setting, environ[setting]) for name, setting in chosen.items() if setting in environ})

    @classmethod
    def free(cls) -> Self:
        """Ports nobody listens on now."""
        names = [each.name for each in fields(cls)]
        block = free_ports(len(names) + 4)
        return cls(**dict(zip(names, block, strict=False)))


def port_setting(name: str) -> str:
    return f"AID_LOCAL_{name.upper()}_PORT"


def _port(setting: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= MAX_PORT):
        raise LocalFailure(f"{setting} must be a port number, not {text!r}")
    return int(text)


@dataclass(frozen=True)
class Plan:
    home: Path
    ports: Ports
    local_engines: bool
    """Search the picture web of this machine instead of the Internet."""
    chosen: Mapping[str, str]
    """`AID_*` settings of the services that the person set; they win over ours."""

    @property
    def web_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.web}"

    @property
    def mail_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.mail}"

    @classmethod
    def from_environment(cls, home: Path, environ: Mapping[str, str]) -> Self:
        engines = environ.get("ENGINES", "")
        if engines not in ("", "local"):
            raise LocalFailure(f"ENGINES is either local or not set, not {engines!r}")
        return cls(home, Ports.chosen(environ), engines == "local", chosen_settings(environ))


def chosen_settings(environ: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in environ.items() if name.startswith("AID_")}
    return {name: ours[name] for name in ours.keys() - OWN_PER_SERVICE if not name.startswith("AID_LOCAL_")}
