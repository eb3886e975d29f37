"""Every image has a version, ours the project's; each workload runs the one that holds what it needs."""

import tomllib
from collections.abc import Iterator

import pytest

from tests.deploy.k8s.rendering import K8S, ROOT, Thing, containers, named, ours, pod, rendered, title, workloads

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
APP, SCRAPER = "advance-image-downloader", "advance-image-downloader-scraper"

FOLDERS = sorted(f"{file.parent.relative_to(K8S)}" for file in K8S.glob("base/*/kustomization.yaml"))


def floating(things: list[Thing]) -> Iterator[str]:
    """Images that may be another tomorrow."""
    for workload in workloads(things):
        for image in (container["image"] for container in containers(workload)):
            name, _, tag = image.rpartition("/")[2].partition(":")
            if tag in ("", "latest") or (name in (APP, SCRAPER) and tag != VERSION):
                yield f"{title(workload)} runs {image}"


def mistaken(things: list[Thing]) -> Iterator[str]:
    """Ours that run on the wrong one: only the scraper's has a browser."""
    for name, workload in ours(things).items():
        image = containers(workload)[0]["image"].rpartition("/")[2].partition(":")[0]
        if image != (SCRAPER if name == "scraper" else APP):
            yield f"{title(workload)} runs {image}"


def test_every_image_is_of_one_version(things: list[Thing]) -> None:
    assert list(floating(things)) == []


def test_each_runs_on_its_own_image(things: list[Thing]) -> None:
    assert list(mistaken(things)) == []


def test_the_job_that_makes_the_tables_is_named_by_the_version(things: list[Thing]) -> None:
    """A Job cannot be changed: under the name of the last version this one would be refused."""
    assert ours(things)["provision"]["metadata"]["name"] == f"provision-{VERSION.replace('.', '-')}"


@pytest.mark.parametrize("folder", [*FOLDERS, "components/chromium-sandbox/nodes"])
def test_each_folder_can_be_applied_alone(folder: str) -> None:
    things = rendered(folder)

    assert workloads(things)
    assert list(floating(things)) == []
    assert all("namespace" in thing["metadata"] for thing in things if thing["kind"] != "Namespace")


def test_the_dockerfile_makes_these_images() -> None:
    assert {"app", "scraper"} <= {
        line.split()[-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM")
    }


def test_an_image_without_a_version_is_noticed(production: list[Thing]) -> None:
    pod(named(production, "Deployment", "gateway"))["spec"]["containers"][0]["image"] = (
        "registry.example.org:5000/gateway"
    )
    pod(named(production, "Deployment", "packager"))["spec"]["containers"][0]["image"] = f"{APP}:0.0.9"
    pod(named(production, "Deployment", "scraper"))["spec"]["containers"][0]["image"] = f"{APP}:latest"

    assert len(list(floating(production))) == 3
    assert list(mistaken(production)) == ["Deployment/gateway runs gateway", "Deployment/scraper runs " + APP]
