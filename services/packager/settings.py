"""What an operator may set for the packager."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.packager.downloads import DownloadLimits
from services.packager.guard import Network
from services.packager.packing import PackLimits
from services.packager.pictures import PictureLimits
from shared.archivesettings import ArchiveSettings, folder_of
from shared.hostports import host_ports, parts_of


def _perhaps_ip_ports(text: str) -> str:
    try:
        for address, _ in host_ports(text):
            ip_address(address.strip("[]"))
    except ValueError:
        raise ValueError("must be ip:port,…, with IPv6 in brackets") from None
    return text


def _perhaps_networks(text: str) -> str:
    try:
        _networks(text)
    except ValueError:
        raise ValueError("must be networks as 203.0.113.0/24,2001:db8::/32") from None
    return text


def _networks(text: str) -> list[Network]:
    return [ip_network(part) for part in parts_of(text)]


class Settings(ArchiveSettings):
    """Seconds, bytes and pixels."""

    scratch: Path = Field(default_factory=lambda: Path(gettempdir()) / "aid-scratch")
    allowed_private_addresses: Annotated[str, AfterValidator(_perhaps_ip_ports)] = ""
    forbidden_networks: Annotated[str, AfterValidator(_perhaps_networks)] = ""
    user_agent: str = "AdvanceImageDownloader/0.1"

    opt_outs: Literal["honour", "ignore"] = "honour"
    thumbnails: Literal["last-resort", "never"] = "last-resort"

    pack_slots: int = Field(default=4, ge=1)
    connections: int = Field(default=128, ge=1)
    connections_per_host: int = Field(default=6, ge=1)
    body_memory: int = Field(default=64 * 1024 * 1024, ge=1)

    connect_seconds: float = Field(default=5, gt=0)
    idle_seconds: float = Field(default=8, gt=0)
    download_seconds: float = Field(default=30, gt=0)
    pack_seconds: float = Field(default=300, gt=0)

    picture_bytes: int = Field(default=25_000_000, ge=1)
    picture_pixels: int = Field(default=80_000_000, ge=1)
    picture_side: int = Field(default=32, ge=1)
    archive_bytes: int = Field(default=2_000_000_000, ge=1)

    @property
    def folder(self) -> Path:
        """Where this process writes what is not whole yet: on the archives' own disk, if they have one."""
        return folder_of(self.archives) if self.bucket is None else self.scratch

    @property
    def holes(self) -> list[tuple[str, int]]:
        return host_ports(self.allowed_private_addresses)

    @property
    def networks_forbidden(self) -> list[Network]:
        return _networks(self.forbidden_networks)

    @property
    def body_memory_each(self) -> int:
        """No more bodies are in flight than there are connections."""
        return self.body_memory // self.connections

    @property
    def download_limits(self) -> DownloadLimits:
        return DownloadLimits(
            connect=self.connect_seconds,
            idle=self.idle_seconds,
            total=self.download_seconds,
            picture_bytes=self.picture_bytes,
        )

    @property
    def pack_limits(self) -> PackLimits:
        return PackLimits(
            at_once=self.connections,
            seconds=self.pack_seconds,
            archive_bytes=self.archive_bytes,
            picture=PictureLimits(side=self.picture_side, pixels=self.picture_pixels),
            thumbnail_seconds=PackLimits.thumbnail_seconds if self.thumbnails == "last-resort" else 0.0,
        )
