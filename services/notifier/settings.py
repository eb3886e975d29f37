"""What the notifier is told by its environment."""

from email.headerregistry import Address
from email.policy import default as policy
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from pydantic_settings import NoDecode

from services.notifier.relay_address import RelayAddress, relay_address
from shared.settings import CommaSeparated, ProcessSettings, split_commas


def mail_address(text: object) -> object:
    """`images@example.org` or `Image Downloader <images@example.org>`; ValueError for anything but one such."""
    if not isinstance(text, str):
        return text
    try:
        header = policy.header_factory("From", text)
    except ValueError:
        raise ValueError("must be one address") from None
    if header.defects or len(header.addresses) != 1 or not header.addresses[0].domain or not text.isascii():
        raise ValueError("must be one address, such as Image Downloader <images@example.org>")
    return header.addresses[0]


def _relay_address(value: object) -> object:
    return relay_address(value) if isinstance(value, str) else value


def _web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is no IANA time zone, such as Europe/Berlin") from None
    return text


class Settings(ProcessSettings):
    """`link_minutes`: how long the download link is valid. `time_zone`: of people whose browser told none."""

    smtp_url: Annotated[RelayAddress, NoDecode, BeforeValidator(_relay_address)]
    mail_from: Annotated[Address, NoDecode, BeforeValidator(mail_address)]
    public_url: Annotated[str, AfterValidator(_web_address)]
    secret_keys: CommaSeparated = Field(min_length=1, repr=False)
    link_minutes: float = Field(default=20, gt=0)
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"

    _split_keys = field_validator("secret_keys", mode="before")(split_commas)
