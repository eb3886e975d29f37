"""A Kafka and a Cassandra that let nobody in without a password, and speak TLS."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from cassandra.cluster import NoHostAvailable
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from deploy.local.cassandra import Cassandra
from deploy.local.kafka import Kafka
from deploy.local.ports import LOOPBACK, accepts
from shared.cassandraaccess import CassandraAccess
from shared.cassandracluster import build_cluster
from shared.kafkaaccess import KafkaAccess

USER, PASSWORD = "aid", "correct horse battery"
KEYSTORE_PASSWORD = "of the tests"
SUPERUSER = "cassandra"
"""Cassandra's own first role and its password."""

_KAFKA = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},GUARDED://127.0.0.1:{guarded_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},\
GUARDED://127.0.0.1:{guarded_port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,GUARDED:SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.guarded.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.guarded.ssl.keystore.type=PKCS12
listener.name.guarded.ssl.keystore.location={keystore}
listener.name.guarded.ssl.keystore.password={password}
listener.name.guarded.ssl.key.password={password}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user}
"""

_CASSANDRA = """
authenticator: PasswordAuthenticator
authorizer: CassandraAuthorizer
credentials_validity: 0ms
permissions_validity: 0ms
roles_validity: 0ms
client_encryption_options:
  enabled: true
  keystore: {keystore}
  keystore_password: {password}
  store_type: PKCS12
"""


@dataclass(frozen=True)
class Papers:
    """An authority's certificate, and a keystore for a server at 127.0.0.1 that it has vouched for."""

    authority: Path
    keystore: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Papers":
        authority, papers = trustme.CA(), cls(folder / "authority.pem", folder / "keystore.p12")
        authority.cert_pem.write_to_path(papers.authority)
        papers.keystore.write_bytes(_keystore(authority.issue_cert(LOOPBACK)))
        return papers


def _keystore(issued: trustme.LeafCert) -> bytes:
    certificate, *chain = [load_pem_x509_certificate(blob.bytes()) for blob in issued.cert_chain_pems]
    key = load_pem_private_key(issued.private_key_pem.bytes(), password=None)
    secrecy = BestAvailableEncryption(KEYSTORE_PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"server", key, certificate, chain, secrecy)  # type: ignore[arg-type]


@dataclass(frozen=True)
class GuardedKafka(Kafka):
    """Besides the plain listener, whose clients may do anything, one at `guarded_port` with SASL and TLS."""

    guarded_port: int
    papers: Papers

    @property
    def access(self) -> KafkaAccess:
        return self.access_of(USER)

    def access_of(self, user: str) -> KafkaAccess:
        return KafkaAccess(f"{LOOPBACK}:{self.guarded_port}", user, PASSWORD, self.papers.authority)

    def set_password(self, password: str, *users: str) -> None:
        """What Strimzi does when the secret of a user changes."""
        logins = [
            UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password) for user in users or [USER]
        ]
        with self.admin() as admin:
            admin.alter_user_scram_credentials(logins)

    @contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        admin = KafkaAdminClient(bootstrap_servers=self.url)
        try:
            yield admin
        finally:
            admin.close()

    def _properties(self) -> str:
        return super()._properties() + _KAFKA.format(
            port=self.port,
            controller_port=self.controller_port,
            guarded_port=self.guarded_port,
            keystore=self.papers.keystore,
            password=KEYSTORE_PASSWORD,
            user=USER,
        )


@dataclass(frozen=True)
class GuardedCassandra(Cassandra):
    papers: Papers = field(kw_only=True)

    def answers(self) -> bool:
        """Its first role may come a moment after its port."""
        if not accepts(self.port):
            return False
        try:
            with build_cluster(self.as_superuser()) as cluster:
                cluster.connect()
        except (NoHostAvailable, ssl.SSLError):
            return False
        return True

    def as_superuser(self) -> CassandraAccess:
        return CassandraAccess(self.hosts, SUPERUSER, SUPERUSER, self.papers.authority)

    def _places(self) -> tuple[str, ...]:
        """Tables are made twice as fast when they need not outlive the node."""
        return (*super()._places(), "-Dcassandra.test.flush_local_schema_changes=false")

    def _yaml(self) -> str:
        return super()._yaml() + _CASSANDRA.format(keystore=self.papers.keystore, password=KEYSTORE_PASSWORD)
