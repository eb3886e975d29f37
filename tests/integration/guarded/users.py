"""The KafkaUsers of deploy/k8s, with what Strimzi makes of them in Kafka: an ACL for each operation."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType

from tests.integration.guarded.servers import GuardedKafka

_USERS = Path(__file__).parents[3] / "deploy" / "k8s" / "components" / "kafka" / "users.yaml"


class Right(NamedTuple):
    """`kind` is `topic` or `group`; the name `*` means all of them."""

    user: str
    operation: str
    kind: str
    name: str

    def acl(self) -> ACL:
        pattern = ResourcePattern(ResourceType[self.kind.upper()], self.name)
        return ACL(f"User:{self.user}", "*", ACLOperation[self.operation.upper()], ACLPermissionType.ALLOW, pattern)


def names() -> list[str]:
    return [user["metadata"]["name"] for user in _users()]


def all_rights() -> Iterator[Right]:
    for user in _users():
        for acl in user["spec"]["authorization"]["acls"]:
            for operation in acl["operations"]:
                yield Right(user["metadata"]["name"], operation, acl["resource"]["type"], acl["resource"]["name"])


def allow(kafka: GuardedKafka, *rights: Right) -> None:
    with kafka.admin() as admin:
        assert not admin.create_acls([right.acl() for right in rights])["failed"]


def forbid(kafka: GuardedKafka, *rights: Right) -> None:
    with kafka.admin() as admin:
        admin.delete_acls([right.acl() for right in rights])


@cache
def _users() -> list[dict[str, Any]]:
    return list(yaml.load_all(_USERS.read_text(), yaml.CSafeLoader))
