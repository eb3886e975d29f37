"""Skin by gate by shortage: what a search makes of every page of the local Google, against what it must make of it."""

from collections.abc import Callable, Iterable
from itertools import groupby

import pytest

from services.scraper.browsers import Browsers
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import Pace
from tests.integration.scraper.asking import Found, found_by
from tests.pictureweb.matrix import PROPERTY, line
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.skins import SKINS
from tests.pictureweb.verdicts import CASES, WANTED, Case

pytestmark = pytest.mark.integration

PACE = Pace(quiet=0.3, tile=0.5)  # everything here answers in milliseconds, and what is under way is waited for anyhow


def is_right(case: Case, found: Found) -> bool:
    told = str(found.ending).replace("_", " ") == case.verdict
    return told and len(found.hits) == case.results and found.read_by == case.read_by


@pytest.mark.parametrize("skin", SKINS)
async def test_every_page_of_a_skin_is_told_for_what_it_is(
    skin: str, pictures: PictureWeb, browsers: Browsers, record_property: Callable[[str, object], None]
) -> None:
    google = Google(browsers, url=pictures.google_url, pace=PACE)
    wrong = []
    for gate, cases in by_gate(case for case in CASES if case.skin.name == skin):
        results = [(case, await found_by(google, case.query, WANTED)) for case in cases]
        judged = [(str(found.ending), is_right(case, found)) for case, found in results]
        record_property(PROPERTY, line(skin, gate, judged))
        wrong += [(case.query, case.verdict, found) for case, found in results if not is_right(case, found)]

    assert wrong == []


def by_gate(cases: Iterable[Case]) -> list[tuple[str, list[Case]]]:
    return [(gate, list(some)) for gate, some in groupby(cases, lambda case: case.gate.name)]
