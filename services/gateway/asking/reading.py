"""Names and values as they came, read part by part; what is wrong is kept, the first thing of each field. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeGuard, TypeVar

from pydantic import BaseModel, ValidationError

from services.gateway.asking import fields
from services.gateway.asking.fields import FieldError
from shared.filterwords import FILTER_WORDS, OFF, ON

T = TypeVar("T")
Part = TypeVar("Part", bound=BaseModel)

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

    def take(self, part: type[Part], rules: object = None) -> Part | None:
        """Its fields are texts, and one that must be there is empty where nothing came. None when one is wrong."""
        names = {field.alias or name: field.is_required() for name, field in part.__pydantic_fields__.items()}
        texts = {name: self.typed.get(name, "") for name, required in names.items() if required or name in self.typed}
        try:
            taken = part.model_validate(texts, context=rules)
        except ValidationError as error:
            for wrong in error.errors(include_url=False, include_input=False):
                self._keep(wrong["ctx"]["error"])
            return None
        return None if self.problems.keys() & names.keys() else taken

    def note(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except FieldError as error:
            self._keep(error)
            return None

    def in_order(self) -> dict[str, FieldError]:
        """What is wrong, as people meet the fields; those there are not come last."""
        known = {name: self.problems[name] for name in fields.NAMES if name in self.problems}
        return known | self.problems

    def _type(self, name: str, value: object) -> None:
        if name == fields.IMAGES and is_whole(value):
            value = str(int(value))
        elif name == _SAFE_SEARCH and isinstance(value, bool):
            value = ON if value else OFF
        elif value is None:
            value = ""
        if not isinstance(value, str):
            raise FieldError(name, "images_invalid" if name == fields.IMAGES else "not_a_text")
        self.typed[name] = value

    def _keep(self, error: FieldError) -> None:
        self.problems.setdefault(error.field, error)


def is_whole(value: object) -> TypeGuard[int | float]:
    """1.0 is the number 1 in JSON."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
