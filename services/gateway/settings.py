"""What the gateway is told by its environment."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from services.gateway.times import is_zone
from shared.archives import folder_of
from shared.settings import CommaSeparated, ProcessSettings, split_commas

_SHORTEST_KEY = 16


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be http(s)://host[:port], without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is not an IANA time zone such as Europe/Berlin")
    return name


def _long_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
        raise ValueError(f"needs at least one key, each of {_SHORTEST_KEY} or more characters")
    return keys


def _archives(url: str) -> str:
    folder_of(url)
    return url


class Settings(ProcessSettings):
    """`secret_keys` newest first; `time_zone` is for whoever does not say theirs."""

    web_host: str = "0.0.0.0"  # noqa: S104 - people come from outside the container
    web_port: int = 8080
    public_url: Annotated[str, AfterValidator(_origin)]
    secret_keys: Annotated[CommaSeparated, AfterValidator(_long_keys)] = Field(repr=False)
    archives: Annotated[str, AfterValidator(_archives)]
    max_images: int = Field(default=500, ge=1)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    horizon_days: int = Field(default=366, ge=1)
    form_minutes: float = Field(default=120, gt=0)
    accept_seconds: float = Field(default=5, gt=0)

    split_keys = field_validator("secret_keys", mode="before")(split_commas)
