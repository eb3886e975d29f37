"""What a person may narrow a search by: one vocabulary for the form, the API, the events and every engine. Pure.

An engine that has no word for a filter leaves it out and says so. What can be told from a picture itself, its size,
its shape, its format, is looked at again once it is here, whatever the engine has promised.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class MinimumSize(StrEnum):
    ANY = "any"
    VGA = "640x480"
    XGA = "1024x768"
    MP2 = "2mp"
    MP4 = "4mp"
    MP8 = "8mp"
    MP12 = "12mp"

    @property
    def pixels(self) -> int:
        """Width times height, at least; either way round."""
        if self is MinimumSize.ANY:
            return 0
        width, _, height = self.partition("x")
        return int(width) * int(height) if height else int(self.removesuffix("mp")) * 1_000_000


class Orientation(StrEnum):
    ANY = "any"
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"

    def fits(self, width: int, height: int) -> bool:
        """Whoever asks for a square means one that looks like it: sides within a twentieth."""
        square = abs(width - height) * 20 <= max(width, height)
        match self:
            case Orientation.ANY:
                return True
            case Orientation.SQUARE:
                return square
            case Orientation.LANDSCAPE:
                return width > height
        return height > width


class Colour(StrEnum):
    ANY = "any"
    FULL = "colour"
    GREY = "black-and-white"
    TRANSPARENT = "transparent"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    TEAL = "teal"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    WHITE = "white"
    GRAY = "gray"
    BLACK = "black"
    BROWN = "brown"


class Kind(StrEnum):
    ANY = "any"
    PHOTO = "photo"
    FACE = "face"
    CLIPART = "clipart"
    LINE_DRAWING = "line-drawing"
    ANIMATED = "animated"


class FileFormat(StrEnum):
    ANY = "any"
    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"


class Licence(StrEnum):
    """What one wants to do. An engine's word on it is a hint, not a grant."""

    ANY = "any"
    SHARE = "share"
    COMMERCIAL = "commercial"


class Age(StrEnum):
    """Published within the last one."""

    ANY = "any"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


Site = Annotated[str, StringConstraints(max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+)?$")]
Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]


class Filters(BaseModel):
    """Nothing set finds everything that is safe to look at. `site`, `language`, `country` are empty for any."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    minimum_size: MinimumSize = MinimumSize.ANY
    orientation: Orientation = Orientation.ANY
    colour: Colour = Colour.ANY
    kind: Kind = Kind.ANY
    file_format: FileFormat = FileFormat.ANY
    licence: Licence = Licence.ANY
    safe_search: bool = True
    site: Site = Field(default="", description="a host name; pictures on its pages and those of hosts below it")
    language: Language = Field(default="", description="ISO 639-1, such as de")
    country: Country = Field(default="", description="ISO 3166-1, such as DE")
    age: Age = Age.ANY

    @property
    def chosen(self) -> frozenset[str]:
        """The names of those that narrow the search, safe search included while it is on."""
        narrowing = {name for name in FILTERS if getattr(self, name) not in ("any", "", False)}
        return frozenset(narrowing)

    def stored(self) -> str | None:
        """For one column; None when nothing differs from the default."""
        return self.model_dump_json(exclude_defaults=True) if self != Filters() else None

    @classmethod
    def of_stored(cls, text: str | None) -> Self:
        return cls.model_validate_json(text) if text else cls()


NO_FILTERS = Filters()
"""One for all: a scheduler holds thousands of jobs, and few of them have any."""

FILTERS = tuple(Filters.model_fields)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sorted as people meet them on the form."""
    wanted = set(names)
    return tuple(name for name in FILTERS if name in wanted)
