"""Settings of whoever talks to Kafka or to Cassandra."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.authorities import trusting
from shared.cassandraaccess import CassandraAccess
from shared.hostports import HostPorts
from shared.kafkaaccess import KafkaAccess


def _unless_empty(value: object) -> object:
    return value or None


def _holds_certificates(authority: Path | None) -> Path | None:
    if authority is not None:
        trusting(authority)
    return authority


def _with_its_user(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    user = str(info.field_name).replace("password", "user")
    if user in info.data and (password is None) != (info.data[user] is None):
        raise ValueError(f"set it together with AID_{user.upper()}, or neither")
    return password


User = Annotated[str | None, BeforeValidator(_unless_empty)]
Password = Annotated[SecretStr | None, BeforeValidator(_unless_empty)]
Authority = Annotated[Path | None, BeforeValidator(_unless_empty), AfterValidator(_holds_certificates)]
"""Empty is as good as absent for all three."""

Keyspace = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class KafkaSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="AID_", frozen=True)

    kafka_url: HostPorts
    kafka_user: User = None
    kafka_password: Password = Field(default=None, validate_default=True)
    kafka_ca: Authority = None

    _login_to_kafka = field_validator("kafka_password")(_with_its_user)

    @property
    def kafka(self) -> KafkaAccess:
        return KafkaAccess(self.kafka_url, self.kafka_user, _told(self.kafka_password), self.kafka_ca)


class CassandraSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="AID_", frozen=True)

    cassandra_hosts: HostPorts
    cassandra_user: User = None
    cassandra_password: Password = Field(default=None, validate_default=True)
    cassandra_ca: Authority = None
    cassandra_keyspace: Keyspace = "aid"

    _login_to_cassandra = field_validator("cassandra_password")(_with_its_user)

    @property
    def cassandra(self) -> CassandraAccess:
        return CassandraAccess(
            self.cassandra_hosts, self.cassandra_user, _told(self.cassandra_password), self.cassandra_ca
        )


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
