"""What a relay answers when it does not simply say yes."""

import asyncio
from enum import Enum
from typing import cast

from aiosmtpd.smtp import SMTP

OK = "250 OK"


class Trouble(Enum):
    """What a relay does instead of answering."""

    HANGS_UP = "hangs up"
    SAYS_NOTHING = "says nothing"
    DRIPS = "says one letter every tenth of a second, and never ends"


Answer = str | Trouble | asyncio.Event
"""An event: OK, once it is set."""


async def say(answer: Answer, server: SMTP, address: str) -> str:
    match answer:
        case Trouble.HANGS_UP:
            transport_of(server).abort()
            await asyncio.Event().wait()  # the library cancels this when it notices
        case Trouble.SAYS_NOTHING:
            await asyncio.Event().wait()
        case Trouble.DRIPS:
            while True:
                transport_of(server).write(b"2")
                await asyncio.sleep(0.1)
        case asyncio.Event() as gate:
            await gate.wait()
            return OK
        case str(text):
            return text.format(address=address)
    raise AssertionError


def transport_of(server: SMTP) -> asyncio.Transport:
    return cast("asyncio.Transport", server.transport)
