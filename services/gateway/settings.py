"""What the gateway is told by its environment."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from services.gateway.limits.clientaddress import Network
from shared.archivesettings import ArchiveSettings
from shared.fields import MOST_IMAGES
from shared.hostports import parts_of
from shared.settings import AddressKey, Port, PublicUrl, SecretKeys, TimeZone


def _perhaps_networks(text: str) -> str:
    try:
        _networks(text)
    except ValueError:
        raise ValueError("must be networks as 10.0.0.0/8,2001:db8::/32") from None
    return text


def _networks(text: str) -> list[Network]:
    return [ip_network(part) for part in parts_of(text)]


Limit = Annotated[int, Field(ge=0)]
"""0 is none."""


class Settings(ArchiveSettings):
    """`time_zone` is for whoever does not say theirs. What the limits are for: `docs/operations.md`."""

    web_host: str = "0.0.0.0"  # noqa: S104 - people come from outside the container
    web_port: Port = 8080
    public_url: PublicUrl
    secret_keys: SecretKeys
    address_key: AddressKey
    max_images: int = Field(default=500, ge=1, le=MOST_IMAGES)
    time_zone: TimeZone = "UTC"
    horizon_days: int = Field(default=366, ge=1)
    link_minutes: float = Field(default=20, gt=0)
    cleanup_minutes: float = Field(default=30, gt=0)
    form_minutes: float = Field(default=120, gt=0)
    accept_seconds: float = Field(default=5, gt=0)
    streams: int = Field(default=2000, ge=0)
    trusted_proxies: Annotated[str, AfterValidator(_perhaps_networks)] = ""
    limit_client_jobs: Limit = 60
    limit_client_changes: Limit = 120
    limit_client_requests: Limit = 600
    limit_client_streams: Limit = 120
    limit_address_hour: Limit = 20
    limit_address_day: Limit = 60
    limit_address_active: Limit = 20
    limit_address_ahead: Limit = 200
    limit_domain_hour: Limit = 500
    limit_site_hour: Limit = 3000

    @property
    def proxies(self) -> list[Network]:
        return _networks(self.trusted_proxies)
