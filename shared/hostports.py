"""Servers as an operator names them: `host:port,…`."""

import re
from typing import Annotated

from pydantic import AfterValidator

MAX_PORT = 65535

_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[^\s/@:\[\]]+")
_PORT = re.compile(r"[0-9]{1,5}")


def parts_of(text: str) -> tuple[str, ...]:
    """`"a, b,"` → `("a", "b")`."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def host_ports(text: str) -> list[tuple[str, int]]:
    """`"a:1,b:2"` → `[("a", 1), ("b", 2)]`; ValueError says which part is not host:port, not what it says."""
    return [_host_port(part, position) for position, part in enumerate(parts_of(text), start=1)]


def _host_port(part: str, position: int) -> tuple[str, int]:
    host, _, port = part.rpartition(":")
    if not _HOST.fullmatch(host) or not _PORT.fullmatch(port) or not 0 < int(port) <= MAX_PORT:
        raise ValueError(f"part {position} is not host:port")  # it may hold a password
    return host, int(port)


def _some_host_ports(text: str) -> str:
    if not host_ports(text):
        raise ValueError("name at least one host:port")
    return text


HostPorts = Annotated[str, AfterValidator(_some_host_ports)]
