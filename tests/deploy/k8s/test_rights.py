"""Each service may do in Kafka what its code does there, and nothing else."""

from shared import topics
from tests.deploy.k8s.code import SERVICES, consumed, group_of, read, written
from tests.deploy.k8s.rendering import Thing, env, named, of_kind, ours

INBOX = topics.JOB_INBOX.name

Right = tuple[str, str, str]
"""(topic or group, its name, operation)."""


def granted(user: Thing) -> set[Right]:
    acls = user["spec"]["authorization"]["acls"]
    assert all(
        acl.get("type", "allow") == "allow" and acl["resource"].get("patternType", "literal") == "literal"
        for acl in acls
    )
    return {(acl["resource"]["type"], acl["resource"]["name"], each) for acl in acls for each in acl["operations"]}


def needed(service: str) -> set[Right]:
    own = group_of(service)
    rights = {("topic", topic, each) for topic in read(service) for each in ("Read", "Describe")}
    rights |= {("topic", topic, each) for topic in written(service) for each in ("Write", "Describe")}
    return rights | ({("group", own, "Read"), ("group", own, "Describe")} if consumed(service) else set())


def differing(things: list[Thing]) -> dict[str, set[Right]]:
    users = {service: granted(named(things, "KafkaUser", service)) for service in SERVICES}
    return {service: rights ^ needed(service) for service, rights in users.items() if rights != needed(service)}


def test_the_code_is_read_right() -> None:
    """Of two services, what they read and write is written down here as well."""
    assert read("gateway") == {"job-lifecycle.v1", "job-progress.v1"}
    assert written("gateway") == {"job-inbox.v1"}
    assert read("packager") == {"image-batches.v1", "job-lifecycle.v1"}
    assert written("packager") == {"job-inbox.v1", "job-progress.v1", "packager.dlq"}
    assert {topic for service in SERVICES for topic in written(service)} == {topic.name for topic in topics.ALL}


def test_each_service_may_do_what_its_code_does(production: list[Thing]) -> None:
    assert differing(production) == {}


def test_each_logs_in_as_its_own_user(production: list[Thing]) -> None:
    users = {name: env(workload, production)["AID_KAFKA_USER"] for name, workload in ours(production).items()}

    assert users == {name: name for name in (*SERVICES, "provision")}


def test_nobody_comes_in_without_a_login(production: list[Thing]) -> None:
    kafka = named(production, "Kafka", "aid")["spec"]["kafka"]

    assert kafka["authorization"] == {"type": "simple"}
    assert [(each["tls"], each["authentication"]["type"]) for each in kafka["listeners"]] == [(True, "scram-sha-512")]


def test_who_only_looks_may_only_look(production: list[Thing]) -> None:
    for name in ("keda", "provision"):
        assert {operation for _, _, operation in granted(named(production, "KafkaUser", name))} == {"Describe"}


def test_the_operator_may_send_every_dead_letter_back(production: list[Thing]) -> None:
    rights = granted(named(production, "KafkaUser", "operator"))

    letters = {topics.dead_letters(service).name for service in topics.CONSUMING_SERVICES}
    origins = {topic for service in SERVICES for topic in consumed(service)}
    assert {name for kind, name, operation in rights if (kind, operation) == ("topic", "Read")} == letters | {INBOX}
    assert {name for _, name, operation in rights if operation == "Write"} == letters | origins


def test_the_operator_may_send_the_schedulers_group_back_and_no_other(production: list[Thing]) -> None:
    rights = granted(named(production, "KafkaUser", "operator"))

    assert {right for right in rights if right[0] == "group"} == {
        ("group", group_of("scheduler"), "Read"),
        ("group", group_of("scheduler"), "Describe"),
    }
    assert ("topic", INBOX, "Read") in rights


def test_every_user_is_known(production: list[Thing]) -> None:
    users = {user["metadata"]["name"] for user in of_kind(production, "KafkaUser")}

    assert users == {*SERVICES, "provision", "keda", "operator"}


def test_a_right_too_few_or_too_many_is_noticed(production: list[Thing]) -> None:
    acls = named(production, "KafkaUser", "notifier")["spec"]["authorization"]["acls"]
    acls[0]["operations"].remove("Read")
    acls.append({"resource": {"type": "topic", "name": "job-due.v1"}, "operations": ["Write"]})

    missing, extra = ("topic", "job-lifecycle.v1", "Read"), ("topic", "job-due.v1", "Write")
    assert differing(production) == {"notifier": {missing, extra}}
