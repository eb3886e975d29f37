"""A pod that goes has time for its goodbyes, a pod that is stuck is found, and never all of a service go at once."""

from collections.abc import Iterator

import pytest

from services.gateway.web import serving
from services.notifier import postman, smtp_line
from services.scraper import chromium
from shared import goodbyes, health, streams, work
from tests.deploy.k8s.code import SERVICES, consumers
from tests.deploy.k8s.rendering import Thing, containers, named, of_kind, ours, pod, title

HAND_BACK = streams._STOP_TIMEOUT + 2 * work.HAND_BACK_SECONDS
"""Faust, what was just claimed, then all runs at once."""

_CLIENTS = 3 * goodbyes.GOODBYE_SECONDS
"""The publisher, the lag, the offsets."""

LONGEST_END = {
    "gateway": serving._GOODBYE_SECONDS + 2 * goodbyes.GOODBYE_SECONDS,
    "scheduler": streams._STOP_TIMEOUT + _CLIENTS,
    "scraper": HAND_BACK + chromium.GONE_SECONDS + _CLIENTS,
    "packager": HAND_BACK + _CLIENTS,
    "notifier": streams._STOP_TIMEOUT + postman.LAST_COPIES_SECONDS + smtp_line._SMALL_TALK_SECONDS + _CLIENTS,
}
"""With Kafka away, when each goodbye takes all the time it may."""

PROBES = {"startup": "/readyz", "liveness": "/livez", "readiness": "/livez"}
"""A new pod replaces none before it has reached its servers; one that has stays in its Service while they are away."""

OUTAGE_SECONDS = 3600
"""So long a pod may wait for its servers at its start, before it is begun anew."""


def hurried(things: list[Thing]) -> Iterator[str]:
    """Pods that are killed before they could have ended, in the middle of handing a run back."""
    for name, seconds in LONGEST_END.items():
        workload = ours(things)[name]
        before = containers(workload)[0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if pod(workload)["spec"]["terminationGracePeriodSeconds"] <= seconds + before:
            yield f"{title(workload)} needs {seconds + before} s"


def misjudged(things: list[Thing]) -> Iterator[str]:
    """Probes that ask for the wrong thing, or give up before an honest answer has come."""
    for name in SERVICES:
        container = containers(ours(things)[name])[0]
        paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
        if paths != PROBES:
            yield f"{name} is asked {paths}"
        patience = [container[f"{kind}Probe"]["timeoutSeconds"] for kind in ("startup", "liveness", "readiness")]
        if min(patience) <= health.CHECK_SECONDS:
            yield f"{name} has {min(patience)} s for an answer"
        start = container["startupProbe"]
        if start["periodSeconds"] * start["failureThreshold"] < OUTAGE_SECONDS:
            yield f"{name} is killed while it starts"


def undrainable(things: list[Thing]) -> Iterator[str]:
    """Budgets that forbid what they should only slow down, and services of two that have none."""
    budgets = {
        each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]: each["spec"]
        for each in of_kind(things, "PodDisruptionBudget")
    }
    least = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"].get("minReplicaCount", each["spec"].get("minReplicas"))
        for each in of_kind(things, "ScaledObject", "HorizontalPodAutoscaler")
    }
    several = {name for name, number in least.items() if number > 1}
    yield from (f"{name} has a budget and may be alone" for name in sorted(budgets.keys() - several))
    yield from (f"{name} has no budget" for name in sorted(several - budgets.keys()))
    for name, budget in budgets.items():
        if budget.get("maxUnavailable") != 1 or budget.get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            yield f"{name} has a budget that keeps nodes from being drained"


def test_every_pod_has_time_for_its_goodbyes(things: list[Thing]) -> None:
    assert list(hurried(things)) == []


def test_every_pod_is_asked_whether_it_lives_and_whether_it_is_ready(things: list[Thing]) -> None:
    assert list(misjudged(things)) == []


def test_nodes_can_be_drained(things: list[Thing]) -> None:
    assert list(undrainable(things)) == []


def test_a_rollout_brings_few_rebalances_and_no_gap_at_the_gateway(things: list[Thing]) -> None:
    ways = {name: ours(things)[name]["spec"]["strategy"]["rollingUpdate"] for name in SERVICES}

    assert ways.pop("gateway") == {"maxSurge": 1, "maxUnavailable": 0}
    assert ways == {name: {"maxSurge": 0, "maxUnavailable": 1} for name in consumers()}


def test_pods_of_a_service_are_spread(things: list[Thing]) -> None:
    for name in SERVICES:
        spread = pod(ours(things)[name])["spec"]["topologySpreadConstraints"]
        assert [each["topologyKey"] for each in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        assert all(each["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": name} for each in spread)


def test_the_job_tries_again_and_comes_to_an_end(things: list[Thing]) -> None:
    spec = ours(things)["provision"]["spec"]

    assert spec["backoffLimit"] > 0
    assert spec["activeDeadlineSeconds"] > 600
    assert pod(ours(things)["provision"])["spec"]["restartPolicy"] == "OnFailure"


@pytest.mark.parametrize("name", SERVICES)
def test_too_short_a_time_is_noticed(production: list[Thing], name: str) -> None:
    pod(ours(production)[name])["spec"]["terminationGracePeriodSeconds"] = 20

    assert len(list(hurried(production))) == 1


def test_a_wrong_probe_is_noticed(production: list[Thing]) -> None:
    containers(ours(production)["gateway"])[0]["livenessProbe"]["httpGet"]["path"] = "/readyz"
    containers(ours(production)["scraper"])[0]["readinessProbe"]["timeoutSeconds"] = 1
    containers(ours(production)["packager"])[0]["startupProbe"]["failureThreshold"] = 30
    containers(ours(production)["scheduler"])[0]["startupProbe"]["httpGet"]["path"] = "/livez"
    containers(ours(production)["notifier"])[0]["readinessProbe"]["httpGet"]["path"] = "/readyz"

    assert [fault.partition(" ")[0] for fault in misjudged(production)] == list(SERVICES)


def test_a_wrong_budget_is_noticed(production: list[Thing]) -> None:
    named(production, "ScaledObject", "scheduler")["spec"]["minReplicaCount"] = 1
    named(production, "ScaledObject", "notifier")["spec"]["minReplicaCount"] = 2
    del named(production, "PodDisruptionBudget", "gateway")["spec"]["maxUnavailable"]

    assert list(undrainable(production)) == [
        "scheduler has a budget and may be alone",
        "notifier has no budget",
        "gateway has a budget that keeps nodes from being drained",
    ]
