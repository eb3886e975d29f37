import shlex
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.chromium import Chromium
from deploy.local.failures import LocalFailure
from deploy.local.plan import Plan, Ports
from deploy.local.services import TOLD, services
from deploy.local.settings import export_lines, settings, write_env_file

CHROMIUM = Chromium("/opt/chromium", "/opt/chromedriver")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path, Ports(), local_engines=False, chosen={})


def test_what_the_person_chose_wins_everywhere(plan: Plan) -> None:
    chosen = {"AID_MAIL_FROM": "me@example.org", "AID_LINK_MINUTES": "0.1", "AID_WEB_PORT": "9090"}
    in_force = settings(replace(plan, chosen=chosen), CHROMIUM)

    told = {each.name: each.settings for each in services(in_force, chosen, plan.ports)}

    assert told["notifier"]["AID_MAIL_FROM"] == "me@example.org"
    assert told["notifier"]["AID_PUBLIC_URL"] == "http://127.0.0.1:9090"
    assert all(each["AID_LINK_MINUTES"] == "0.1" for each in told.values())


def test_each_service_has_a_health_port_of_its_own_whatever_the_shell_says(tmp_path: Path) -> None:
    plan = Plan.from_environment(tmp_path, {"AID_HEALTH_PORT": "1", "AID_LOCAL_HEALTH_PORT": "9180"})

    started = services(settings(plan, CHROMIUM), plan.chosen, plan.ports)

    assert [each.name for each in started] == list(TOLD)
    assert [each.settings["AID_HEALTH_PORT"] for each in started] == ["9180", "9181", "9182", "9183", "9184"]


def test_only_those_who_sign_links_know_the_keys(plan: Plan) -> None:
    started = services(settings(plan, CHROMIUM), plan.chosen, plan.ports)

    assert {each.name for each in started if "AID_SECRET_KEYS" in each.settings} == {"gateway", "notifier"}


def test_the_keys_stay_the_same_and_nobody_else_can_read_them(plan: Plan) -> None:
    first = settings(plan, CHROMIUM)["AID_SECRET_KEYS"]

    assert settings(plan, CHROMIUM)["AID_SECRET_KEYS"] == first
    assert stat.S_IMODE((plan.home / "secret-keys").stat().st_mode) == 0o600


def test_private_addresses_are_allowed_for_the_local_picture_web_alone(plan: Plan) -> None:
    assert "AID_ALLOWED_PRIVATE_ADDRESSES" not in settings(plan, CHROMIUM)

    local = settings(replace(plan, local_engines=True), CHROMIUM)

    assert local["AID_ALLOWED_PRIVATE_ADDRESSES"].startswith("127.0.1.1:8090,127.0.1.2:8090,")
    assert local["AID_GOOGLE_URL"] == "http://127.0.0.1:8090"


def test_a_shell_reads_back_what_the_env_file_says() -> None:
    lines = export_lines({"AID_B": "it's; $HOME", "AID_A": "1"})

    assert [shlex.split(line) for line in lines.splitlines()] == [
        ["export", "AID_A=1"],
        ["export", "AID_B=it's; $HOME"],
    ]


def test_the_env_file_names_every_address_and_no_secret(plan: Plan) -> None:
    in_force = settings(plan, CHROMIUM)
    write_env_file(plan.home / "env", plan, in_force)

    text = (plan.home / "env").read_text()

    assert "export AID_PUBLIC_URL=http://127.0.0.1:8080\n" in text
    assert "export AID_KAFKA_URL=127.0.0.1:19092\n" in text
    assert "export AID_CASSANDRA_HOSTS=127.0.0.1:19042\n" in text
    assert "export AID_SMTP_URL=smtp://127.0.0.1:1025\n" in text
    assert "export AID_LOCAL_MAIL_URL=http://127.0.0.1:8025\n" in text
    assert in_force["AID_SECRET_KEYS"] not in text


@pytest.mark.parametrize("url", ["smtp://me:s3cret@mail.example.org", "smtp://me:s3cr/et@mail.example.org"])
def test_a_password_of_the_persons_own_stays_out_of_the_env_file(plan: Plan, url: str) -> None:
    path = plan.home / "env"
    write_env_file(path, plan, settings(replace(plan, chosen={"AID_SMTP_URL": url}), CHROMIUM))

    assert "s3cr" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_engines_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalFailure, match="ENGINES"):
        Plan.from_environment(tmp_path, {"ENGINES": "loacl"})
