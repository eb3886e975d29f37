"""Custom resource definitions, as JSON schemas as strict as the API server is with them."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

from tests.deploy.k8s.rendering import ROOT, Thing

FOLDER = Path(os.environ.get("CRDS", ROOT.parent / "shared" / "crds"))

_OPEN = "x-kubernetes-preserve-unknown-fields"


def misfits(thing: Thing) -> list[str]:
    """Also a kind that no definition knows."""
    schema = definitions().get((thing["apiVersion"], thing["kind"]))
    if schema is None:
        return [f"{thing['apiVersion']} {thing['kind']} is not known"]
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in schema.iter_errors(thing)]


@cache
def definitions() -> dict[tuple[str, str], Draft202012Validator]:
    found = [yaml.load(file.read_text(), yaml.CSafeLoader) for file in sorted(FOLDER.glob("*.yaml"))]
    return {
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"]): Draft202012Validator(_top(version))
        for spec in (each["spec"] for each in found)
        for version in spec["versions"]
        if version["served"]
    }


def _top(version: Thing) -> Thing:
    """Metadata is checked by the API server itself; what it takes is open here."""
    schema: Thing = _strict(version["schema"]["openAPIV3Schema"])
    schema["properties"] |= {"metadata": {"type": "object"}, "apiVersion": {}, "kind": {}}
    return schema


def _strict(schema: Any) -> Any:
    """Unknown fields are refused, numbers may be texts where Kubernetes says so, and null where it is allowed."""
    if not isinstance(schema, dict):
        return schema
    if schema.get(_OPEN) and schema.get("format") == "byte":
        return {}  # cass-operator's raw message: what it publishes says no type
    kept = {key: _within(key, value) for key, value in schema.items()}
    if "properties" in kept and not schema.get(_OPEN):
        kept.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        kept = {"type": ["integer", "string"]}
    if schema.get("nullable"):
        kept["type"] = [kept["type"], "null"]
    return kept


def _within(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties"):
        return {name: _strict(each) for name, each in value.items()}
    # Parts of anyOf and the like speak of some fields only: they close nothing.
    return _strict(value) if key in ("items", "additionalProperties") else value
