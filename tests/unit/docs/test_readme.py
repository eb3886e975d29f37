"""The README tells what is so: its settings are those the services read."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from services.gateway.settings import Settings as Gateway
from services.notifier.settings import Settings as Notifier
from services.packager.settings import Settings as Packager
from services.scheduler.settings import Settings as Scheduler
from services.scraper.settings import Settings as Scraper
from shared.filterwords import FILTER_WORDS
from shared.provision import ProvisionSettings

README = (Path(__file__).parents[3] / "README.md").read_text()
KINDS: list[type[BaseSettings]] = [Gateway, Notifier, Packager, Scheduler, Scraper, ProvisionSettings]


def variables(kind: type[BaseSettings]) -> set[str]:
    return {f"AID_{name.upper()}" for name in kind.model_fields}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__module__)
def test_every_setting_stands_in_the_readme(kind: type[BaseSettings]) -> None:
    assert variables(kind) - set(re.findall(r"AID_[A-Z0-9_]+", README)) == set()


def test_every_variable_of_the_readme_is_read_by_some_service() -> None:
    read = {"AID_SECRETS_DIR"}.union(*map(variables, KINDS))

    assert {name for name in re.findall(r"AID_[A-Z0-9_]+", README) if not name.startswith("AID_LOCAL_")} - read == set()


def test_every_file_the_readme_points_to_is_there() -> None:
    root = Path(__file__).parents[3]

    assert [path for path in re.findall(r"\]\(([^)#:]+)\)", README) if not (root / path).exists()] == []


def test_the_readme_names_every_filter_and_every_value_of_it() -> None:
    rows = [line.split("|") for line in README.splitlines() if line.startswith("| `")]

    for wording in FILTER_WORDS.values():
        (said,) = (row[2] for row in rows if f"`{wording.name}`" in row[1])
        assert [value for value in wording.choices if f"`{value}`" not in said] == []
