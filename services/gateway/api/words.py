"""What the API's page says of a schema. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

# Patterns are for programs; for people there are examples.
_BOUNDS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "of {}",
    "maxLength": "to {} characters",
    "format": "as {}",
}


def code_words(text: str) -> Markup:
    """What stands in backticks is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def value_words(schema: Mapping[str, Any]) -> str:
    """What a field may hold, in a line; nothing and null go without saying."""
    if "enum" in schema:
        return ", ".join(str(value).lower() for value in schema["enum"] if value not in ("", None))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(value_words(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return " ".join([_kind(schema), *(words.format(schema[name]) for name, words in _BOUNDS.items() if name in schema)])


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "anything")
    kind = next((each for each in kinds if each != "null"), "null") if isinstance(kinds, list) else kinds
    if kind == "array":
        return f"list of {value_words(schema['items'])}"
    return {"string": "text", "integer": "whole number"}.get(kind, str(kind))
