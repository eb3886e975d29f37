"""What of an engine's results is let through."""

from dataclasses import replace

import pytest

from services.scraper.sieve import fits
from shared.filters import FileFormat, Filters, Licence, MinimumSize, Orientation
from shared.images import Hit

HIT = Hit("https://pictures.example/panda.jpg", "https://www.site.example/7", width=1000, height=800)


@pytest.mark.parametrize(
    ("filters", "let_through"),
    [
        (Filters(), True),
        (Filters(minimum_size=MinimumSize.XGA), True),
        (Filters(minimum_size=MinimumSize.MP2), False),
        (Filters(orientation=Orientation.LANDSCAPE), True),
        (Filters(orientation=Orientation.PORTRAIT), False),
        (Filters(orientation=Orientation.SQUARE), False),
        (Filters(file_format=FileFormat.JPEG), True),
        (Filters(file_format=FileFormat.PNG), False),
        (Filters(site="site.example"), True),
        (Filters(site="www.site.example"), True),
        (Filters(site="te.example"), False),
        (Filters(licence=Licence.COMMERCIAL), True),
    ],
)
def test_a_result_that_says_something_else_is_left_out(filters: Filters, let_through: bool) -> None:
    assert fits(HIT, filters) is let_through


@pytest.mark.parametrize(
    "filters",
    [
        Filters(minimum_size=MinimumSize.MP12),
        Filters(orientation=Orientation.SQUARE),
        Filters(file_format=FileFormat.WEBP),
        Filters(licence=Licence.COMMERCIAL),
    ],
)
def test_a_result_that_says_nothing_is_looked_at_when_it_is_here(filters: Filters) -> None:
    assert fits(Hit("https://pictures.example/panda?format=any"), filters)


def test_a_thumbnail_is_no_answer_to_a_minimum_size() -> None:
    thumbnail = Hit("https://thumbnails.example/7", width=4000, height=3000, thumbnail_only=True)

    assert fits(thumbnail, Filters())
    assert not fits(thumbnail, Filters(minimum_size=MinimumSize.VGA))


@pytest.mark.parametrize(
    "page", ["http://müller.example/a", "http://xn--mller-kva.example/a", "http://www.müller.example"]
)
def test_a_site_is_the_same_in_every_spelling(page: str) -> None:
    assert fits(replace(HIT, source_page=page), Filters(site="xn--mller-kva.example"))
    assert fits(replace(HIT, source_page=page), Filters(site="www.xn--mller-kva.example"))


@pytest.mark.parametrize("page", ["http://[]@", "http://[", "not an address"])
def test_a_page_that_is_no_address_is_on_no_site(page: str) -> None:
    assert not fits(replace(HIT, source_page=page), Filters(site="site.example"))


def test_a_result_without_a_page_is_on_no_site() -> None:
    assert not fits(replace(HIT, source_page=None), Filters(site="site.example"))


@pytest.mark.parametrize(
    ("licence", "let_through"), [("CC BY 4.0", True), ("CC BY-NC-SA 2.0", False), ("CC0 1.0", True)]
)
def test_what_may_not_be_sold_is_no_commercial_picture(licence: str, let_through: bool) -> None:
    assert fits(replace(HIT, licence=licence), Filters(licence=Licence.COMMERCIAL)) is let_through


@pytest.mark.parametrize(("width", "height"), [(1000, 960), (960, 1000), (7, 7)])
def test_what_looks_like_a_square_is_one(width: int, height: int) -> None:
    assert fits(replace(HIT, width=width, height=height), Filters(orientation=Orientation.SQUARE))
