"""Headers that hold a link: it must reach the mail program in one piece, however long it is."""

from email.policy import Policy
from typing import Self


class LinkHeader(str):
    """`Name: <link>` on one line: the standard library would break it up, or encode it. Up to 998 characters pass."""

    __slots__ = ("name",)

    name: str
    max_count = 1
    defects = ()

    def __new__(cls, name: str, link: str) -> Self:
        header = super().__new__(cls, f"<{link}>")
        header.name = name
        return header

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"
