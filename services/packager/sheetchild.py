"""`python -m services.packager.sheetchild FD`: draws the contact sheet of the archive open there, on standard output.

A process of its own: decoders walk through as many scans, frames and pixels as a stranger has put into a picture. What
it may take of memory and time is bounded here, and nobody's heartbeat waits for it. It imports no more than it needs,
for that would be most of its time.
"""

import os
import resource
import sys
from functools import partial

from services.packager.contactsheet import contact_sheet

MOST_MEMORY = 320 * 1024 * 1024
"""Bytes of addresses, libraries included: twice what the largest picture takes that is drawn."""

MOST_SECONDS = 10
"""Of its processor."""


def main(descriptor: str) -> None:
    bound()
    with open(int(descriptor), "rb") as archive:  # noqa: PTH123 - it has no path
        sys.stdout.buffer.write(contact_sheet(archive, partial(print, file=sys.stderr)) or b"")


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    os.nice(10)


if __name__ == "__main__":
    main(*sys.argv[1:])
