"""How sending one mail can end otherwise than sent, named by what may be done next.

NothingToSend          nobody to write to, or nothing to write about any more: leave it

DependencyAwayError
└── RelayAwayError     nobody's mail is taken: wait here, or put the mail off when that lasts

SendError
├── TryLaterError      nothing was taken; ask again after a pause
├── NeverError         the relay will not take it, whenever it is asked
│   └── SuppressedError    the person has said so
└── UnconfirmedError   it may have been taken; nobody will ever know
"""

from datetime import timedelta

from shared.errors import AidError, DependencyAwayError


class NothingToSend(Exception):  # noqa: N818 - no error
    pass


class RelayAwayError(DependencyAwayError):
    """`lasting`: since the first connection that did not come about."""

    def __init__(self, detail: str, lasting: timedelta = timedelta(0)) -> None:
        super().__init__("smtp", detail)
        self.detail = detail
        self.lasting = lasting


class SendError(AidError):
    """`code` is the relay's, where it gave one. Its words are left out: they like to repeat the address."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(f"SMTP {code}" if code else "no answer")
        self.code = code


class TryLaterError(SendError):
    pass


class NeverError(SendError):
    pass


class SuppressedError(NeverError):
    pass


class UnconfirmedError(SendError):
    pass
