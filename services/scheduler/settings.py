"""What an operator may set for the scheduler."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from services.scheduler.rules import FRESH, Rules, cut
from shared.settings import ProcessSettings


class Settings(ProcessSettings):
    link_minutes: float = Field(default=20, gt=0)
    cleanup_minutes: float = Field(default=30, gt=0)
    max_runs: int = Field(default=3, ge=1)
    back_off_seconds: float = Field(default=10, gt=0)
    watchdog_seconds: float = Field(default=60, ge=FRESH.total_seconds())

    @model_validator(mode="after")
    def _files_outlive_links(self) -> Self:
        if self.cleanup_minutes < self.link_minutes:
            raise ValueError("AID_CLEANUP_MINUTES must not be less than AID_LINK_MINUTES")
        return self

    @property
    def rules(self) -> Rules:
        return Rules(
            link=cut(timedelta(minutes=self.link_minutes)),
            cleanup=cut(timedelta(minutes=self.cleanup_minutes)),
            max_runs=self.max_runs,
            back_off=cut(timedelta(seconds=self.back_off_seconds)),
            watchdog=cut(timedelta(seconds=self.watchdog_seconds)),
        )
