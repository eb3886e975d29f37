"""What a TLS connection weighs.

asyncio gives each one 256 KiB to read into, and OpenSSL keeps as much again of what it was handed at once: with a
hundred connections that is more than all the pictures in flight. A quarter of it is no slower, by measurement.
"""

from asyncio.sslproto import SSLProtocol

READ_AT_ONCE = 64 * 1024


def bound_tls_memory() -> None:
    """For every connection of this process that is made from now on; asyncio has no other place to say it."""
    SSLProtocol.max_size = READ_AT_ONCE
