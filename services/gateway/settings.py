"""What the gateway is told by its environment."""

from pydantic import Field

from shared.archivesettings import ArchiveSettings
from shared.fields import MOST_IMAGES
from shared.settings import Port, PublicUrl, SecretKeys, TimeZone


class Settings(ArchiveSettings):
    """`time_zone` is for whoever does not say theirs."""

    web_host: str = "0.0.0.0"  # noqa: S104 - people come from outside the container
    web_port: Port = 8080
    public_url: PublicUrl
    secret_keys: SecretKeys
    max_images: int = Field(default=500, ge=1, le=MOST_IMAGES)
    time_zone: TimeZone = "UTC"
    horizon_days: int = Field(default=366, ge=1)
    link_minutes: float = Field(default=20, gt=0)
    form_minutes: float = Field(default=120, gt=0)
    accept_seconds: float = Field(default=5, gt=0)
