"""docker-compose.yml as Compose itself understands it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from deploy.local.programs import ROOT
from services.gateway.settings import Settings as Gateway
from services.notifier.settings import Settings as Notifier
from services.packager.settings import Settings as Packager
from services.scheduler.settings import Settings as Scheduler
from services.scraper.settings import Settings as Scraper
from shared.provision import ProvisionSettings
from shared.topics import CONSUMING_SERVICES

COMPOSE = Path(sys.executable).parent / "docker-compose"
PROFILES = ("s3", "observability", "pictureweb")
SETTINGS: dict[str, type[BaseSettings]] = {
    "gateway": Gateway,
    "scheduler": Scheduler,
    "scraper": Scraper,
    "packager": Packager,
    "notifier": Notifier,
    "provision": ProvisionSettings,
}
SECRET = {"AID_SECRET_KEYS", "AID_ADDRESS_KEY", "AID_SMTP_URL", "AID_S3_KEY", "AID_S3_SECRET"}
HELD = {
    *("kafka_user", "kafka_password", "kafka_ca", "kafka_replication"),
    *("cassandra_user", "cassandra_password", "cassandra_ca", "cassandra_replication"),
    *("cassandra_keyspace", "cassandra_grant", "health_host", "health_port", "web_host", "web_port", "log_file"),
    *("chrome_binary", "chromedriver"),
}
"""Settings that the servers and the images of this file decide, and nobody else."""


def config(*arguments: str, **environ: str) -> dict[str, Any]:
    """The whole of it, resolved as for a person who has set nothing else, in a file `.env` neither."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AID_", "COMPOSE_"))}
    command = [
        str(COMPOSE),
        f"--project-directory={ROOT}",
        f"--file={ROOT / 'docker-compose.yml'}",
        "--env-file=/dev/null",
        *arguments,
    ]
    told = subprocess.run(
        [*command, "config", "--format=json"], env={**inherited, **environ}, capture_output=True, text=True, check=True
    )
    resolved: dict[str, Any] = json.loads(told.stdout)
    return resolved


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    services: dict[str, Any] = config(*(f"--profile={profile}" for profile in PROFILES))["services"]
    return services


@pytest.mark.parametrize("chosen", [(), ("s3",), ("observability",), ("pictureweb",), PROFILES])
def test_every_profile_is_understood(chosen: tuple[str, ...]) -> None:
    services = config(*(f"--profile={profile}" for profile in chosen))["services"]
    assert {profile for service in services.values() for profile in service.get("profiles", [])} == set(chosen)


@pytest.mark.parametrize("name", ["s3", "pictureweb"])
def test_a_profile_s_file_turns_it_on(name: str) -> None:
    services = config(f"--env-file={ROOT}/deploy/compose/{name}.env")["services"]
    assert any(name in service.get("profiles", []) for service in services.values())


def test_the_stand_ins_take_the_place_of_servers_that_are_there(everything: dict[str, Any]) -> None:
    override = ROOT / "tests/deploy/compose/compose.test.yml"
    replaced = config("--file", str(override), *(f"--profile={profile}" for profile in PROFILES))["services"]
    changed = {name for name in replaced if replaced[name] != everything[name]}
    assert changed == {"kafka", "cassandra", "mail", "objects", "prometheus"}


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_is_told_only_what_it_reads(everything: dict[str, Any], service: str) -> None:
    told = {*everything[service]["environment"], *_secrets(everything[service])}
    assert {name.removeprefix("AID_").lower() for name in told} <= SETTINGS[service].model_fields.keys()


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_is_told_all_that_a_person_may_set_for_it(everything: dict[str, Any], service: str) -> None:
    told = {*everything[service]["environment"], *_secrets(everything[service])}
    settable = SETTINGS[service].model_fields.keys() - HELD
    assert not {f"AID_{name}".upper() for name in settable} - told


def test_what_is_secret_reaches_nobody_by_an_environment() -> None:
    services = config(*(f"--profile={profile}" for profile in PROFILES), **dict.fromkeys(SECRET, "told"))["services"]
    for service in services.values():
        assert "env_file" not in service
        assert not SECRET & (service.get("environment") or {}).keys()


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_that_is_told_nothing_else_has_all_it_must_be_told(everything: dict[str, Any], service: str) -> None:
    values = {name for name, value in everything[service]["environment"].items() if value is not None}
    told = {*values, *_secrets(everything[service])}
    needed = {f"AID_{name}".upper() for name, field in SETTINGS[service].model_fields.items() if field.is_required()}
    assert needed <= told


def test_what_waits_waits_for_health_or_for_a_good_end(everything: dict[str, Any]) -> None:
    for service in everything.values():
        for name, dependency in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if name == "provision" else "service_healthy"
            assert dependency["condition"] == wanted


def test_every_server_of_others_says_how_its_health_is_asked(everything: dict[str, Any]) -> None:
    assert all("healthcheck" in service for service in everything.values() if "build" not in service)


def test_nothing_that_scales_has_a_name_or_a_port_of_its_own(everything: dict[str, Any]) -> None:
    for name in CONSUMING_SERVICES:
        assert not everything[name].keys() & {"container_name", "ports", "hostname"}


def test_nothing_is_open_to_other_machines_unless_asked(everything: dict[str, Any]) -> None:
    assert {port["host_ip"] for service in everything.values() for port in service.get("ports", [])} == {"127.0.0.1"}


def test_every_container_is_held_in_bounds(everything: dict[str, Any]) -> None:
    for service in everything.values():
        limits = service["deploy"]["resources"]["limits"]
        assert limits["memory"]
        assert limits["pids"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["logging"]["options"]["max-size"]


def test_roots_can_be_written_only_where_an_image_insists(everything: dict[str, Any]) -> None:
    assert {name for name, service in everything.items() if not service.get("read_only")} == {"kafka", "cassandra"}


def test_every_volume_has_a_name_by_which_down_finds_it(everything: dict[str, Any]) -> None:
    volumes = [volume for service in everything.values() for volume in service.get("volumes", [])]
    assert all(volume.get("source") for volume in volumes)


def test_images_of_others_are_pinned(everything: dict[str, Any]) -> None:
    images = {service["image"] for service in everything.values()}
    assert not [image for image in images if image.endswith(":latest") or ":" not in image]


def test_only_who_has_something_to_do_out_there_is_on_the_way_out(everything: dict[str, Any]) -> None:
    out = {name for name, service in everything.items() if "egress" in service["networks"]}
    assert out == {"scraper", "packager", "notifier", "pictureweb"}
    assert config()["networks"]["back"]["internal"] is True


def _secrets(service: dict[str, Any]) -> set[str]:
    return {Path(each["target"]).name.upper() for each in service.get("secrets", [])}
