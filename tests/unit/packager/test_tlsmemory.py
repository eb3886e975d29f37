import asyncio
import ssl
from asyncio.sslproto import SSLProtocol

import pytest

from services.packager.tlsmemory import READ_AT_ONCE, bound_tls_memory


async def test_a_connection_made_from_now_on_reads_no_more_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SSLProtocol, "max_size", SSLProtocol.max_size)  # put back afterwards

    bound_tls_memory()

    context, loop = ssl.create_default_context(), asyncio.get_running_loop()
    connection = SSLProtocol(loop, asyncio.Protocol(), context, loop.create_future(), server_hostname="cats.example")
    read_at_once = len(connection.get_buffer(-1))
    connection.connection_lost(None)
    assert read_at_once == READ_AT_ONCE
