"""Ports of this machine's loopback: free ones, and whether one is taken."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range Linux gives to outgoing connections, so that none of these can take the port
# between our choosing it and the server's listening on it.
CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> range:
    """`count` ports in a row that nobody listens on now, and that are given to nobody else while this process lives.

    A server that comes later, or comes again, finds its port free.
    """
    for _ in range(1_000):
        first = random.choice(CANDIDATES)
        block = range(first, first + count)
        if not any(is_taken(port) for port in block) and _claim(block):
            return block
    raise OSError(f"no {count} free ports in a row on {LOOPBACK}")


def _claim(ports: range) -> bool:
    """A name for each in Linux' abstract namespace: seen by all, and gone with whoever holds it."""
    claims = [socket.socket(socket.AF_UNIX) for _ in ports]
    try:
        for claim, port in zip(claims, ports, strict=True):
            claim.bind(f"\0advance-image-downloader-port-{port}")
    except OSError:
        for claim in claims:
            claim.close()
        return False
    for claim in claims:
        claim.detach()  # open until this process ends
    return True


def is_taken(port: int) -> bool:
    """Whether a server could not listen there."""
    with socket.socket() as probe:
        # As servers do: a port whose last connection lingers in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def accepts(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
