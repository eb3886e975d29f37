"""DuckDuckGo's two answers: a page with a token, and JSON for whoever brings it, with the same `User-Agent`."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from tests.pictureweb.results import Result
from tests.pictureweb.twins.asked import Asked

CHALLENGE = '<div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div>'

BATCH = 100


def token(query: str, user_agent: str) -> str:
    return f"4-{int(hashlib.sha256(f'{query}|{user_agent}'.encode()).hexdigest()[:30], 16)}"


def page(asked: Asked, query: str, user_agent: str) -> str:
    if asked.trouble == "captcha":
        return CHALLENGE
    if asked.trouble == "changed":
        return "<!DOCTYPE html><title>DuckDuckGo</title><div id='react-layout'></div>"
    return f'<!DOCTYPE html><script>DDG.deep.initialize("/i.js?q=x");vqd="{token(query, user_agent)}";</script>'


def results(asked: Asked, query: str, start: int) -> dict[str, Any]:
    found = asked.between(start, start + BATCH)
    said: dict[str, Any] = {"query": query, "results": [_result(result) for result in found]}
    if start + BATCH < asked.results:
        said["next"] = f"i.js?{urlencode({'q': query, 'o': 'json', 's': start + BATCH, 'u': 'bing', 'f': ',,,'})}"
    return said


def _result(result: Result) -> dict[str, Any]:
    return {
        "title": result.title,
        "image": result.url,
        "thumbnail": f"https://tse1.mm.bing.net/th?id=OIP.{result.docid}&pid=Api",
        "url": result.page_url,
        "width": result.width,
        "height": result.height,
        "source": "Bing",
    }
