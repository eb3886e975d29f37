"""Skin by gate by shortage: what a search makes of the pages of the local Google, against what it must make of them.

Every pair of the three that can matter; with `--long`, every page there is.
"""

from collections.abc import Callable

import pytest

from services.scraper.browsers import Browsers
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import Pace
from tests.integration.scraper.asking import Found, found_by
from tests.pictureweb.matrix import PROPERTY, line
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.skins import SKINS
from tests.pictureweb.verdicts import CASES, EVERY_CASE, WANTED, Case

pytestmark = pytest.mark.integration

PACE = Pace(quiet=0.2, tile=2.0)  # everything here answers in milliseconds, and what is under way is waited for anyhow


def is_right(case: Case, found: Found) -> bool:
    told = str(found.ending).replace("_", " ") == case.verdict
    return told and len(found.hits) == case.results and found.read_by == case.read_by


@pytest.mark.parametrize("skin", SKINS)
async def test_every_page_of_a_skin_is_told_for_what_it_is(
    skin: str,
    pictures: PictureWeb,
    browsers: Browsers,
    record_property: Callable[[str, object], None],
    pytestconfig: pytest.Config,
) -> None:
    google = Google(browsers, url=pictures.google_url, pace=PACE)
    cases = EVERY_CASE if pytestconfig.getoption("long") else CASES
    wrong = []
    for case in (case for case in cases if case.skin.name == skin):
        found = await found_by(google, case.query, WANTED)
        right = is_right(case, found)
        record_property(PROPERTY, line(case, str(found.ending), right=right))
        wrong += [] if right else [(case.query, case.verdict, found)]

    assert wrong == []
