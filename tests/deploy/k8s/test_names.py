"""No name stands for two."""

from collections import Counter
from collections.abc import Iterator

from tests.deploy.k8s.rendering import Thing, containers, named, pod, secret_files, title, workloads


def twice(things: list[Thing]) -> Iterator[str]:
    """The same name for two: the API server takes one of them, or none."""
    yield from (name for name, count in Counter(map(title, things)).items() if count > 1)
    for workload in workloads(things):
        names = Counter(_names(workload))
        yield from (f"{title(workload)} {name}" for name, count in names.items() if count > 1)


def _names(workload: Thing) -> list[str]:
    spec = pod(workload)["spec"]
    variables = [f"variable {each['name']}" for each in spec["containers"][0].get("env", ())]
    volumes = [f"volume {each['name']}" for each in spec.get("volumes", ())]
    return [*variables, *volumes, *(f"file {path}" for _, _, path in secret_files(workload))]


def loose(things: list[Thing]) -> Iterator[str]:
    """Volumes that nobody mounts, and mounts of no volume."""
    for workload in workloads(things):
        mounts = {each["name"] for container in containers(workload) for each in container.get("volumeMounts", ())}
        claims = {each["metadata"]["name"] for each in workload["spec"].get("volumeClaimTemplates", ())}
        volumes = {each["name"] for each in pod(workload)["spec"].get("volumes", ())} | claims
        yield from (f"{title(workload)} {name}" for name in mounts ^ volumes)


def test_nothing_has_the_name_of_another(things: list[Thing]) -> None:
    assert list(twice(things)) == []


def test_every_volume_is_mounted_and_every_mount_is_of_one(things: list[Thing]) -> None:
    assert list(loose(things)) == []


def test_a_name_that_comes_twice_is_noticed(production: list[Thing]) -> None:
    container = pod(named(production, "Deployment", "scraper"))["spec"]["containers"][0]
    container["env"].append(container["env"][0])

    assert len(list(twice([*production, named(production, "Service", "gateway")]))) == 2


def test_a_mount_of_nothing_is_noticed(production: list[Thing]) -> None:
    container = pod(named(production, "Deployment", "scraper"))["spec"]["containers"][0]
    container["volumeMounts"][0] = {"name": "nothing", "mountPath": "/nothing"}

    assert sorted(loose(production)) == ["Deployment/scraper nothing", "Deployment/scraper secrets"]
