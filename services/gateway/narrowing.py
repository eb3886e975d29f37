"""The filters of a request, read field by field. Pure."""

from collections.abc import Callable, Mapping
from functools import partial

from pydantic import TypeAdapter

from services.gateway.codes import COUNTRIES, LANGUAGES
from services.gateway.fields import FieldError
from services.gateway.reading import Reader
from shared.filters import Filters, Site
from shared.filterwords import FILTER_WORDS, default_of
from shared.strangers import url_of

_SITE: TypeAdapter[str] = TypeAdapter(Site)


def take_filters(reader: Reader) -> Filters | None:
    """Those nobody mentions are as by default. None when a field makes no sense."""
    taken = {
        name: reader.take(wording.name, _TEXTS.get(name) or partial(_choice, name))
        for name, wording in FILTER_WORDS.items()
    }
    return None if None in taken.values() else Filters.model_validate(taken)


def _choice(name: str, text: str) -> str:
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


_TEXTS: Mapping[str, Callable[[str], str]] = {"site": _site, "language": _language, "country": _country}
"""How those are read that are typed and not chosen."""
