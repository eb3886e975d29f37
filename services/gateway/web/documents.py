"""Answers for programs: models that write themselves, and what each of them is told when something is wrong."""

from collections.abc import Mapping

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrongField(Answer):
    """What one field is told."""

    field: str
    code: str = Field(description="The same in every language.")
    message: str
    context: dict[str, str | int] = Field(description="What the message speaks of, such as the largest number.")


class ProblemDocument(Answer):
    """What went wrong, as in RFC 9457."""

    type: str = Field(description="Where the code is explained.", json_schema_extra={"format": "uri-reference"})
    title: str = Field(description="For people.")
    status: int
    code: str = Field(description="For programs; stays the same.")
    request_id: str = Field(description="What to name when asking us; also in `X-Request-Id`.")
    detail: str | None = Field(default=None, description="For the author of a program.")
    errors: list[WrongField] | None = Field(default=None, description="One for each field that needs another value.")


def answering(
    answer: Answer, *, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> web.Response:
    """What a problem has nothing to say of is left out."""
    text = answer.model_dump_json(exclude_none=isinstance(answer, ProblemDocument))
    return web.Response(body=text.encode(), status=status, headers=headers, content_type=kind)
