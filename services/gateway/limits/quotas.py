"""How many jobs are accepted from whom, and how long whoever has had his share has to wait. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import AidError

_MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Rule(StrEnum):
    """By what somebody was turned away; part of the code a program sees."""

    CLIENT = "client"
    ADDRESS = "address"
    ACTIVE = "active"
    AHEAD = "ahead"
    DOMAIN = "domain"
    SITE = "site"


SAID = {
    Rule.CLIENT: "There were too many requests from where you are",
    Rule.ADDRESS: "There were too many jobs for this address lately",
    Rule.ACTIVE: "There are too many jobs for this address that have not ended yet",
    Rule.AHEAD: "Too many jobs for this address are set for a time more than two days ahead",
    Rule.DOMAIN: "There were too many jobs for addresses of this kind lately",
    Rule.SITE: "There were too many jobs lately",
}


class TooManyError(AidError):
    """Come again after `wait`: it is free then, unless others take it."""

    def __init__(self, rule: Rule, wait: timedelta, *, name: str | None = None) -> None:
        """`name` for the operator, where a rule has several."""
        super().__init__(f"{name or rule}: {wait}")
        self.rule = rule
        self.wait = wait
        self.name = name or rule.value

    @property
    def seconds(self) -> int:
        return max(1, math.ceil(self.wait.total_seconds()))

    @property
    def sentence(self) -> str:
        """For a person."""
        return f"{SAID[self.rule]}. Please try again in {_roughly(self.seconds)}"


@dataclass(frozen=True)
class Quotas:
    """Jobs accepted; 0 is without limit. `address_active`: running or due in two days, `address_ahead`: due later."""

    client_hour: int = 0
    address_hour: int = 0
    address_day: int = 0
    address_active: int = 0
    address_ahead: int = 0
    domain_hour: int = 0
    site_hour: int = 0

    @property
    def by_address(self) -> bool:
        return bool(self.address_hour or self.address_day or self.address_active or self.address_ahead)


UNLIMITED = Quotas()


@dataclass(frozen=True)
class Accepted:
    """Jobs accepted in this hour of the clock, and in the one before."""

    previous: int = 0
    current: int = 0


def hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def check_address(quotas: Quotas, accepted_at: Iterable[datetime], now: datetime) -> None:
    """TooManyError when the address has had its hour's or its day's share."""
    times = sorted(accepted_at)
    waits = [
        wait_in_window(times, quotas.address_hour, HOUR, now),
        wait_in_window(times, quotas.address_day, DAY, now),
    ]
    _refuse(Rule.ADDRESS, waits)


def check_counted(rule: Rule, accepted: Accepted, most: int, now: datetime) -> None:
    """TooManyError; `most` in any hour."""
    _refuse(rule, [wait_in_hours(accepted, most, now)])


def wait_in_window(times: list[datetime], most: int, span: timedelta, now: datetime) -> timedelta | None:
    """Until one more fits; None when it does now. `times` oldest first."""
    recent = [time for time in times if time > now - span]
    if not most or len(recent) < most:
        return None
    return recent[-most] + span - now


def wait_in_hours(accepted: Accepted, most: int, now: datetime) -> timedelta | None:
    """The same where only sums are known: the hour before counts for as much of it as the last sixty minutes hold."""
    start = hour_of(now)
    share = 1 - (now - start) / HOUR
    if not most or accepted.current + accepted.previous * share <= most - 1:
        return None
    if accepted.current < most:
        return start + HOUR * (1 - (most - 1 - accepted.current) / accepted.previous) - now
    return start + HOUR * (2 - (most - 1) / accepted.current) - now


def _roughly(seconds: int) -> str:
    """Never less than it is."""
    for unit, length, since in (("days", DAY, 2 * DAY), ("hours", HOUR, 2 * HOUR), ("minutes", _MINUTE, _MINUTE * 1.5)):
        if seconds >= since.total_seconds():
            return f"{math.ceil(seconds / length.total_seconds())} {unit}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _refuse(rule: Rule, waits: Iterable[timedelta | None]) -> None:
    waiting = [wait for wait in waits if wait is not None]
    if waiting:
        raise TooManyError(rule, max(waiting))
