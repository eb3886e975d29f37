"""What the filters are called where people and programs meet them: on the form, in the API, in a report. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.filters import FILTERS, Age, Colour, FileFormat, Filters, Kind, Licence, MinimumSize, Orientation

ON, OFF = "on", "off"
"""Safe search is chosen among two: a box that nobody ticks would send nothing, and nothing means on."""


@dataclass(frozen=True)
class Wording:
    """`name` is the field's; `noun` what an engine filters by; `choices` the words of each value, none for a text."""

    name: str
    label: str
    noun: str
    choices: Mapping[str, str] = field(default_factory=dict)


FILTER_WORDS: Mapping[str, Wording] = {
    "minimum_size": Wording(
        "minimum-size",
        "Minimum size",
        "minimum size",
        {
            MinimumSize.ANY: "Any",
            MinimumSize.VGA: "640 \N{MULTIPLICATION SIGN} 480",
            MinimumSize.XGA: "1024 \N{MULTIPLICATION SIGN} 768",
            MinimumSize.MP2: "2 megapixels",
            MinimumSize.MP4: "4 megapixels",
            MinimumSize.MP8: "8 megapixels",
            MinimumSize.MP12: "12 megapixels",
        },
    ),
    "orientation": Wording(
        "orientation",
        "Orientation",
        "orientation",
        {
            Orientation.ANY: "Any",
            Orientation.LANDSCAPE: "Landscape",
            Orientation.PORTRAIT: "Portrait",
            Orientation.SQUARE: "Square",
        },
    ),
    "colour": Wording(
        "colour",
        "Colour",
        "colour",
        {
            Colour.ANY: "Any",
            Colour.FULL: "In colour",
            Colour.GREY: "Black and white",
            Colour.TRANSPARENT: "Transparent background",
            **{
                colour: colour.capitalize()
                for colour in Colour
                if colour not in (Colour.ANY, Colour.FULL, Colour.GREY, Colour.TRANSPARENT)
            },
        },
    ),
    "kind": Wording(
        "type",
        "Type",
        "type",
        {
            Kind.ANY: "Any",
            Kind.PHOTO: "Photograph",
            Kind.FACE: "Face",
            Kind.CLIPART: "Clip art",
            Kind.LINE_DRAWING: "Line drawing",
            Kind.ANIMATED: "Animated",
        },
    ),
    "file_format": Wording(
        "format",
        "File format",
        "file format",
        {
            FileFormat.ANY: "Any",
            FileFormat.JPEG: "JPEG",
            FileFormat.PNG: "PNG",
            FileFormat.GIF: "GIF",
            FileFormat.WEBP: "WebP",
        },
    ),
    "licence": Wording(
        "licence",
        "Licence",
        "licence",
        {Licence.ANY: "Any", Licence.SHARE: "May be shared", Licence.COMMERCIAL: "May be used commercially"},
    ),
    "safe_search": Wording("safe-search", "Safe search", "safe search", {ON: "On", OFF: "Off"}),
    "site": Wording("site", "Site", "site"),
    "language": Wording("language", "Language", "language"),
    "country": Wording("country", "Country", "country"),
    "age": Wording(
        "published",
        "Published within",
        "date",
        {
            Age.ANY: "Any time",
            Age.DAY: "The last day",
            Age.WEEK: "The last week",
            Age.MONTH: "The last month",
            Age.YEAR: "The last year",
        },
    ),
}
"""By the name in `Filters`, in the same order."""

FIELD_NAMES = tuple(wording.name for wording in FILTER_WORDS.values())


def default_of(name: str) -> str:
    """The value of the field when nothing is said."""
    return _text(getattr(Filters(), name))


def fields_of(filters: Filters) -> dict[str, str]:
    """The fields that ask for just these filters; those that say nothing else than the default are left out."""
    texts = {name: _text(getattr(filters, name)) for name in FILTERS}
    return {FILTER_WORDS[name].name: text for name, text in texts.items() if text != default_of(name)}


def names_of(filters: Iterable[str]) -> list[str]:
    """Of fields, for names in `Filters`. One that we do not know yet, from a newer scraper, stays as it is."""
    return [FILTER_WORDS[name].name if name in FILTER_WORDS else name for name in filters]


def in_words(filters: Filters) -> tuple[str, ...]:
    """`Minimum size: 2 megapixels`, each that differs from the default."""
    asked = fields_of(filters)
    return tuple(
        f"{wording.label}: {wording.choices.get(asked[wording.name], asked[wording.name])}"
        for wording in FILTER_WORDS.values()
        if wording.name in asked
    )


def nouns_of(filters: Iterable[str]) -> list[str]:
    """What they filter by, for names in `Filters`."""
    return [FILTER_WORDS[name].noun if name in FILTER_WORDS else name.replace("_", " ") for name in filters]


def _text(value: str | bool) -> str:
    if isinstance(value, bool):
        return ON if value else OFF
    return str(value)
