"""What the manifests must agree with, read from the code itself."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from pydantic_settings import BaseSettings

from services.gateway.live import listening
from shared import events, topics
from shared.provision import ProvisionSettings
from tests.deploy.k8s.rendering import ROOT

SERVICES = tuple(sorted(each.parent.name for each in (ROOT / "services").glob("*/__main__.py")))

_EVENTS = {
    name: each for name, each in vars(events).items() if isinstance(each, type) and issubclass(each, events.Event)
}


def settings_of(name: str) -> type[BaseSettings]:
    """Of a service, or of `provision`."""
    if name == "provision":
        return ProvisionSettings
    kind: type[BaseSettings] = import_module(f"services.{name}.settings").Settings
    return kind


def fields_of(name: str) -> set[str]:
    return set(settings_of(name).model_fields)


def variable(field: str) -> str:
    return f"AID_{field.upper()}"


def group_of(service: str) -> str:
    """Its consumer group: what `build_stream_app` is given."""
    name: str = import_module(f"services.{service}.app").NAME
    return name


@cache
def consumed(service: str) -> frozenset[str]:
    """Topics its group reads: the lists that its composition root hands to `consume`."""
    calls = [call for call in _calls(ROOT / "services" / service / "app.py") if call.func.id == "consume"]  # type: ignore[attr-defined]
    return frozenset(_topic(each) for call in calls for each in call.args[1].elts)  # type: ignore[attr-defined]


def consumers() -> list[str]:
    return [service for service in SERVICES if consumed(service)]


def read(service: str) -> frozenset[str]:
    """Topics it reads, in a group or without."""
    feed = {topic.name for topic in listening._TOPICS} if service == "gateway" else set()
    return consumed(service) | feed


def written(service: str) -> frozenset[str]:
    """Topics it writes: of every event that its code, or what that imports of `shared`, makes; and its dead letters."""
    made = {call.func.id for file in _reached(service) for call in _calls(file) if call.func.id in _EVENTS}  # type: ignore[attr-defined]
    own = {topics.dead_letters(service).name} if consumed(service) else set()
    return frozenset({_EVENTS[name].topic.name for name in made} | own)


def _topic(name: ast.expr) -> str:
    assert isinstance(name, ast.Name)
    topic: topics.Topic = getattr(topics, name.id)
    return topic.name


@cache
def _calls(file: Path) -> list[ast.Call]:
    """Of plain names."""
    return [node for node in _nodes(file) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


@cache
def _nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text())))


@cache
def _reached(service: str) -> frozenset[Path]:
    """The service's files, and those of `shared` they stand on."""
    waiting, seen = list((ROOT / "services" / service).rglob("*.py")), set()
    while waiting:
        file = waiting.pop()
        if file not in seen and file != ROOT / "shared" / "events.py":
            seen.add(file)
            waiting += _imported(file)
    return frozenset(seen)


@cache
def _imported(file: Path) -> list[Path]:
    return [path for name in _names(file) if (path := ROOT / f"{name.replace('.', '/')}.py").is_file()]


def _names(file: Path) -> Iterator[str]:
    for node in _nodes(file):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
