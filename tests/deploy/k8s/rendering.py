"""What kustomize makes of deploy/k8s, as plain dictionaries."""

import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("local", "production")

Thing = dict[str, Any]
"""One Kubernetes object."""

_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
_KUBECTL = Path(sys.executable).with_name("kubectl")


def overlay(name: str) -> list[Thing]:
    """Fresh each time, so that a test may spoil it."""
    return rendered(f"overlays/{name}")


def rendered(folder: str) -> list[Thing]:
    things: list[Thing] = pickle.loads(_pickled(folder))  # noqa: S301 - our own; to copy so is fastest
    return things


@cache
def _pickled(folder: str) -> bytes:
    done = subprocess.run([_KUBECTL, "kustomize", K8S / folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return pickle.dumps(list(yaml.load_all(done.stdout, yaml.CSafeLoader)))


def of_kind(things: Iterable[Thing], *kinds: str) -> list[Thing]:
    return [thing for thing in things if thing["kind"] in kinds]


def named(things: Iterable[Thing], kind: str, name: str) -> Thing:
    return next(thing for thing in of_kind(things, kind) if thing["metadata"]["name"] == name)


def title(thing: Thing) -> str:
    return f"{thing['kind']}/{thing['metadata']['name']}"


def workloads(things: Iterable[Thing]) -> list[Thing]:
    return of_kind(things, *_WORKLOADS)


def pod(workload: Thing) -> Thing:
    """Its pods' metadata and spec."""
    template: Thing = workload["spec"]["template"]
    return template


def containers(workload: Thing) -> list[Thing]:
    spec = pod(workload)["spec"]
    return [*spec["containers"], *spec.get("initContainers", [])]


def module_of(workload: Thing) -> str | None:
    """`services.gateway`, `shared.provision`; None when it runs nothing of ours."""
    first = next(iter(pod(workload)["spec"]["containers"][0].get("args", ())), "")
    return first if first.startswith(("services.", "shared.")) else None


def ours(things: Iterable[Thing]) -> dict[str, Thing]:
    """The workloads that run our code, by the last part of its module."""
    return {module.rpartition(".")[2]: each for each in workloads(things) if (module := module_of(each))}


def matches(selector: Thing | None, labels: Thing) -> bool:
    """A label selector; an empty one matches all, None nothing."""
    if selector is None:
        return False
    equal = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return equal and all(_expression(each, labels) for each in selector.get("matchExpressions", ()))


def _expression(each: Thing, labels: Thing) -> bool:
    if each["operator"] == "In":
        return labels.get(each["key"]) in each["values"]
    raise AssertionError(f"no test knows {each['operator']}")


def env(workload: Thing, things: Iterable[Thing]) -> dict[str, str]:
    """What its first container is told, ConfigMaps included; its own words win."""
    container = pod(workload)["spec"]["containers"][0]
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        told |= named(things, "ConfigMap", source["configMapRef"]["name"])["data"]
    return told | {each["name"]: each["value"] for each in container.get("env", ())}


def secret_files(workload: Thing) -> Iterator[tuple[str, str, str]]:
    """(Secret, key, path) for each file in its projected volumes."""
    for volume in pod(workload)["spec"].get("volumes", ()):
        for source in volume.get("projected", {}).get("sources", ()):
            for item in source["secret"]["items"]:
                yield source["secret"]["name"], item["key"], item["path"]
