"""Whether an answer's `X-Robots-Tag` speaks against keeping the picture. Pure.

The header has a list of directives, for everybody or, behind a name and a colon, for one program; it may come more than
once. Which of them speak against a collection of pictures is what img2dataset settled on in 2022.
"""

from collections.abc import Iterable

AGAINST = frozenset({"noai", "noimageai", "noml", "noindex", "noimageindex", "none"})
_WITH_A_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def speaks_against(headers: Iterable[str], program: str) -> bool:
    """`program` is the name in our User-Agent, without its version."""
    return any(_is_for(name, program) and _directives(rest) & AGAINST for name, rest in map(_apart, headers))


def name_in(user_agent: str) -> str:
    """`AdvanceImageDownloader/0.1 (+https://…)` is called AdvanceImageDownloader."""
    return user_agent.partition("/")[0].partition(" ")[0]


def _apart(header: str) -> tuple[str, str]:
    """For whom, empty for all; and the directives."""
    name, colon, rest = header.partition(":")
    named = colon and "," not in name and name.strip().lower() not in _WITH_A_VALUE
    return (name.strip(), rest) if named else ("", header)


def _is_for(name: str, program: str) -> bool:
    return name.lower() in ("", "*", program.lower())


def _directives(text: str) -> set[str]:
    return {directive.strip().lower() for directive in text.split(",")}
