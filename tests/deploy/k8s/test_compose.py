"""Docker Compose runs the same system as Kubernetes: the same parts, images and settings, or there is a reason."""

import re
from functools import cache
from typing import Any

import yaml

from tests.deploy.k8s.code import SERVICES, fields_of, settings_of, variable
from tests.deploy.k8s.rendering import ROOT, Thing, containers, env, module_of, named, ours, overlay, workloads
from tests.deploy.k8s.test_ends import HAND_BACK

ONLY_IN_COMPOSE = {
    "objects": "a bucket on one machine; Kubernetes has a volume there, and somebody's bucket in production",
    "prometheus": "the Prometheus operator's",
    "grafana": "the same",
    "pictureweb": "to look at the system without the Internet",
}

SAID_DIFFERENTLY = {
    "s3_endpoint": "Compose may be told to use its own bucket, and then needs nothing more",
    "s3_public_url": "the same",
    "scratch": "the same",
    "mail_from": "an example in both",
}

_DEFAULT = re.compile(r"\$\{\w+:-([^${}]*)\}")


@cache
def compose() -> Thing:
    text: Thing = yaml.load((ROOT / "docker-compose.yml").read_text(), yaml.CSafeLoader)
    return text["services"]  # type: ignore[no-any-return]


def told(service: Thing) -> dict[str, str]:
    """What stands there, with nothing set in the shell."""
    return {name: _expanded(str(value)) for name, value in service["environment"].items() if value is not None}


def _expanded(text: str) -> str:
    while (plain := _DEFAULT.sub(r"\1", text)) != text:
        text = plain
    return text


def effective(name: str, variables: dict[str, str]) -> dict[str, Any]:
    """Every setting of the service, defaults included; those of secrets are left out."""
    values = {field: variables[variable(field)] for field in fields_of(name) if variable(field) in variables}
    secrets = {field: text for field, text in _SECRETS.items() if field in fields_of(name)}
    known = settings_of(name).model_validate(secrets | values).model_dump()
    return {field: known[field] for field in known.keys() - secrets.keys()}


_SECRETS = {"smtp_url": "smtp://localhost:25", "secret_keys": "k" * 16, "address_key": "k" * 16}


def apart(name: str, here: dict[str, str], there: dict[str, str]) -> set[str]:
    """Settings whose values differ."""
    one, other = effective(name, here), effective(name, there)
    return {field for field in one if one[field] != other[field]}


def test_both_run_the_same_parts() -> None:
    local = overlay("local")
    others = {each["metadata"]["name"] for each in workloads(local) if module_of(each) is None}

    composed = {"mailpit" if name == "mail" else name for name in compose()}
    assert composed - ONLY_IN_COMPOSE.keys() == {*ours(local), *others}


def test_both_run_the_same_images() -> None:
    local = overlay("local")
    kubernetes = {container["image"] for workload in workloads(local) for container in containers(workload)}

    assert {each["image"] for name, each in compose().items() if name not in ONLY_IN_COMPOSE} == kubernetes


def test_both_run_the_same_modules() -> None:
    modules = {name: module_of(workload) for name, workload in ours(overlay("local")).items()}

    assert {name: compose()[name]["command"] for name in modules} == {name: [each] for name, each in modules.items()}


def test_a_service_is_told_the_same_in_both() -> None:
    local = overlay("local")
    differing = {
        name: fields
        for name, workload in ours(local).items()
        if (fields := apart(name, told(compose()[name]), env(workload, local)) - SAID_DIFFERENTLY.keys())
    }

    assert differing == {}


def test_compose_too_gives_time_to_hand_a_run_back() -> None:
    periods = {name: int(compose()[name]["stop_grace_period"].removesuffix("s")) for name in SERVICES}

    assert {name for name, seconds in periods.items() if seconds <= HAND_BACK} == set()


def test_another_setting_is_noticed() -> None:
    local = overlay("local")
    named(local, "ConfigMap", "settings")["data"]["AID_LINK_MINUTES"] = "21"

    assert apart(
        "gateway", told(compose()["gateway"]), env(ours(local)["gateway"], local)
    ) - SAID_DIFFERENTLY.keys() == {"link_minutes"}
