"""One Cassandra node as a plain Java process on loopback."""

from dataclasses import dataclass
from pathlib import Path

from cassandra.cluster import Cluster, NoHostAvailable

from deploy.local.ports import LOOPBACK, accepts
from deploy.local.programs import Program

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cassandra:
    """Data and configuration live in `<home>/cassandra`. `jmx_port` is nodetool's, and nobody's by default."""

    home: Path
    jars: Path
    port: int
    storage_port: int
    jmx_port: int | None = None

    @property
    def hosts(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        managed = (f"-Dcassandra.jmx.local.port={self.jmx_port}",) if self.jmx_port else ()
        java = ("java", f"@{HERE / 'cassandra.args'}", *managed, *self._places(), "-cp", f"{self.jars}/*")
        command = (*java, "org.apache.cassandra.service.CassandraDaemon")
        return Program(
            "cassandra",
            command,
            files={self._configuration: self._yaml()},
            ports={"AID_LOCAL_CASSANDRA_PORT": self.port, "AID_LOCAL_CASSANDRA_STORAGE_PORT": self.storage_port},
        )

    def answers(self) -> bool:
        """Whether it accepts a CQL connection."""
        if not accepts(self.port):
            return False
        try:
            with Cluster([LOOPBACK], port=self.port, connect_timeout=5) as cluster:
                cluster.connect()
        except NoHostAvailable:
            return False
        return True

    @property
    def _folder(self) -> Path:
        return self.home / "cassandra"

    @property
    def _configuration(self) -> Path:
        return self._folder / "cassandra.yaml"

    def _places(self) -> tuple[str, ...]:
        return (
            f"-Dcassandra.config={self._configuration.as_uri()}",
            f"-Dcassandra.storagedir={self._folder / 'data'}",
            f"-Dcassandra.logdir={self._folder / 'logs'}",
            f"-Dlogback.configurationFile={(HERE / 'cassandra-logback.xml').as_uri()}",
        )

    def _yaml(self) -> str:
        template = (HERE / "cassandra.yaml").read_text()
        return template.format(port=self.port, storage_port=self.storage_port)
