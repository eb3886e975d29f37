"""What the views work with, under one typed key of the web application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp import web

from services.gateway.connecting import Connecting, Stores
from services.gateway.due import Limits
from services.gateway.files import serve
from services.gateway.handing import Archives, HandOut
from services.gateway.nonces import Nonces
from services.gateway.redirects import redirect
from services.gateway.settings import Settings
from shared.archivesettings import folder_of
from shared.links import Links
from shared.localarchives import LocalArchives
from shared.publisher import Publisher
from shared.s3archives import S3Archives

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
    archives: Archives
    hand_out: HandOut
    patience: float
    now: Clock
    stores: Connecting[Stores] = field(default_factory=lambda: Connecting("cassandra"))
    publisher: Connecting[Publisher] = field(default_factory=lambda: Connecting("kafka"))

    @classmethod
    def of(cls, settings: Settings, *, now: Clock = utc_now) -> "Desk":
        """Nothing is connected yet."""
        archives, hand_out = _archives(settings)
        return cls(
            public_url=settings.public_url,
            links=Links(settings.secret_keys, settings.public_url),
            nonces=Nonces(settings.secret_keys, timedelta(minutes=settings.form_minutes)),
            limits=Limits(settings.max_images, timedelta(days=settings.horizon_days), settings.time_zone),
            archives=archives,
            hand_out=hand_out,
            patience=settings.accept_seconds,
            now=now,
        )


def _archives(settings: Settings) -> tuple[Archives, HandOut]:
    if settings.bucket is None:
        folder = LocalArchives(folder_of(settings.archives))
        return folder, partial(serve, archives=folder)
    bucket = S3Archives(settings.bucket)
    return bucket, partial(redirect, archives=bucket, link_life=timedelta(minutes=settings.link_minutes))


DESK = web.AppKey("desk", Desk)
