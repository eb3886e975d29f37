"""Archives in a bucket of any server that speaks S3.

A job's objects lie together, as `<prefix>/<job>/<file name>`: S3 lists by folders.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from shared.archives import ArchiveFile, Kind
from shared.errors import DependencyAwayError
from shared.s3errors import NAME, away, code_of, put_refused
from shared.unseen import unseen

if TYPE_CHECKING:
    from obstore.store import S3Credential

log = structlog.get_logger()
T = TypeVar("T")

_PIECE = 5 * 1024 * 1024
"""Bytes: the least that S3 takes as a part of a larger object."""
_PIECES_AT_ONCE = 4
_PUTS_AT_ONCE = 2
"""With the two above: no more than 40 MiB of what is being put are in memory."""

_NO_OBJECT = "NoSuchKey"
"""As S3 says it, whose bucket may be what is missing."""

_CONNECT = timedelta(seconds=5)
_REQUEST = timedelta(seconds=60)
_RETRIES = 2
_RETRIES_WITHIN = timedelta(seconds=20)

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})


@dataclass(frozen=True)
class Bucket:
    """`public_url` is where browsers reach what `endpoint` is to us."""

    name: str
    prefix: str
    endpoint: str
    public_url: str
    region: str
    key: str
    secret: SecretStr


class S3Archives:
    """Every call but `answers` raises DependencyAwayError while the server is away or refuses.

    Made at the start of a process, before it has threads: see `unseen`.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._store = _store(bucket, bucket.endpoint)
        self._public = _store(bucket, bucket.public_url)
        self._puts = asyncio.Semaphore(_PUTS_AT_ONCE)

    async def answers(self) -> bool:
        """Whether the bucket is there and may be read: the readiness check."""
        try:
            await obstore.get_async(self._store, "readiness")
        except (BaseError, OSError) as error:
            if code_of(str(error)) == _NO_OBJECT:
                return True
            log.warning("archives_do_not_answer", detail=str(away(error)))
            return False
        return True

    async def put(self, file: ArchiveFile, body: Path | bytes, headers: Mapping[str, str]) -> None:
        """Whole or not at all, and found to be there. OSError when there is no room.

        Only one attempt of a run puts its files, so what lies there already was put by it, and it never heard so.
        The server is asked to see to that for small ones; obstore would hold a large one in memory for it.
        """
        size = len(body) if isinstance(body, bytes) else (await asyncio.to_thread(body.stat)).st_size
        async with self._puts:
            if await self._size(file) is None:
                await self._put(file, body, headers, small=size <= _PIECE)
            stored = await self._size(file)
        if stored != size:
            await self.drop(file)
            raise DependencyAwayError(NAME, f"of {size} bytes put {stored} lie there")

    async def size(self, job_id: UUID, run: int) -> int | None:
        """Bytes of the archive; None when it is not there."""
        return await self._size(ArchiveFile(job_id, run))

    async def has_sheet(self, job_id: UUID, run: int) -> bool:
        return await self._size(ArchiveFile(job_id, run, Kind.SHEET)) is not None

    async def sheet(self, job_id: UUID, run: int) -> bytes | None:
        """None when there is none."""
        try:
            answer = await obstore.get_async(self._store, _key(ArchiveFile(job_id, run, Kind.SHEET)))
            return bytes(await answer.bytes_async())
        except (BaseError, OSError) as error:
            if code_of(str(error)) == _NO_OBJECT:
                return None
            raise away(error) from error

    async def link(self, job_id: UUID, run: int, method: Literal["GET", "HEAD"], life: timedelta) -> str:
        """An address that needs no key, for so long and this method only. Nobody is asked for it."""
        return await obstore.sign_async(self._public, method, _key(ArchiveFile(job_id, run)), life)

    async def drop(self, file: ArchiveFile) -> None:
        await _answered(obstore.delete_async(self._store, _key(file)))

    async def files(self, job_id: UUID | None = None) -> list[ArchiveFile]:
        """What lies there, of one job or of all; objects of somebody else are none of our business."""
        names = [path.rpartition("/")[2] async for path in self._paths(f"{job_id}" if job_id else None)]
        return [file for name in names if (file := ArchiveFile.of(name))]

    async def _paths(self, folder: str | None) -> AsyncIterator[str]:
        try:
            async for page in obstore.list(self._store, prefix=folder):
                for found in page:
                    yield found["path"]
        except (BaseError, OSError) as error:
            raise away(error) from error

    async def _put(self, file: ArchiveFile, body: Path | bytes, headers: Mapping[str, str], *, small: bool) -> None:
        whole = await asyncio.to_thread(body.read_bytes) if small and isinstance(body, Path) else body
        try:
            await obstore.put_async(
                self._store,
                _key(file),
                whole,
                attributes=dict(headers),
                mode="create" if small else "overwrite",
                chunk_size=_PIECE,
                max_concurrency=_PIECES_AT_ONCE,
            )
        except AlreadyExistsError:
            log.info("archive_put_already", file=file.name)
        except (BaseError, OSError) as error:
            raise put_refused(error) from error

    async def _size(self, file: ArchiveFile) -> int | None:
        try:
            return (await obstore.head_async(self._store, _key(file)))["size"]
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise away(error) from error


def _key(file: ArchiveFile) -> str:
    return f"{file.job_id}/{file.name}"


async def _answered(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except (BaseError, OSError) as error:
        raise away(error) from error


def _credential(bucket: Bucket) -> "S3Credential":
    secret = bucket.secret.get_secret_value()
    return {"access_key_id": bucket.key, "secret_access_key": secret, "token": None, "expires_at": None}


def _is_foreign(variable: str) -> bool:
    """Every `AWS_…` is a setting to obstore, and some can not be overruled; its client would go by proxies."""
    return variable.startswith("AWS_") or variable.upper() in _PROXIES


def _store(bucket: Bucket, endpoint: str) -> S3Store:
    """What it is to do is said here in full: nothing of the environment mixes in."""
    with unseen(_is_foreign):
        return S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            endpoint=endpoint,
            region=bucket.region,
            credential_provider=lambda: _credential(bucket),
            client_options={"allow_http": True, "connect_timeout": _CONNECT, "timeout": _REQUEST},
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRIES_WITHIN},
        )
