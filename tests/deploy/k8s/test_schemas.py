"""Kubernetes 1.30 to 1.37 take every object as it is written."""

import pytest

from tests.deploy.k8s.rendering import OVERLAYS, Thing, named, overlay, rendered, title
from tests.deploy.k8s.schemas import VERSIONS, is_core, misfits


def everything() -> list[Thing]:
    return [thing for name in OVERLAYS for thing in overlay(name)] + rendered("components/chromium-sandbox/nodes")


@pytest.mark.parametrize("version", VERSIONS)
def test_each_kubernetes_takes_every_object(version: str) -> None:
    core = filter(is_core, everything())

    assert [f"{title(thing)} {fault}" for thing in core for fault in misfits(thing, version)] == []


def test_a_misspelt_field_is_noticed(production: list[Thing]) -> None:
    gateway = named(production, "Deployment", "gateway")
    gateway["spec"]["template"]["spec"]["terminationGracePeriod"] = 5

    assert any("terminationGracePeriod" in fault for fault in misfits(gateway, "1.30"))


def test_a_number_for_a_text_is_noticed(production: list[Thing]) -> None:
    settings = named(production, "ConfigMap", "settings")
    settings["data"]["AID_LINK_MINUTES"] = 20

    assert misfits(settings, "1.37")


def test_a_version_of_a_kind_that_is_gone_is_noticed(production: list[Thing]) -> None:
    budget = named(production, "PodDisruptionBudget", "gateway") | {"apiVersion": "policy/v1beta1"}

    assert misfits(budget, "1.30") == ["policy/v1beta1 PodDisruptionBudget is not known"]
