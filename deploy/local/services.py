"""The five services as local processes, and what each is told."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.plan import Ports, port_setting
from deploy.local.ports import LOOPBACK
from deploy.local.programs import Program
from deploy.local.web import is_ok

ALL = ("AID_KAFKA_URL", "AID_CASSANDRA_HOSTS", "AID_CASSANDRA_KEYSPACE", "AID_LOG_FORMAT", "AID_HEALTH_HOST")

TOLD = {
    "gateway": ("AID_WEB_HOST", "AID_WEB_PORT", "AID_PUBLIC_URL", "AID_SECRET_KEYS", "AID_ADDRESS_KEY", "AID_ARCHIVES"),
    "scheduler": (),
    "scraper": (
        "AID_ENGINES",
        "AID_GOOGLE_URL",
        "AID_BING_URL",
        "AID_DUCKDUCKGO_URL",
        "AID_OPENVERSE_URL",
        "AID_COMMONS_URL",
        "AID_COOL_DOWN_MINUTES",
        "AID_CHROME_BINARY",
        "AID_CHROMEDRIVER",
    ),
    "packager": ("AID_ARCHIVES", "AID_ALLOWED_PRIVATE_ADDRESSES", "AID_THUMBNAILS"),
    "notifier": ("AID_SMTP_URL", "AID_MAIL_FROM", "AID_PUBLIC_URL", "AID_SECRET_KEYS", "AID_ADDRESS_KEY"),
}


@dataclass(frozen=True)
class Service:
    name: str
    settings: Mapping[str, str]
    health_port: int
    web_port: int | None = None

    def program(self) -> Program:
        ports = {port_setting("health"): self.health_port}
        if self.web_port is not None:
            ports[port_setting("web")] = self.web_port
        return Program(self.name, (sys.executable, "-m", f"services.{self.name}"), self.settings, ports=ports)

    def answers(self) -> bool:
        """Whether it has all it depends on."""
        return is_ok(f"http://{LOOPBACK}:{self.health_port}/readyz")


def services(settings: Mapping[str, str], chosen: Mapping[str, str], ports: Ports) -> list[Service]:
    """Each with what it needs of `settings`, with all the person chose, and with the next health port."""
    return [
        Service(
            name,
            settings={**_told(name, settings), **chosen, "AID_HEALTH_PORT": str(port), "PYTHONUNBUFFERED": "1"},
            health_port=port,
            web_port=ports.web if name == "gateway" else None,
        )
        for port, name in enumerate(TOLD, start=ports.health)
    ]


def _told(name: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {each: settings[each] for each in (*ALL, *TOLD[name]) if each in settings}
