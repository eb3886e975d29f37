"""The API of Wikimedia Commons: files in any order, each with its place; HTML in what people have written."""

from html import escape
from typing import Any

from tests.pictureweb.results import Result
from tests.pictureweb.twins.asked import Asked

LICENCES = (("CC BY-SA 4.0", "by-sa/4.0"), ("CC BY 2.0", "by/2.0"), ("Public domain", "publicdomain"))


def document(asked: Asked, offset: int, limit: int) -> dict[str, Any]:
    match asked.trouble:
        case "ratelimited" | "maxlag":
            return {"error": {"code": asked.trouble, "info": "try again later"}}
        case "changed":
            return {"files": []}
    found = asked.between(offset, offset + limit)
    if not found:
        return {"batchcomplete": True}
    pages = sorted((_file(result, offset) for result in found), key=lambda page: str(page["title"]))
    said: dict[str, Any] = {"batchcomplete": True, "query": {"pages": pages}}
    if offset + limit < asked.results:
        said["continue"] = {"gsroffset": offset + limit, "continue": "gsroffset||"}
    return said


def _file(result: Result, offset: int) -> dict[str, Any]:
    licence, path = LICENCES[result.number % len(LICENCES)]
    author = f"N{result.number % 97}"
    said = {
        "LicenseShortName": licence,
        "LicenseUrl": f"https://creativecommons.org/licenses/{path}",
        "Artist": f'<a href="//commons.wikimedia.org/wiki/User:{author}">Näm &amp; {author}</a>',
        "ImageDescription": f"<p>{escape(result.title)}</p>",
    }
    info = {
        "url": result.url,
        "descriptionurl": result.page_url,
        "thumburl": f"https://upload.wikimedia.org/thumb/{result.docid}/640px.jpg",
        "width": result.width,
        "height": result.height,
        "mime": "image/jpeg",
        "extmetadata": {name: {"value": value, "source": "commons-desc-page"} for name, value in said.items()},
    }
    title = f"File:{result.title} {result.number}.jpg"
    return {"pageid": result.number, "ns": 6, "title": title, "index": result.rank - offset + 1, "imageinfo": [info]}
