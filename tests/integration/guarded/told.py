"""What a process is told of the guarded Kafka."""

from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings


def environment(kafka: KafkaAccess) -> dict[str, str]:
    return {
        "AID_KAFKA_URL": kafka.servers,
        "AID_KAFKA_USER": str(kafka.user),
        "AID_KAFKA_PASSWORD": str(kafka.password),
        "AID_KAFKA_CA": str(kafka.authority),
        "AID_CASSANDRA_HOSTS": "unused:1",
    }


def provisioning(kafka: KafkaAccess) -> ProvisionSettings:
    told = {name.removeprefix("AID_").lower(): text for name, text in environment(kafka).items()}
    return ProvisionSettings.model_validate(told | {"partitions": 1})
