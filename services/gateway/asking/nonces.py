"""What makes the same form sent twice the same job: a signed nonce in the form, and the job id drawn from it."""

import json
import secrets
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid5

from itsdangerous import BadSignature, TimestampSigner

from services.gateway.asking.fields import NOW
from services.gateway.asking.forms import JobForm
from shared.errors import AidError

_NAMESPACE = UUID("5f1d8c1e-0c43-4f57-9d3c-2f6a6a1f7b52")


class StaleFormError(AidError):
    """The form is too old, or not one of ours: show it again with a new nonce."""


class Nonces:
    """`keys` newest first: the first signs, all are accepted."""

    def __init__(self, keys: tuple[str, ...], lifetime: timedelta) -> None:
        self._signer = TimestampSigner(list(reversed(keys)), salt="form")
        self._prefix, self._numbers = fresh(), count()
        self._lifetime = int(lifetime.total_seconds())

    def issue(self) -> str:
        """Drawn once and counted on: what nobody must be able to make is the signature."""
        return self._signer.sign(f"{self._prefix}{next(self._numbers):x}").decode()

    def read(self, signed: str) -> str:
        """StaleFormError when it is too old or not ours."""
        try:
            return self._signer.unsign(signed, max_age=self._lifetime).decode()
        except BadSignature as error:
            raise StaleFormError("not a form of ours, or too old") from error


def fresh() -> str:
    return secrets.token_urlsafe(16)


def job_id_of(nonce: str, form: JobForm) -> UUID:
    """A corrected form is another job; the same one again is the same."""
    when = NOW if form.at_once else form.due_at.isoformat()
    content = [nonce, form.query, form.images, when, form.address, form.time_zone]
    filters = form.filters.stored()
    return uuid5(_NAMESPACE, json.dumps([*content, filters] if filters else content))
