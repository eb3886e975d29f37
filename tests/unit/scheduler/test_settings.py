"""What an operator sets, as the scheduler decides by it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.scheduler.settings import Settings


def settings(**values: object) -> Settings:
    return Settings.model_validate({"kafka_url": "k:1", "cassandra_hosts": "c:1", **values})


def test_fractions_of_a_minute_become_whole_milliseconds() -> None:
    """A timer is recognised by its time, and Cassandra keeps no more."""
    rules = settings(link_minutes=20 / 3, cleanup_minutes=33.33333).rules

    assert (rules.link, rules.cleanup) == (timedelta(seconds=400), timedelta(seconds=1999, milliseconds=999))
    assert rules.cleanup % timedelta(milliseconds=1) == timedelta()


def test_files_may_not_go_before_their_link() -> None:
    with pytest.raises(ValidationError, match="AID_CLEANUP_MINUTES"):
        settings(link_minutes=30, cleanup_minutes=20)


def test_the_pause_after_a_failed_run_is_set_in_seconds() -> None:
    assert settings(back_off_seconds=0.25).rules.back_off == timedelta(milliseconds=250)
