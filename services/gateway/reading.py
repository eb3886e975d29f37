"""Names and values as they came, read field by field; what is wrong is kept, the first thing of each field. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from services.gateway import fields
from services.gateway.fields import FieldError
from shared.filterwords import FILTER_WORDS, OFF, ON

T = TypeVar("T")

_SAFE_SEARCH = FILTER_WORDS["safe_search"].name

Pairs = Iterable[tuple[str, object]]
"""Names and values as they came, duplicates included."""


class Reader:
    """`typed` is what came as text, `problems` what is wrong, both by field."""

    def __init__(self, pairs: Pairs, *, known: tuple[str, ...]) -> None:
        self.problems: dict[str, FieldError] = {}
        self.typed: dict[str, str] = {}
        values: dict[str, object] = {}
        for name, value in pairs:
            if name not in known:
                self._keep(FieldError(name, "unknown_field"))
            elif name in values:
                self._keep(FieldError(name, "duplicate_field"))
            else:
                values[name] = value
        for name, value in values.items():
            self.note(lambda name=name, value=value: self._type(name, value))  # type: ignore[misc]

    def take(self, name: str, read: Callable[[str], T]) -> T | None:
        """None when the field is wrong."""
        if name in self.problems:
            return None
        return self.note(lambda: read(self.typed.get(name, "")))

    def note(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except FieldError as error:
            self._keep(error)
            return None

    def _type(self, name: str, value: object) -> None:
        if name == fields.IMAGES and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        elif name == _SAFE_SEARCH and isinstance(value, bool):
            value = ON if value else OFF
        elif value is None:
            value = ""
        if not isinstance(value, str):
            raise FieldError(name, "images_invalid" if name == fields.IMAGES else "not_a_text")
        self.typed[name] = value

    def _keep(self, error: FieldError) -> None:
        self.problems.setdefault(error.field, error)
