"""The schemas of Kubernetes' own kinds for each of its versions, as kubernetes-validate carries them (strict)."""

import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from jsonschema_rs import Draft202012Validator, Registry

from tests.deploy.k8s.rendering import Thing

VERSIONS = tuple(f"1.{minor}" for minor in range(30, 38))

_OWN = re.compile(r"[a-z]+/v\w+|v1|[a-z.]+\.k8s\.io/v\w+")


def is_core(thing: Thing) -> bool:
    """Whether Kubernetes itself should know it; others say who defines them."""
    version = thing["apiVersion"]
    return bool(_OWN.fullmatch(version)) and not version.startswith("gateway.networking.k8s.io/")


def misfits(thing: Thing, version: str) -> list[str]:
    """What that version would refuse; also a kind it does not know, which kubernetes-validate only warns of."""
    schema = _schema(version, thing["kind"].lower(), re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", thing["apiVersion"]))
    if schema is None:
        return [f"{thing['apiVersion']} {thing['kind']} is not known"]
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in schema.iter_errors(thing)]


@cache
def _schema(version: str, kind: str, api: str) -> Draft202012Validator | None:
    path = _folder(version) / f"{kind}-{api}.json"
    if not path.is_file():
        return None
    return Draft202012Validator(json.loads(path.read_text()), registry=_definitions(version), base_uri="file:///schema")


@cache
def _definitions(version: str) -> Registry:
    text = (_folder(version) / "_definitions.json").read_text()
    return Registry([("file:///_definitions.json", json.loads(text))])


def _folder(version: str) -> Traversable:
    return files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
