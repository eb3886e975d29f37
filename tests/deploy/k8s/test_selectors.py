"""Labels choose the pods they are meant for, and ports that are named are open."""

from collections.abc import Iterator

from tests.deploy.k8s.rendering import Thing, containers, matches, named, of_kind, pod, title, workloads


def unmatched(things: list[Thing]) -> Iterator[str]:
    """Selectors that choose no pod, or another's."""
    labels = {title(each): pod(each)["metadata"]["labels"] for each in workloads(things)}
    for each in of_kind(things, "Deployment", "StatefulSet"):
        chosen = [name for name, worn in labels.items() if matches(each["spec"]["selector"], worn)]
        if chosen != [title(each)]:
            yield f"{title(each)} selects {chosen}"
    for each in of_kind(things, "Service", "PodDisruptionBudget"):
        if not any(matches(_selector(each), worn) for worn in labels.values()):
            yield f"{title(each)} selects nothing"


def _selector(thing: Thing) -> Thing:
    """A Service writes its own without `matchLabels`."""
    selector: Thing = thing["spec"]["selector"]
    return selector if "matchLabels" in selector else {"matchLabels": selector}


def closed(things: list[Thing]) -> Iterator[str]:
    """Ports that are named, but open nowhere: of Services, probes, routes."""
    for service in of_kind(things, "Service"):
        behind = [each for each in workloads(things) if matches(_selector(service), pod(each)["metadata"]["labels"])]
        targets = [port["targetPort"] for port in service["spec"]["ports"]]
        yield from (f"{title(service)} leads to {at}" for each in behind for at in targets if at not in _ports(each))
    for workload in workloads(things):
        probed = _probed(containers(workload)[0])
        yield from (f"{title(workload)} is probed at {port}" for port in probed if port not in _ports(workload))
    for route in of_kind(things, "HTTPRoute"):
        for backend in (each for rule in route["spec"]["rules"] for each in rule.get("backendRefs", ())):
            ports = named(things, "Service", backend["name"])["spec"]["ports"]
            if backend["port"] not in [port["port"] for port in ports]:
                yield f"{title(route)} leads to {backend['port']}"


def _probed(container: Thing) -> list[str]:
    probes = [container[name] for name in ("startupProbe", "livenessProbe", "readinessProbe") if name in container]
    return [probe[kind]["port"] for probe in probes for kind in ("httpGet", "tcpSocket") if kind in probe]


def _ports(workload: Thing) -> list[str]:
    return [port["name"] for container in containers(workload) for port in container.get("ports", ())]


def test_selectors_choose_their_own_pods(things: list[Thing]) -> None:
    assert list(unmatched(things)) == []


def test_ports_that_are_named_are_open(things: list[Thing]) -> None:
    assert list(closed(things)) == []


def test_a_selector_that_chooses_nothing_is_noticed(production: list[Thing]) -> None:
    named(production, "Service", "gateway")["spec"]["selector"] = {"app.kubernetes.io/name": "gatewy"}
    named(production, "Deployment", "scraper")["spec"]["selector"] = {"matchLabels": {}}

    assert [fault.partition(" ")[0] for fault in unmatched(production)] == ["Deployment/scraper", "Service/gateway"]


def test_a_port_that_is_closed_is_noticed(production: list[Thing]) -> None:
    pod(named(production, "Deployment", "gateway"))["spec"]["containers"][0]["ports"].pop()
    named(production, "Service", "gateway")["spec"]["ports"][0] |= {"port": 81, "targetPort": "wep"}

    faults = list(closed(production))
    assert len(faults) == 5
    assert {fault.rpartition(" ")[2] for fault in faults} == {"wep", "health", "80"}
