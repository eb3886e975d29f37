"""What the services are told, and where a person finds it."""

import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from deploy.local.atomic import write_whole
from deploy.local.chromium import Chromium
from deploy.local.pictureweb import PictureWeb
from deploy.local.plan import Plan, port_setting
from deploy.local.ports import LOOPBACK

SECRET = frozenset({"AID_SECRET_KEYS", "AID_ADDRESS_KEY", "AID_S3_SECRET"})

_USER_IN_URL = re.compile(r"://.*@")


def settings(plan: Plan, chromium: Chromium) -> dict[str, str]:
    """Every `AID_*` setting in force; what the person chose wins."""
    ports = plan.ports
    web_port = plan.chosen.get("AID_WEB_PORT", str(ports.web))
    ours = {
        "AID_KAFKA_URL": f"{LOOPBACK}:{ports.kafka}",
        "AID_CASSANDRA_HOSTS": f"{LOOPBACK}:{ports.cassandra}",
        "AID_CASSANDRA_KEYSPACE": "aid",
        "AID_LOG_FORMAT": "json",
        "AID_HEALTH_HOST": LOOPBACK,
        "AID_WEB_HOST": LOOPBACK,
        "AID_WEB_PORT": web_port,
        "AID_PUBLIC_URL": f"http://{LOOPBACK}:{web_port}",
        "AID_SECRET_KEYS": _secret(plan.home / "secret-keys"),
        "AID_ADDRESS_KEY": _secret(plan.home / "address-key"),
        "AID_ARCHIVES": (plan.home / "archives").as_uri(),
        "AID_SMTP_URL": f"smtp://{LOOPBACK}:{ports.smtp}",
        "AID_MAIL_FROM": "images@example.com",
        "AID_CHROME_BINARY": chromium.browser,
        "AID_CHROMEDRIVER": chromium.driver,
    }
    pictures = PictureWeb(ports.pictures).settings() if plan.local_engines else {}
    return {**ours, **pictures, **plan.chosen}


def _secret(path: Path) -> str:
    """Made up at the first start and kept, so that links of yesterday still open, and whom nobody may mail is known."""
    if not path.exists():
        write_whole(path, secrets.token_hex(32), mode=0o600)
    return path.read_text()


def write_env_file(path: Path, plan: Plan, in_force: Mapping[str, str]) -> None:
    """Shell lines for `. .local/env`: addresses and places, no secrets, nor an address with a password in it."""
    write_whole(path, export_lines({**_local_addresses(plan), **in_force}), mode=0o600)


def _local_addresses(plan: Plan) -> dict[str, str]:
    ports = {port_setting(name): str(port) for name, port in asdict(plan.ports).items()}
    mail = {"AID_LOCAL_MAIL_URL": plan.mail_url}
    pictures = {"AID_LOCAL_PICTURES_URL": f"http://{LOOPBACK}:{plan.ports.pictures}"} if plan.local_engines else {}
    return {**ports, **mail, **pictures}


def export_lines(values: Mapping[str, str]) -> str:
    public = {name: value for name, value in values.items() if name not in SECRET and not _USER_IN_URL.search(value)}
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(public.items()))
