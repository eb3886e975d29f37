"""What the notifier is told by its environment."""

from email.headerregistry import Address
from email.policy import default as policy
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from services.notifier.decisions import FIRST_PAUSE, LONGEST_ANSWER_SECONDS, LONGEST_PAUSE
from services.notifier.relay_address import RelayAddress, relay_address
from shared.settings import AddressKey, ProcessSettings, PublicUrl, SecretKeys, TimeZone


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
    """`link_minutes`: how long the download link is valid. `time_zone`: of people whose browser told none.

    What is said of the relay holds for this process: connections at once, mails per second, patience with one answer.
    `mail_pause_seconds` follow the first attempt that the relay did not take; each further one doubles them.
    """

    smtp_url: Annotated[RelayAddress, NoDecode, BeforeValidator(_relay_address)]
    smtp_connections: int = Field(default=4, ge=1, le=64)
    smtp_mails_per_second: float = Field(default=10, gt=0)
    smtp_answer_seconds: float = Field(default=LONGEST_ANSWER_SECONDS, gt=0, le=LONGEST_ANSWER_SECONDS)
    mail_pause_seconds: float = Field(default=FIRST_PAUSE.total_seconds(), gt=0, le=LONGEST_PAUSE.total_seconds())
    mail_from: Annotated[Address, NoDecode, BeforeValidator(mail_address)]
    public_url: PublicUrl
    secret_keys: SecretKeys
    address_key: AddressKey
    link_minutes: float = Field(default=20, gt=0)
    time_zone: TimeZone = "UTC"
