"""`Expect`: aiohttp's own answer to one that nobody meets goes past every middleware, with what was sent in it."""

from collections.abc import Iterable, Iterator

from aiohttp import HttpVersion11, web

from services.gateway.web.headers import REQUEST_ID, new_request_id
from services.gateway.web.problem_answers import answer
from services.gateway.web.problems import problem_of

_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def met(routes: Iterable[web.RouteDef | web.StaticDef]) -> Iterator[web.RouteDef | web.StaticDef]:
    """The same routes, with our answer."""
    for route in routes:
        kwargs = {**route.kwargs, "expect_handler": _meet}
        if isinstance(route, web.StaticDef):
            yield web.StaticDef(route.prefix, route.path, kwargs)
        else:
            yield web.RouteDef(route.method, route.path, route.handler, kwargs)


async def _meet(request: web.Request) -> web.StreamResponse | None:
    if request.version != HttpVersion11:
        return None
    if request.headers["Expect"].lower() != "100-continue":
        request[REQUEST_ID] = new_request_id()
        return answer(request, problem_of(web.HTTPExpectationFailed()))
    await request.writer.write(_GO_ON)
    request.writer.output_size = 0  # the answer itself has not begun
    return None
