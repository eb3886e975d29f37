"""What a twin is asked for: the results of its engine, or its trouble."""

from dataclasses import dataclass, replace

from aiohttp import web

from tests.pictureweb.results import Result, results_between
from tests.pictureweb.wishes import Wish, wish_of

RETRY_AFTER = 30


@dataclass(frozen=True)
class Asked:
    """`trouble`: "" for none, or how this engine fails. Engines that show each other's pictures have one `source`."""

    wish: Wish
    trouble: str
    port: int
    source: str

    @classmethod
    def of(cls, query: str, *, engine: str, source: str, default: Wish, port: int) -> "Asked":
        """HTTPBadRequest when a knob cannot be read."""
        try:
            wish = wish_of(query, default)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"a knob in q cannot be read: {error}") from error
        trouble = dict(wish.troubles).get(engine, "")
        return cls(replace(wish, words=f"{wish.words} on {source}"), trouble, port, source)

    @property
    def results(self) -> int:
        return 0 if self.trouble in ("none", "empty") else self.wish.results

    def between(self, start: int, end: int) -> list[Result]:
        return results_between(self.wish, start, min(end, self.results), self.port)

    def refuse(self) -> None:
        """HTTPException for a trouble that is a status."""
        if self.trouble.isdecimal():
            headers = {"Retry-After": str(RETRY_AFTER)} if self.trouble in ("429", "503") else {}
            raise _Refused(status=int(self.trouble), headers=headers)


class _Refused(web.HTTPException):
    status_code = 0

    def __init__(self, *, status: int, headers: dict[str, str]) -> None:
        self.status_code = status
        super().__init__(headers=headers, text="no")
