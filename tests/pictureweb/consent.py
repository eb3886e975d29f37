"""The consent gate. Consent counts for one query only, so a browser that stays open meets the gate at every new one."""

import hashlib

from aiohttp import web
from yarl import URL

COOKIE = "SOCS"
FORMS = {"m": "consent.html", "ml": "consent-ml.html"}
"""The page that asks, as it was in 2022 and as it is since; the second is also shown in a frame."""


def cookie_value(q: str) -> str:
    return "CAISHAg" + hashlib.sha256(q.encode()).hexdigest()[:16]


def given(request: web.Request) -> bool:
    return request.cookies.get(COOKIE) == cookie_value(request.query.get("q", ""))


def asked(request: web.Request, form: str) -> web.Response:
    """A redirect as seen in the EU."""
    query = {"continue": str(request.url), "gl": "DE", "m": "0", "pc": "irp", "uxe": "eomtm", "hl": "en", "src": "1"}
    response = web.Response(status=302, headers={"Location": str(URL(f"/consent/{form}").with_query(query))})
    response.set_cookie("CONSENT", "PENDING+123")
    return response


async def save(request: web.Request) -> web.Response:
    """The form's answer; goes back to the search, on this site only."""
    target = URL(str((await request.post()).get("continue", "/")))
    response = web.Response(status=303, headers={"Location": target.path_qs})
    response.set_cookie(COOKIE, cookie_value(target.query.get("q", "")))
    return response
