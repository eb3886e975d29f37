"""The net below everything that is written: what looks like an e-mail address stays out. Pure."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

# Looked for from the beginning of a word only, never again from its middle: that would be slow in a long one.
_ADDRESS = re.compile(r"(?<![^\s@<>\"'])[^\s@<>\"']++@[^\s@<>\"']+\.[^\s@<>\"']+")


def hide_addresses(text: str) -> str:
    return _ADDRESS.sub("[address]", text) if "@" in text else text


def without_addresses(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """For structlog: no value of the line holds an address, however deep it lies."""
    # What begins with _ is structlog's own and is not written.
    return {key: value if key.startswith("_") else _without_addresses(value) for key, value in event.items()}


def _without_addresses(value: Any) -> Any:
    match value:
        case str():
            return hide_addresses(value)
        case list() | tuple() | set() | frozenset():
            return [_without_addresses(part) for part in value]
        case dict():
            return {_without_addresses(key): _without_addresses(part) for key, part in value.items()}
        case None | bool() | int() | float():
            return value
        case _:
            return hide_addresses(str(value))
