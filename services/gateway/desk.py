"""What the views work with, under one typed key of the web application."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from services.gateway.archives.files import serve
from services.gateway.archives.handing import Archives, HandOut
from services.gateway.archives.redirects import redirect
from services.gateway.asking.due import Limits
from services.gateway.asking.nonces import Nonces
from services.gateway.connecting import Connecting, Stores
from services.gateway.limits.admissions import Admissions
from services.gateway.limits.clientaddress import Networks
from services.gateway.limits.crowds import ClientRates
from services.gateway.limits.quotas import Quotas
from services.gateway.live.feed import Feed, Pace
from services.gateway.settings import Settings
from shared.archivesettings import folder_of
from shared.links import Links
from shared.localarchives import LocalArchives
from shared.pseudonyms import Pseudonyms
from shared.publisher import Publisher
from shared.s3archives import S3Archives

if TYPE_CHECKING:
    from services.gateway.live.looks import Look

Clock = Callable[[], datetime]
Seconds = Callable[[], float]
"""That never go back."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """`link_life` is a download's; `patience` in seconds per server when a request is accepted; `now` in UTC."""

    public_url: str
    links: Links
    nonces: Nonces
    limits: Limits
    archives: Archives
    hand_out: HandOut
    admissions: Admissions
    cleanup: timedelta
    client_rates: ClientRates
    trusted_proxies: Networks
    link_life: timedelta
    patience: float
    now: Clock
    seconds: Seconds
    feed: "Feed[Look]"
    stores: Connecting[Stores]
    pace: Pace = field(default_factory=Pace)
    publisher: Connecting[Publisher] = field(default_factory=lambda: Connecting("kafka"))

    @classmethod
    def of(cls, settings: Settings, *, now: Clock = utc_now, seconds: Seconds = time.monotonic) -> "Desk":
        """Nothing is connected yet."""
        archives, hand_out = _archives(settings)
        stores = Connecting[Stores]("cassandra")
        admissions = Admissions(
            _quotas(settings),
            Pseudonyms(settings.address_key),
            stores.get,
            patience=settings.accept_seconds,
            seconds=seconds,
        )
        return cls(
            public_url=settings.public_url,
            links=Links(settings.secret_keys, settings.public_url),
            nonces=Nonces(settings.secret_keys, timedelta(minutes=settings.form_minutes)),
            limits=Limits(settings.max_images, timedelta(days=settings.horizon_days), settings.time_zone),
            archives=archives,
            hand_out=hand_out,
            admissions=admissions,
            cleanup=timedelta(minutes=settings.cleanup_minutes),
            client_rates=ClientRates(
                requests_minute=settings.limit_client_requests,
                changes_hour=settings.limit_client_changes,
                streams_minute=settings.limit_client_streams,
            ),
            trusted_proxies=settings.proxies,
            link_life=timedelta(minutes=settings.link_minutes),
            patience=settings.accept_seconds,
            now=now,
            seconds=seconds,
            stores=stores,
            feed=Feed(settings.streams),
        )


def _quotas(settings: Settings) -> Quotas:
    return Quotas(
        client_hour=settings.limit_client_jobs,
        address_hour=settings.limit_address_hour,
        address_day=settings.limit_address_day,
        address_active=settings.limit_address_active,
        address_ahead=settings.limit_address_ahead,
        domain_hour=settings.limit_domain_hour,
        site_hour=settings.limit_site_hour,
    )


def _archives(settings: Settings) -> tuple[Archives, HandOut]:
    if settings.bucket is None:
        folder = LocalArchives(folder_of(settings.archives))
        return folder, partial(serve, archives=folder)
    bucket = S3Archives(settings.bucket)
    return bucket, partial(redirect, archives=bucket, link_life=timedelta(minutes=settings.link_minutes))


DESK = web.AppKey("desk", Desk)
