"""Secrets are files, where the services look for them; and what they write to is there."""

from collections.abc import Iterator

from tests.deploy.k8s.code import fields_of
from tests.deploy.k8s.rendering import Thing, env, named, ours, pod, secret_files, title

FOLDER = "AID_SECRETS_DIR"


def misplaced(things: list[Thing]) -> Iterator[str]:
    """Secret files that are not where the service is told to look."""
    for workload in ours(things).values():
        told, secrets = env(workload, things), mounts(workload)["secrets"]
        if told[FOLDER] != secrets:
            yield f"{title(workload)} looks for secrets in {told[FOLDER]}"
        if told.get("AID_KAFKA_CA", "") not in {"", *(f"{secrets}/{path}" for _, _, path in secret_files(workload))}:
            yield f"{title(workload)} has no {told['AID_KAFKA_CA']}"


def unwritable(things: list[Thing]) -> Iterator[str]:
    """Folders for archives that lie on the read-only root."""
    for name, workload in ours(things).items():
        if "archives" in fields_of(name):
            told = env(workload, things)
            folders = [told.get("AID_SCRATCH", "/tmp"), told["AID_ARCHIVES"].removeprefix("file://")]
            local = [folder for folder in folders if folder.startswith("/")]
            lost = [folder for folder in local if not folder.startswith(tuple(mounts(workload).values()))]
            yield from (f"{title(workload)} cannot write {folder}" for folder in lost)


def mounts(workload: Thing) -> dict[str, str]:
    return {each["name"]: each["mountPath"] for each in pod(workload)["spec"]["containers"][0]["volumeMounts"]}


def test_secret_files_are_where_they_are_looked_for(things: list[Thing]) -> None:
    assert list(misplaced(things)) == []


def test_folders_for_archives_can_be_written(things: list[Thing]) -> None:
    assert list(unwritable(things)) == []


def test_gateway_and_packager_share_their_archives(things: list[Thing]) -> None:
    gateway, packager = (ours(things)[name] for name in ("gateway", "packager"))
    names = ("AID_ARCHIVES", "AID_S3_ENDPOINT")
    told = [{name: env(each, things).get(name) for name in names} for each in (gateway, packager)]
    claims = [
        [
            volume["persistentVolumeClaim"]
            for volume in pod(each)["spec"]["volumes"]
            if "persistentVolumeClaim" in volume
        ]
        for each in (gateway, packager)
    ]

    assert told[0] == told[1]
    assert claims[0] == claims[1]
    assert bool(claims[0]) == str(told[0]["AID_ARCHIVES"]).startswith("file:")


def test_secrets_are_files(things: list[Thing]) -> None:
    """A variable shows in `describe pod`, and in every crash report."""
    told = {name for workload in ours(things).values() for name in env(workload, things)}

    assert not {name for name in told if name.endswith(("KEY", "KEYS", "PASSWORD", "SECRET", "SMTP_URL"))}


def test_a_file_elsewhere_is_noticed(production: list[Thing]) -> None:
    named(production, "ConfigMap", "settings")["data"] |= {
        FOLDER: "/run/secrets",
        "AID_KAFKA_CA": "/run/secrets/aid/ca",
    }

    assert len(list(misplaced(production))) == 2 * len(ours(production))


def test_a_folder_on_the_read_only_root_is_noticed(production: list[Thing]) -> None:
    pod(ours(production)["packager"])["spec"]["containers"][0]["volumeMounts"].pop()

    assert list(unwritable(production)) == ["Deployment/packager cannot write /scratch/aid"]
