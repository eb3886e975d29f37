"""Bing's batches of results: tiles with their data in an attribute. Empty behind the last."""

import json
from html import escape
from urllib.parse import urlencode

from tests.pictureweb.results import Result
from tests.pictureweb.twins.asked import Asked

CAPTCHA = '<form id="captchaform" action="/fd/ls/lsp.aspx"><p>One last step</p></form>'
CHANGED = '<div class="richImage" data-src="/th/7"></div>'
NONE = "<div class='nors'>There are no results for <strong>it</strong></div>"


def page(asked: Asked, first: int, count: int) -> str:
    """HTML. `first` counts from 1."""
    match asked.trouble:
        case "captcha":
            return CAPTCHA
        case "changed":
            return CHANGED
        case "none":
            return NONE
    results = asked.between(first - 1, first - 1 + count)
    if not results:
        return "" if asked.results or asked.trouble == "empty" else NONE
    tiles = "".join(_tile(result) for result in results)
    return f'<ul class="dgControl_list" data-row="0">{tiles}</ul>'


def _tile(result: Result) -> str:
    data = {
        "cid": result.docid,
        "purl": result.page_url,
        "murl": result.url,
        "turl": f"https://tse1.mm.bing.net/th?id=OIP.{result.docid}&pid=15.1",
        "md5": f"{result.number:032x}",
        "t": result.title,
    }
    size = {"view": "detailV2", "id": result.docid, "mediaurl": result.url, "exph": result.height, "expw": result.width}
    href = f"/images/search?{urlencode(size)}"
    return (
        f'<li data-idx="{result.rank}"><div class="iuscp"><div class="imgpt">'
        f'<a class="iusc" m="{escape(json.dumps(data))}" href="{escape(href)}">'
        f'<div class="img_cont"><img class="mimg" alt=""></div></a></div>'
        f'<div class="infopt"><a class="lnkw" href="{escape(result.page_url)}">{escape(result.site)}</a></div>'
        "</div></li>"
    )
