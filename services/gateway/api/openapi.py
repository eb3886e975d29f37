"""The OpenAPI 3.1 document, made of the models that read requests and write answers."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from services.gateway.api.operations import OPERATIONS, Operation
from services.gateway.web.documents import ProblemDocument
from services.gateway.web.problems import KNOWN

API_VERSION = "1.0.0"

_PROBLEM = "application/problem+json"
_EVERYWHERE = ("not_found", "refused", "too_many_requests_client", "internal")
_KEY = "9f1c0c9e-7c1b-4f0b-9d3e-5a2f6a1f7b52"


def describe(server: str, *, most_images: int) -> dict[str, Any]:
    """`server` is where people reach the gateway."""
    schemas = deepcopy(_schemas())
    schemas["NewJob"]["properties"]["images"]["anyOf"][0]["maximum"] = most_images
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, server)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Advance Image Downloader",
            "version": API_VERSION,
            "description": "These pictures, this many, at this date and time, mail me.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


@cache
def _schemas() -> dict[str, Any]:
    asked = {each.asks for each in OPERATIONS if each.asks}
    told = {model for each in OPERATIONS for _, content in each.answers.values() for model in content.values() if model}
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "validation") for model in asked),
        *((model, "serialization") for model in told | {ProblemDocument}),
    ]
    models.sort(key=lambda each: each[0].__name__)
    _, schema = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return dict(schema["$defs"])


def _operation(operation: Operation, server: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [*_in_path(operation.path), *_in_headers(operation.headers)],
        "responses": {
            **{str(status): _answer(*told) for status, told in operation.answers.items()},
            **_problems(operation),
        },
        "x-codeSamples": [{"lang": "Shell", "source": "curl " + operation.curl.format(server=server, key=_KEY)}],
    }
    if operation.asks:
        document["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.asks)}}}
    return document


def _in_path(path: str) -> Iterable[dict[str, Any]]:
    for part in path.split("/"):
        if part.startswith("{"):
            yield {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _in_headers(headers: Mapping[str, Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for name, told in headers.items():
        yield {"name": name, "in": "header", **told}


def _answer(words: str, content: Mapping[str, type[BaseModel] | None]) -> dict[str, Any]:
    described = {kind: {"schema": _ref(model)} if model else {} for kind, model in content.items()}
    return {"description": words, "content": described} if described else {"description": words}


def _problems(operation: Operation) -> dict[str, Any]:
    """One answer for each status, with all the codes it may have here."""
    codes = dict.fromkeys((*operation.problems, *_EVERYWHERE))
    content = {_PROBLEM: {"schema": _ref(ProblemDocument)}} if operation.path.startswith("/api/") else {"text/html": {}}
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KNOWN[code].status, []).append(code)
    return {
        str(status): {"description": ", ".join(f"`{code}`" for code in each), "content": content}
        for status, each in sorted(by_status.items())
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
