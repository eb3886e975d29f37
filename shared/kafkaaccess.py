"""Where Kafka is and how to be let in, in the words of its clients."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.authorities import trusting
from shared.hostports import parts_of

SCRAM = "SCRAM-SHA-512"


@dataclass(frozen=True)
class KafkaAccess:
    """`servers` is `host:port,…`. With a user it logs in (SASL, SCRAM-SHA-512), with an `authority` it speaks TLS."""

    servers: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None

    @property
    def brokers(self) -> list[str]:
        return list(parts_of(self.servers))

    def options(self) -> dict[str, Any]:
        """For any client of aiokafka and of kafka-python: they take the same."""
        return {"bootstrap_servers": self.brokers, "security_protocol": self._protocol, **self._login(), **self._tls()}

    @property
    def _protocol(self) -> str:
        transport = "SSL" if self.authority else "PLAINTEXT"
        return f"SASL_{transport}" if self.user else transport

    def _login(self) -> dict[str, Any]:
        if not self.user:
            return {}
        return {
            "sasl_mechanism": SCRAM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    def _tls(self) -> dict[str, Any]:
        return {"ssl_context": trusting(self.authority)} if self.authority else {}
