"""Pod security: what the level *restricted* forbids, and what the project adds to it."""

from collections.abc import Iterable, Iterator

from tests.deploy.k8s.rendering import Thing, containers, module_of, named, of_kind, pod, rendered, title, workloads

_VOLUMES = {"configMap", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_SECCOMP = ("RuntimeDefault", "Localhost")
_HOST = ("hostNetwork", "hostPID", "hostIPC")


def forbidden(things: Iterable[Thing]) -> Iterator[str]:
    """What pod security at the level *restricted* would refuse, for each workload."""
    for workload in workloads(things):
        spec = pod(workload)["spec"]
        yield from (f"{title(workload)} {name}" for name in _HOST if spec.get(name))
        for volume in spec.get("volumes", ()):
            if not volume.keys() - {"name"} <= _VOLUMES:
                yield f"{title(workload)} volume {volume['name']}"
        for container in containers(workload):
            yield from (
                f"{title(workload)} {fault}" for fault in _container(container, spec.get("securityContext", {}))
            )


def _container(container: Thing, of_pod: Thing) -> Iterator[str]:
    own = container.get("securityContext", {})
    both = of_pod | own
    if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
        yield "may run as root"
    if both.get("seccompProfile", {}).get("type") not in _SECCOMP:
        yield "has no seccomp profile"
    if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
        yield "may gain privileges"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", ()) or capabilities.get("add"):
        yield "keeps capabilities"
    if any("hostPort" in port for port in container.get("ports", ())):
        yield "takes a port of the node"


def careless(things: Iterable[Thing]) -> Iterator[str]:
    """What nobody forbids, and our own pods do without all the same."""
    things = list(things)
    accounts = {each["metadata"]["name"]: each for each in of_kind(things, "ServiceAccount")}
    for workload in filter(module_of, workloads(things)):
        spec, container = pod(workload)["spec"], containers(workload)[0]
        if container["securityContext"].get("readOnlyRootFilesystem") is not True:
            yield f"{title(workload)} may write anywhere"
        if spec["securityContext"].get("runAsUser") != 10001:
            yield f"{title(workload)} runs as nobody of ours"
        if spec.get("enableServiceLinks") is not False:
            yield f"{title(workload)} is told of every Service"
        account = accounts.get(spec.get("serviceAccountName"), {})
        if [spec.get("automountServiceAccountToken"), account.get("automountServiceAccountToken")] != [False, False]:
            yield f"{title(workload)} gets a token"
        if container["resources"]["limits"].keys() != {"memory"}:
            yield f"{title(workload)} is throttled, or may take all memory"
        if container["resources"]["requests"]["memory"] != container["resources"]["limits"]["memory"]:
            yield f"{title(workload)} may be evicted for memory it was allowed"
        if "cpu" not in container["resources"]["requests"]:
            yield f"{title(workload)} asks for no processor"


def test_the_namespace_takes_restricted_pods_only(things: list[Thing]) -> None:
    labels = named(things, "Namespace", "aid")["metadata"]["labels"]

    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}
    assert {thing["metadata"].get("namespace", "aid") for thing in things} == {"aid"}


def test_every_pod_is_restricted(things: list[Thing]) -> None:
    assert list(forbidden(things)) == []


def test_our_own_pods_take_no_more_than_they_need(things: list[Thing]) -> None:
    assert list(careless(things)) == []


def test_only_what_brings_files_to_nodes_is_not_restricted() -> None:
    nodes = rendered("components/chromium-sandbox/nodes")

    assert {fault.partition(" ")[0] for fault in forbidden(nodes)} == {"DaemonSet/seccomp"}
    assert {thing["metadata"]["namespace"] for thing in workloads(nodes)} == {"aid-nodes"}


def test_cassandras_pods_are_told_to_be_restricted(production: list[Thing]) -> None:
    cassandra = named(production, "CassandraDatacenter", "dc1")["spec"]["podTemplateSpec"]

    as_workload = {"kind": "StatefulSet", "metadata": {"name": "dc1"}, "spec": {"template": cassandra}}
    assert list(forbidden([as_workload])) == []


def test_each_fault_of_a_pod_is_noticed(production: list[Thing]) -> None:
    workload = named(production, "Deployment", "scraper")
    spec = pod(workload)["spec"]
    spec["hostPID"] = True
    spec["volumes"].append({"name": "disk", "hostPath": {"path": "/"}})
    spec["securityContext"] = {}
    spec["containers"][0]["securityContext"] = {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}
    spec["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]

    assert [fault.partition(" ")[2] for fault in forbidden([workload])] == [
        "hostPID",
        "volume disk",
        "may run as root",
        "has no seccomp profile",
        "may gain privileges",
        "keeps capabilities",
        "takes a port of the node",
    ]


def test_each_carelessness_is_noticed(production: list[Thing]) -> None:
    spec = pod(named(production, "Deployment", "scraper"))["spec"]
    spec["securityContext"]["runAsUser"] = 1000
    del spec["enableServiceLinks"], spec["automountServiceAccountToken"]
    spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
    spec["containers"][0]["resources"] = {"limits": {"cpu": 1, "memory": "2Gi"}, "requests": {"memory": "1Gi"}}

    assert len(list(careless(production))) == 7
