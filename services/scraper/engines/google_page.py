"""The result page of Google Images as seen in a browser: where to look, and when it was last seen there.

Class names change with every release; what is written here outlived several. `seen_on` says until when.
"""

from dataclasses import dataclass
from importlib.resources import files

from services.scraper.windows import Window


@dataclass(frozen=True)
class Sign:
    """A CSS selector or a sentence in the language we ask for (`hl=en`)."""

    text: str
    seen_on: str


REJECT_ALL = (
    Sign("#W0wltc", "2025-02"),
    Sign('form[action*="consent"] button[aria-label^="Reject all"]', "2024"),
    Sign('button[aria-label^="Reject all"]', "2024"),
)
NO_RESULTS = (
    Sign("did not match any image results", "2025"),
    Sign("did not match any documents", "2025"),
    Sign("aren't any matches for your search", "2025"),
)
END_AT = (Sign("[role=status]", "2023"), Sign(".Yu2Dnd", "2023"))
END = (Sign("Looks like you've reached the end", "2023"),)

QUIET_MS = 1_500
"""No request under way and no new height for so long after a scroll: nothing more is coming."""

SETTLE_SECONDS = 15.0
MAX_CHARACTERS = 8_000_000
"""Of data taken from one page; a real one has a quarter of a million."""


@dataclass(frozen=True)
class Look:
    """What a page says. `stub`: its source when that is very short. `texts`: scripts and bodies that carry records."""

    address: str
    status: int
    stub: str
    asks: bool
    nothing: bool
    ended: bool
    refused: bool
    texts: tuple[str, ...]


class ResultPage:
    """One search in one window. Every answer is a look at what is new."""

    def __init__(self, window: Window) -> None:
        self._window = window

    async def open(self, address: str) -> Look:
        await self._window.open(address)
        return await self._look(first=True)

    async def reject_all(self) -> Look:
        """Say no to what the page asks consent for, and look at what it shows then."""
        await self._window.run(_REJECT, [sign.text for sign in REJECT_ALL])
        return await self._look(first=True, answered=True)

    async def more(self) -> Look:
        """Scroll to the end, and look when something new has come or nothing will."""
        await self._window.run(_SCROLL)
        return await self._look(first=False)

    async def _look(self, *, first: bool, answered: bool = False) -> Look:
        signs = _signs()
        seen = await self._window.until(_script("google_look.js"), signs, first, answered, seconds=SETTLE_SECONDS)
        if seen is None:
            seen = await self._window.run(_script("google_look.js"), {**signs, "at_once": True}, first, answered)
        return Look(**{**seen, "texts": tuple(seen["texts"])})


def watch_script() -> str:
    """For every document, before its own scripts: keeps what is loaded on scrolling."""
    return _script("google_watch.js")


_REJECT = """
const watch = window.aidWatch;
if (watch) watch.changedAt = performance.now();
const buttons = arguments[0].flatMap((selector) => [...document.querySelectorAll(selector)]);
buttons.find((button) => button.getClientRects().length > 0).click();
"""

# Up first: at the bottom already, scrolling to the bottom would be no event.
_SCROLL = """
const watch = window.aidWatch;
if (watch) watch.changedAt = performance.now();
window.scrollBy(0, -window.innerHeight);
window.scrollTo(0, document.documentElement.scrollHeight);
"""


def _signs() -> dict[str, object]:
    lists = {"reject_all": REJECT_ALL, "no_results": NO_RESULTS, "end_at": END_AT, "end": END}
    texts = {name: [sign.text for sign in signs] for name, signs in lists.items()}
    return {**texts, "quiet_ms": QUIET_MS, "max_characters": MAX_CHARACTERS}


def _script(name: str) -> str:
    return files(__package__).joinpath(name).read_text()
