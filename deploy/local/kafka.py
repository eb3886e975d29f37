"""One Kafka broker, its own controller, as a plain Java process on loopback."""

from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.ports import LOOPBACK, accepts
from deploy.local.programs import Program

HERE = Path(__file__).parent

# Any fixed cluster id does: the data of two brokers never meets.
FORMAT = ("kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", "YWlkLWxvY2FsLWthZmthLQ")

LOGGING = f"-Dlog4j2.configurationFile={(HERE / 'kafka-log4j2.properties').as_uri()}"
OPTIONS = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:TieredStopAtLevel=1",  # quick to start; a broker of this size never needs the second compiler
    "-Djava.net.preferIPv4Stack=true",
    "-Djava.awt.headless=true",
    LOGGING,
)


@dataclass(frozen=True)
class Kafka:
    """Data and configuration live in `<home>/kafka`."""

    home: Path
    jars: Path
    port: int
    controller_port: int

    @property
    def url(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        java = ("java", *OPTIONS, f"-Dkafka.logs.dir={self._folder / 'logs'}", "-cp", f"{self.jars}/*")
        return Program(
            "kafka",
            (*java, "kafka.Kafka", str(self._configuration)),
            files={self._configuration: self._properties()},
            before=() if self._formatted else (*java, *FORMAT, "-c", str(self._configuration)),
            ports={"AID_LOCAL_KAFKA_PORT": self.port, "AID_LOCAL_KAFKA_CONTROLLER_PORT": self.controller_port},
        )

    def answers(self) -> bool:
        """Whether it tells its metadata."""
        if not accepts(self.port):
            return False
        try:
            KafkaAdminClient(bootstrap_servers=self.url, request_timeout_ms=5_000).close()
        except KafkaError:
            return False
        return True

    @property
    def _folder(self) -> Path:
        return self.home / "kafka"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _formatted(self) -> bool:
        return (self._data / "meta.properties").exists()

    @property
    def _configuration(self) -> Path:
        return self._folder / "kafka.properties"

    def _properties(self) -> str:
        template = (HERE / "kafka.properties").read_text()
        return template.format(port=self.port, controller_port=self.controller_port, data=self._data)
