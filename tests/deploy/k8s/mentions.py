"""What each object says of others: which ones, and which keys of which Secrets. And the Secrets that operators make."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.deploy.k8s.rendering import K8S, Thing, of_kind, pod, secret_files, title, workloads

_BY_HAND = re.compile(r"create secret generic (\S+)(.*)")


def mentioned(things: list[Thing]) -> Iterator[tuple[str, str]]:
    """(who mentions it, `Kind/name`)."""
    for workload in workloads(things):
        yield from ((title(workload), each) for each in _by_pods(pod(workload)["spec"]))
    for thing in things:
        yield from ((title(thing), each) for each in _by(thing))


def _by_pods(spec: Thing) -> Iterator[str]:
    if "serviceAccountName" in spec:
        yield f"ServiceAccount/{spec['serviceAccountName']}"
    for source in (each for container in spec["containers"] for each in container.get("envFrom", ())):
        yield f"ConfigMap/{source['configMapRef']['name']}"
    for volume in spec.get("volumes", ()):
        if "persistentVolumeClaim" in volume:
            yield f"PersistentVolumeClaim/{volume['persistentVolumeClaim']['claimName']}"


def _by(thing: Thing) -> Iterator[str]:
    spec: Any = thing.get("spec")
    match thing["kind"]:
        case "ScaledObject" | "HorizontalPodAutoscaler":
            yield f"Deployment/{spec['scaleTargetRef']['name']}"
            for trigger in spec.get("triggers", ()):
                yield f"TriggerAuthentication/{trigger['authenticationRef']['name']}"
        case "TriggerAuthentication":
            yield from (f"ConfigMap/{each['name']}" for each in spec["configMapTargetRef"])
        case "KafkaTopic" | "KafkaUser" | "KafkaNodePool":
            yield f"Kafka/{thing['metadata']['labels']['strimzi.io/cluster']}"
        case "ExternalSecret":
            yield f"SecretStore/{spec['secretStoreRef']['name']}"
        case "SecretStore":
            yield f"ServiceAccount/{spec['provider']['vault']['auth']['kubernetes']['serviceAccountRef']['name']}"
        case "HTTPRoute":
            yield from (f"Gateway/{parent['name']}" for parent in spec["parentRefs"])
            yield from (f"Service/{each['name']}" for rule in spec["rules"] for each in rule.get("backendRefs", ()))


def secret_keys_used(things: list[Thing]) -> Iterator[tuple[str, str, str]]:
    """(who uses it, Secret, key)."""
    for workload in workloads(things):
        yield from ((title(workload), secret, key) for secret, key, _ in secret_files(workload))
    for login in of_kind(things, "TriggerAuthentication"):
        yield from ((title(login), each["name"], each["key"]) for each in login["spec"]["secretTargetRef"])
    for cassandra in of_kind(things, "CassandraDatacenter"):
        for user in cassandra["spec"]["users"]:
            yield from ((title(cassandra), user["secretName"], key) for key in ("username", "password"))
    for gateway in of_kind(things, "Gateway"):
        yield from ((title(gateway), name, "tls.key") for name in _certificates(gateway))


def made_secrets(things: Iterable[Thing]) -> Iterator[tuple[str, set[str]]]:
    """(Secret, its keys), of those that an operator makes of an object here."""
    for thing in things:
        name, spec = thing["metadata"]["name"], thing.get("spec", {})
        match thing["kind"]:
            case "ExternalSecret":
                yield spec["target"]["name"], {each["secretKey"] for each in spec["data"]}
            case "KafkaUser":
                yield name, {"password", "sasl.jaas.config"}
            case "Kafka":
                yield f"{name}-cluster-ca-cert", {"ca.crt", "ca.p12", "ca.password"}
            case "CassandraDatacenter":
                yield f"{spec['clusterName']}-superuser", {"username", "password"}
            case "Gateway" if "cert-manager.io/cluster-issuer" in thing["metadata"].get("annotations", {}):
                yield from ((each, {"tls.crt", "tls.key"}) for each in _certificates(thing))


def secrets_by_hand() -> Iterator[tuple[str, set[str]]]:
    """Those that the README has a person make."""
    commands = (K8S / "README.md").read_text().replace("\\\n", " ")
    for name, literals in _BY_HAND.findall(commands):
        yield name, set(re.findall(r"--from-literal=([^=\s]+)=", literals))


def _certificates(gateway: Thing) -> list[str]:
    listeners = gateway["spec"]["listeners"]
    return [each["name"] for listener in listeners for each in listener.get("tls", {}).get("certificateRefs", ())]
