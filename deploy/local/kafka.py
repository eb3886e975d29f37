"""One Kafka broker, its own controller, as a plain Java process on loopback."""

from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.ports import LOOPBACK, answers
from deploy.local.programs import Program, run_to_end

HERE = Path(__file__).parent

# Any fixed id does: the data of two brokers never meets.
CLUSTER_ID = "YWlkLWxvY2FsLWthZmthLQ"

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
        logs = f"-Dkafka.logs.dir={self._folder / 'logs'}"
        command = ("java", *OPTIONS, logs, "-cp", self._classpath, "kafka.Kafka", str(self._configuration))
        return Program("kafka", command, files={self._configuration: self._properties()})

    def prepare(self, log: Path) -> None:
        """Format the data directory, which Kafka demands before its first start."""
        if (self._data / "meta.properties").exists():
            return
        self.program().write_files()
        tool = ("kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted")
        which = ("-t", CLUSTER_ID, "-c", str(self._configuration))
        run_to_end(("java", *OPTIONS, "-cp", self._classpath, *tool, *which), log=log)

    def answers(self) -> bool:
        """Whether it tells its metadata."""
        if not answers(self.port):
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
    def _configuration(self) -> Path:
        return self._folder / "kafka.properties"

    @property
    def _classpath(self) -> str:
        return f"{self.jars}/*"

    def _properties(self) -> str:
        template = (HERE / "kafka.properties").read_text()
        return template.format(port=self.port, controller_port=self.controller_port, data=self._data)
