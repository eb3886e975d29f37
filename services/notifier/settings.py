"""What the notifier is told by its environment."""

from email.headerregistry import Address
from email.policy import default as policy
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from services.notifier.relay_address import RelayAddress, relay_address
from shared.settings import ProcessSettings, PublicUrl, SecretKeys, TimeZone


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


class Settings(ProcessSettings):
    """`link_minutes`: how long the download link is valid. `time_zone`: of people whose browser told none."""

    smtp_url: Annotated[RelayAddress, NoDecode, BeforeValidator(_relay_address)]
    mail_from: Annotated[Address, NoDecode, BeforeValidator(mail_address)]
    public_url: PublicUrl
    secret_keys: SecretKeys
    link_minutes: float = Field(default=20, gt=0)
    time_zone: TimeZone = "UTC"
