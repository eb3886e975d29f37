"""The Cassandra driver's cluster, set up: whom it asks, how it is let in, how it tries again."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cassandra import AuthenticationFailed, ConsistencyLevel, UnresolvableContactPoints
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.connection import ConnectionException, DefaultEndPoint, DefaultEndPointFactory
from cassandra.policies import DCAwareRoundRobinPolicy, ExponentialReconnectionPolicy, TokenAwarePolicy
from cassandra.query import dict_factory

from shared.authorities import trusting
from shared.cassandraaccess import CassandraAccess

_Host = tuple[str, int]


def build_cluster(access: CassandraAccess) -> Cluster:
    """Not connected yet. It stays in the data centre of the first host it reaches."""
    hosts = access.pairs
    return Cluster(
        **(_over_tls(hosts, access.authority) if access.authority else {"contact_points": hosts}),
        auth_provider=PlainTextAuthProvider(access.user, access.password) if access.user else None,
        port=hosts[0][1],  # of nodes it learns of
        protocol_version=5,
        execution_profiles={EXEC_PROFILE_DEFAULT: _profile()},
        # Short: while the driver waits to try again, everything that needs Cassandra is refused.
        reconnection_policy=ExponentialReconnectionPolicy(0.5, 2),
        connection_class=_Connection,
        monitor_reporting_enabled=False,
        connect_timeout=5,
    )


def _profile() -> ExecutionProfile:
    return ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy()),
        consistency_level=ConsistencyLevel.LOCAL_QUORUM,
        serial_consistency_level=ConsistencyLevel.LOCAL_SERIAL,
        request_timeout=10,
        row_factory=dict_factory,
    )


class _Connection(Cluster.connection_class):  # type: ignore[misc]
    """A refused login is tried again like any other failure: the driver would never ask that node again.

    A node refuses also while it cannot reach those that keep the passwords.
    """

    def defunct(self, exc: Exception) -> Any:
        refused = isinstance(exc, AuthenticationFailed)
        return super().defunct(ConnectionException(str(exc), self.endpoint) if refused else exc)


class _Named(DefaultEndPoint):  # type: ignore[misc]
    """A node that has to show a certificate for this name."""

    def __init__(self, address: str, port: int, name: str) -> None:
        super().__init__(address, port)
        self.name = name

    @property
    def ssl_options(self) -> dict[str, str]:
        return {"server_hostname": self.name}


class _NamedNodes(DefaultEndPointFactory):  # type: ignore[misc]
    """Nodes that the driver learns of tell their addresses only; by default they answer to `name`."""

    def __init__(self, names: Mapping[str, str], name: str, port: int) -> None:
        super().__init__(port)
        self._names = names
        self._name = name

    def create(self, row: Any) -> _Named:
        node = super().create(row)
        return _Named(node.address, node.port, self._names.get(node.address, self._name))


def _over_tls(hosts: list[_Host], authority: Path) -> dict[str, Any]:
    nodes = [_Named(address, port, name) for name, port in hosts for address in _addresses(name, port)]
    if not nodes:
        raise UnresolvableContactPoints(dict(hosts))
    names = {node.address: node.name for node in nodes}
    name, port = hosts[0]
    return {
        "contact_points": nodes,
        "endpoint_factory": _NamedNodes(names, name, port),
        "ssl_context": trusting(authority),
    }


def _addresses(name: str, port: int) -> Iterator[str]:
    """None of a name that nobody knows, for others may be known."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return
    yield from dict.fromkeys(str(address[0]) for *_, address in found)
