"""What the views work with, under one typed key of the web application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from services.gateway.connecting import Connecting, Stores
from services.gateway.due import Limits
from services.gateway.nonces import Nonces
from services.gateway.settings import Settings
from shared.archives import LocalArchives, folder_of
from shared.links import Links
from shared.publisher import Publisher

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """`patience` in seconds per server when a request is accepted; `now` in UTC."""

    public_url: str
    links: Links
    nonces: Nonces
    limits: Limits
    archives: LocalArchives
    patience: float
    now: Clock
    stores: Connecting[Stores] = field(default_factory=lambda: Connecting("cassandra"))
    publisher: Connecting[Publisher] = field(default_factory=lambda: Connecting("kafka"))

    @classmethod
    def of(cls, settings: Settings, *, now: Clock = utc_now) -> "Desk":
        """Nothing is connected yet."""
        return cls(
            public_url=settings.public_url,
            links=Links(settings.secret_keys, settings.public_url),
            nonces=Nonces(settings.secret_keys, timedelta(minutes=settings.form_minutes)),
            limits=Limits(settings.max_images, timedelta(days=settings.horizon_days), settings.time_zone),
            archives=LocalArchives(folder_of(settings.archives)),
            patience=settings.accept_seconds,
            now=now,
        )


DESK = web.AppKey("desk", Desk)
