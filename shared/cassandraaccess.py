"""Where Cassandra is and how to be let in."""

from dataclasses import dataclass, field
from pathlib import Path

from shared.hostports import host_ports


@dataclass(frozen=True)
class CassandraAccess:
    """`hosts` is `host:port,…`. With a user it logs in, with an `authority` it speaks TLS.

    Over TLS each host shows a certificate for the name it has here, and whatever node is learned of one for the first.
    """

    hosts: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None

    @property
    def pairs(self) -> list[tuple[str, int]]:
        return [(host.strip("[]"), port) for host, port in host_ports(self.hosts)]
