"""Where archives lie, as an operator says it: a folder, or a bucket of a server that speaks S3."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator

from shared.s3archives import Bucket
from shared.settings import ProcessSettings, PublicUrl

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PLACES = "must be file:///an/absolute/path or s3://bucket/prefix"


def folder_of(archives: str) -> Path:
    """`file:///a%20path` → the path; ValueError for anything else."""
    parts = urlsplit(archives)
    more = (parts.netloc, parts.query, parts.fragment)
    if parts.scheme != "file" or any(more) or not parts.path.startswith("/") or "%00" in parts.path:
        raise ValueError(_PLACES)
    return Path(unquote(parts.path))


def bucket_of(archives: str) -> tuple[str, str]:
    """`s3://bucket/a/prefix` → `("bucket", "a/prefix")`; ValueError for anything else."""
    parts = urlsplit(archives)
    prefix = unquote(parts.path).strip("/")
    more = (parts.query, parts.fragment)
    if parts.scheme != "s3" or any(more) or not _BUCKET.fullmatch(parts.netloc) or not _is_prefix(prefix):
        raise ValueError(_PLACES)
    return parts.netloc, prefix


def is_s3(archives: str) -> bool:
    return archives.startswith("s3:")


def _is_prefix(text: str) -> bool:
    return not text or (text.isprintable() and not {"", ".", ".."} & set(text.split("/")))


def _place(archives: str) -> str:
    (bucket_of if is_s3(archives) else folder_of)(archives)
    return archives


def _unless_empty(text: object) -> object:
    return text or None


ArchivesUrl = Annotated[str, AfterValidator(_place)]

PerhapsUrl = Annotated[PublicUrl | None, BeforeValidator(_unless_empty)]


class ArchiveSettings(ProcessSettings):
    """Of those who read or write archives. All that begins with `s3_` is for `s3://` alone.

    `s3_public_url` is where browsers reach the endpoint, when that is not where services do.
    """

    archives: ArchivesUrl
    s3_endpoint: PerhapsUrl = Field(default=None, validate_default=True)
    s3_key: str | None = Field(default=None, validate_default=True, repr=False)
    s3_secret: SecretStr | None = Field(default=None, validate_default=True)
    s3_region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]+$")
    s3_public_url: PerhapsUrl = None

    @field_validator("s3_endpoint", "s3_key", "s3_secret")
    @classmethod
    def _needed_for_s3(cls, value: str | SecretStr | None, info: ValidationInfo) -> str | SecretStr | None:
        if not value and is_s3(info.data.get("archives", "")):
            raise ValueError("must be set when AID_ARCHIVES is s3://…")
        return value

    @property
    def bucket(self) -> Bucket | None:
        """None when archives lie in a folder."""
        if not (is_s3(self.archives) and self.s3_endpoint and self.s3_key and self.s3_secret):
            return None
        name, prefix = bucket_of(self.archives)
        return Bucket(
            name,
            prefix,
            endpoint=self.s3_endpoint,
            public_url=self.s3_public_url or self.s3_endpoint,
            region=self.s3_region,
            key=self.s3_key,
            secret=self.s3_secret,
        )
