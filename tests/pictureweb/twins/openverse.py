"""Openverse's API, as it answers people without a key: 20 a page, 20 pages, every picture with its licence."""

from typing import Any

from tests.pictureweb.results import Result
from tests.pictureweb.twins.asked import Asked

MOST_A_PAGE, LAST_PAGE = 20, 20
LICENCES = (("by", "4.0"), ("by-sa", "4.0"), ("cc0", "1.0"), ("by-nc", "2.0"), ("pdm", "1.0"))


def refusal(page: int, page_size: int) -> tuple[int, dict[str, Any]] | None:
    """Status and body for whoever asks for more than is given without a key."""
    if page_size > MOST_A_PAGE or page > LAST_PAGE:
        return 401, {"detail": "Anonymous requests may not exceed the page size or depth."}
    return None


def document(asked: Asked, page: int, page_size: int) -> dict[str, Any]:
    if asked.trouble == "changed":
        return {"total": asked.results, "items": []}
    found = asked.between((page - 1) * page_size, page * page_size)
    return {
        "result_count": asked.results,
        "page_count": min(-(-asked.results // page_size), LAST_PAGE),
        "page_size": page_size,
        "page": page,
        "results": [_item(result) for result in found],
    }


def _item(result: Result) -> dict[str, Any]:
    licence, version = LICENCES[result.number % len(LICENCES)]
    creator = f"Photographer {result.number % 97}"
    return {
        "id": result.docid,
        "title": result.title,
        "foreign_landing_url": result.page_url,
        "url": result.url,
        "creator": creator,
        "license": licence,
        "license_version": version,
        "license_url": f"https://creativecommons.org/licenses/{licence}/{version}/",
        "provider": "flickr",
        "source": "flickr",
        "attribution": f'"{result.title}" by {creator} is licensed under {licence} {version}.',
        "mature": False,
        "width": result.width,
        "height": result.height,
        "thumbnail": f"https://api.openverse.org/v1/images/{result.docid}/thumb/",
    }
