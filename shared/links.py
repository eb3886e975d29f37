"""Signed links: whoever holds one may do what it is for. One salt per purpose, several keys for rotation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.errors import BadLinkError
from shared.filters import NO_FILTERS, Filters


@dataclass(frozen=True)
class SignedJob:
    """A job and when its link was made."""

    job_id: UUID
    signed_at: datetime


@dataclass(frozen=True)
class Wish:
    """What a retry link carries: enough to fill in the form."""

    query: str
    images: int
    filters: Filters = NO_FILTERS


@dataclass(frozen=True)
class Stop:
    """What a "this was not me" link carries: whom to leave alone, as a pseudonym, and whose job it was about."""

    pseudonym: str
    job_id: UUID


_PURPOSES = ("status", "download", "retry", "stop")


class Links:
    """`keys` newest first: the first signs, all are accepted. `public_url` is where people reach the gateway."""

    def __init__(self, keys: tuple[str, ...], public_url: str) -> None:
        keys_in_order = list(reversed(keys))  # itsdangerous wants the newest last
        self._signers = {purpose: URLSafeTimedSerializer(keys_in_order, salt=purpose) for purpose in _PURPOSES}
        self._public_url = public_url.rstrip("/")

    @property
    def privacy(self) -> str:
        """Nothing secret: the page that says what is kept, and how long."""
        return f"{self._public_url}/privacy"

    def status(self, job_id: UUID) -> str:
        return f"{self._public_url}/jobs/{self.status_token(job_id)}"

    def status_token(self, job_id: UUID) -> str:
        return self._signers["status"].dumps(str(job_id))

    def read_status(self, token: str) -> SignedJob:
        """BadLinkError when it is not one of ours."""
        return self._read_job("status", token)

    def download(self, job_id: UUID) -> str:
        return f"{self._public_url}/download/{self._signers['download'].dumps(str(job_id))}"

    def read_download(self, token: str) -> SignedJob:
        """BadLinkError when it is not one of ours."""
        return self._read_job("download", token)

    def retry(self, wish: Wish) -> str:
        return f"{self._public_url}/retry/{self.retry_token(wish)}"

    def retry_token(self, wish: Wish) -> str:
        stored = wish.filters.stored()
        return self._signers["retry"].dumps([wish.query, wish.images, *([stored] if stored else [])])

    def read_retry(self, token: str) -> Wish:
        """BadLinkError when it is not one of ours."""
        (query, images, *stored), _ = self._load("retry", token)
        return Wish(str(query), int(images), Filters.of_stored(stored[0] if stored else None))

    def stop(self, stop: Stop) -> str:
        return f"{self._public_url}/stop/{self.stop_token(stop)}"

    def stop_token(self, stop: Stop) -> str:
        return self._signers["stop"].dumps([stop.pseudonym, stop.job_id.hex])

    def read_stop(self, token: str) -> Stop:
        """BadLinkError when it is not one of ours."""
        (pseudonym, job_id), _ = self._load("stop", token)
        return Stop(str(pseudonym), UUID(job_id))

    def _read_job(self, purpose: str, token: str) -> SignedJob:
        text, signed_at = self._load(purpose, token)
        return SignedJob(UUID(text), signed_at)

    def _load(self, purpose: str, token: str) -> tuple[Any, datetime]:
        try:
            payload, signed_at = self._signers[purpose].loads(token, return_timestamp=True)
        except BadSignature as error:
            raise BadLinkError(f"not a {purpose} link") from error
        return payload, signed_at
