"""The time zones that the form offers: one or more for every country, by region. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby

UTC = "UTC"


@cache
def zones_by_region() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Names and labels such as `("America/Argentina/Ushuaia", "Ushuaia, Argentina")`, from `zone.tab` of tzdata."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    names = sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#"))
    regions = {
        region: sorted(((name, zone_label(name)) for name in members), key=lambda zone: zone[1])
        for region, members in groupby(names, key=_region)
    }
    return {UTC: [(UTC, UTC)], **regions}


def _region(name: str) -> str:
    return name.partition("/")[0]


def zone_label(name: str) -> str:
    """The place first: whoever types a letter in the list finds it."""
    parts = name.replace("_", " ").split("/")
    return ", ".join(reversed(parts[1:] or parts))
