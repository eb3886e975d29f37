import pytest

from services.gateway.api.words import code_words, value_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 500}, "whole number from 1 to 500"),
        ({"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^.*$"}, "text of 1 to 200 characters"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "string", "format": "uri"}, "text as uri"),
        ({"enum": ["on", "off", True, False, "", None]}, "on, off, true, false"),
        ({"const": "accepted"}, "accepted"),
        ({"anyOf": [{"$ref": "#/components/schemas/Reason"}, {"type": "null"}]}, "Reason"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Engine"}}, "list of Engine"),
        ({}, "anything"),
    ],
)
def test_what_a_field_may_hold_is_said_in_a_line(schema: dict[str, object], words: str) -> None:
    assert value_words(schema) == words


def test_what_stands_in_backticks_is_code_and_nothing_else_is_markup() -> None:
    assert code_words("`a<b` & <c>") == "<code>a&lt;b</code> &amp; &lt;c&gt;"
