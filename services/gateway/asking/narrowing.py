"""The filters of a request, read field by field. Pure."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, PlainValidator, TypeAdapter, ValidationInfo, WithJsonSchema

from services.gateway.asking.codes import COUNTRIES, LANGUAGES
from services.gateway.asking.fields import FieldError
from services.gateway.asking.reading import Reader
from shared.filters import NO_FILTERS, Filters, Site
from shared.filterwords import FILTER_WORDS, OFF, ON, default_of
from shared.strangers import url_of

_SITE: TypeAdapter[str] = TypeAdapter(Site)

_TWO_LETTERS = "^([A-Za-z]{2})?$"


def take_filters(reader: Reader) -> Filters | None:
    """Those nobody mentions are as by default. None when a field makes no sense."""
    taken = reader.take(Narrowing)
    if taken is None:
        return None
    return Filters.model_validate(taken.model_dump()) if taken.model_fields_set else NO_FILTERS


def _choice(text: str, info: ValidationInfo) -> str:
    name = info.field_name or ""
    wording = FILTER_WORDS[name]
    value = text.strip().lower() or default_of(name)
    if value not in wording.choices:
        raise FieldError(wording.name, "choice_unknown", label=wording.label, choices=", ".join(wording.choices))
    return value


def _site(text: str) -> str:
    """The host of an address, or one that was typed alone; in the letters that DNS knows."""
    text = text.strip()
    if not text:
        return ""
    try:
        url = url_of(text if "://" in text else f"http://{text}")
        host = _SITE.validate_python((url.raw_host or "").rstrip("."))
    except ValueError:
        host = ""
    if not host or url.scheme not in ("http", "https") or url.raw_user is not None:
        raise FieldError("site", "site_invalid")
    return host


def _language(text: str) -> str:
    language = text.strip().lower()
    if language and language not in LANGUAGES:
        raise FieldError("language", "language_unknown")
    return language


def _country(text: str) -> str:
    country = text.strip().upper()
    if country and country not in COUNTRIES:
        raise FieldError("country", "country_unknown")
    return country


def _field(name: str, description: str, **schema: Any) -> Any:
    """Of what the engine is asked for as `name`; `schema`: what a program may send instead of nothing."""
    wording = FILTER_WORDS[name]
    if wording.choices:
        also = [True, False] if set(wording.choices) == {ON, OFF} else []
        schema = {"enum": [*wording.choices, *also, "", None]}
    return Field(
        default=default_of(name),
        alias=wording.name,
        title=wording.label,
        description=description,
        json_schema_extra=lambda told: told.update(schema),
    )


# What a value may be stands with each field: choices differ.
Choice = Annotated[str, PlainValidator(_choice), WithJsonSchema({})]
SiteText = Annotated[str, PlainValidator(_site), WithJsonSchema({"type": ["string", "null"]})]
LanguageCode = Annotated[str, PlainValidator(_language), WithJsonSchema({"type": ["string", "null"]})]
CountryCode = Annotated[str, PlainValidator(_country), WithJsonSchema({"type": ["string", "null"]})]


class Narrowing(BaseModel):
    """The fields that narrow a search, under the names that `Filters` knows them by."""

    minimum_size: Choice = _field("minimum_size", "As many pixels at least, whatever the shape.")
    orientation: Choice = _field("orientation", "Of the picture as people see it.")
    colour: Choice = _field("colour", "What colours it has, or which is the main one.")
    kind: Choice = _field("kind", "What sort of picture it is.")
    file_format: Choice = _field("file_format", "Of the file itself.")
    licence: Choice = _field(
        "licence", "What one wants to do with it. An engine's word on a licence is a hint, not a grant."
    )
    safe_search: Choice = _field("safe_search", "Whether pictures are left out that not everybody wants to see.")
    site: SiteText = _field(
        "site",
        "A host name; pages of hosts below it count too. Of an address its host is taken.",
        examples=["nasa.gov"],
    )
    language: LanguageCode = _field(
        "language", "Of the pages, as in ISO 639-1, in either case.", pattern=_TWO_LETTERS, examples=["de"]
    )
    country: CountryCode = _field(
        "country", "Where the pages are from, as in ISO 3166-1, in either case.", pattern=_TWO_LETTERS, examples=["AT"]
    )
    age: Choice = _field("age", "How long ago the picture was published at most.")
