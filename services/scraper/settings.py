"""What an operator may set for the scraper."""

import shutil
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import CommaSeparated, ProcessSettings

BROWSED = "google"
"""The one that needs a browser."""

KNOWN_ENGINES = (BROWSED, "bing", "duckduckgo", "openverse", "commons")


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in KNOWN_ENGINES]
    if unknown or not names:
        raise ValueError(f"{', '.join(unknown) or 'nothing'} is no engine; there are {', '.join(KNOWN_ENGINES)}")
    return names


def _web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("begin with http:// or https://")
    return text.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _on_path(*names: str) -> Path:
    """Where the first of them lies; the bare name of none."""
    return Path(next(filter(None, map(shutil.which, names)), names[0]))


class EngineSettings(BaseSettings):
    """`engines` in the order they are asked. With `selenium_url` the browsers run there, else here.

    `chrome_sandbox`: of those here; it needs more of the kernel than a container is allowed by default.
    """

    model_config = SettingsConfigDict(env_prefix="AID_", frozen=True)

    engines: Annotated[CommaSeparated, AfterValidator(_known)] = ("openverse", "commons")
    google_url: WebAddress = "https://www.google.com"
    bing_url: WebAddress = "https://www.bing.com"
    duckduckgo_url: WebAddress = "https://duckduckgo.com"
    openverse_url: WebAddress = "https://api.openverse.org"
    commons_url: WebAddress = "https://commons.wikimedia.org"
    user_agent: str = "AdvanceImageDownloader/0.1"

    selenium_url: WebAddress | None = None
    chrome_sandbox: bool = True
    chrome_binary: Path = Field(
        default_factory=lambda: _on_path("chromium", "chromium-browser", "google-chrome"), validate_default=True
    )
    chromedriver: Path = Field(default_factory=lambda: _on_path("chromedriver"), validate_default=True)

    @property
    def needs_browser(self) -> bool:
        return BROWSED in self.engines

    @field_validator("chrome_binary", "chromedriver")
    @classmethod
    def _needed_here(cls, path: Path, info: ValidationInfo) -> Path:
        needed = BROWSED in info.data.get("engines", ()) and info.data.get("selenium_url") is None
        if needed and not path.is_file():
            raise ValueError(f"there is no {path}; say where it lies, or set AID_SELENIUM_URL")
        return path


class Settings(ProcessSettings, EngineSettings):
    """`browser_memory` in MiB."""

    browser_searches: int = Field(default=50, ge=1)
    browser_memory: int = Field(default=1000, ge=1)

    search_slots: int = Field(default=1, ge=1)
    spares: float = Field(default=0.15, ge=0, le=1)
    search_seconds: float = Field(default=120, gt=0)
    cool_down_minutes: float = Field(default=15, ge=0)
