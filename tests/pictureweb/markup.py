"""Renders the pages from their templates.

Class names without meaning are new on every request: no selector may rely on them.
"""

import base64
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Self

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tests.pictureweb.pictures import Album

SCRIPT_BYTES = 420_000  # of code on a result page, beside the records
SHELL_SCRIPT_BYTES = 90_000  # of the page that only says to switch JavaScript on
_LETTERS = string.ascii_letters


@dataclass(frozen=True)
class Markups:
    templates: Environment
    thumbnails: tuple[Markup, ...]  # data: URLs
    icons: tuple[Markup, ...]
    script: Markup
    shell_script: Markup

    @classmethod
    def of(cls, album: Album) -> Self:
        templates = Environment(
            loader=PackageLoader("tests.pictureweb", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        thumbnails = tuple(_data_url("image/jpeg", body) for body in album.thumbnails)
        icons = tuple(_data_url("image/png", body) for body in album.icons)
        return cls(templates, thumbnails, icons, _script(SCRIPT_BYTES), _script(SHELL_SCRIPT_BYTES))

    def page(self, template: str, **values: object) -> str:
        return self.templates.get_template(template).render(
            values,
            thumbnails=self.thumbnails,
            icons=self.icons,
            script=self.script,
            shell_script=self.shell_script,
            **_noise(),
        )


def _noise() -> Mapping[str, Callable[[], str]]:
    """``any_class()`` and ``ved()`` for a template."""
    rng = random.Random()
    classes = ["".join(rng.choices(_LETTERS, k=6)) for _ in range(12)]
    return {
        "any_class": lambda: " ".join(rng.choices(classes, k=2)),
        "ved": lambda: "2ahUKE" + "".join(rng.choices(_LETTERS, k=44)),
    }


def _data_url(media_type: str, body: bytes) -> Markup:
    return Markup(f"data:{media_type};base64,{base64.b64encode(body).decode()}")  # noqa: S704 - our own bytes


def _script(length: int) -> Markup:
    """Code of the size and the look of the page's own; it runs, and does nothing."""
    rng = Random(0)
    names = ["_." + "".join(rng.choices(_LETTERS, k=3)) for _ in range(2000)]
    line = '{}=function(a){{return a&&a.length>{}?"{}":null}};\n'
    count = length // len(line.format(names[0], 99, "x" * 40)) + 1
    text = ["".join(rng.choices(_LETTERS, k=40)) for _ in range(count)]
    return Markup("".join(line.format(rng.choice(names), rng.randrange(99), word) for word in text))  # noqa: S704 - same
