"""What a kept connection to the relay saves: milliseconds per mail on a fresh one and on one that is used again.

`python -m bench.mail [--mails 200] [--rounds 5]`: aiosmtpd in a process of its own on loopback takes letters of 20 kB,
one after the other, in clear and over STARTTLS; fresh and kept take turns. The sender is the notifier's own code.
"""

import argparse
import asyncio
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from importlib.metadata import version
from pathlib import Path
from statistics import median

import trustme

from bench.listening import listening
from deploy.local.ports import free_ports
from services.notifier.lines import Lines
from services.notifier.relay_address import relay_address
from services.notifier.smtp import SmtpRelay
from services.notifier.smtp_line import SmtpLine

UNLIMITED = 1e6


def a_letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = "images@example.org", "wsq.wee@example.com"
    letter.set_content("a line of a letter of twenty thousand bytes\n" * 450, cte="quoted-printable")
    return letter


@asynccontextmanager
async def sink(home: Path, *tls: str) -> AsyncIterator[int]:
    """The port of a server that takes every mail and keeps none."""
    (port,) = free_ports(1)
    what = ("-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink", *tls)
    server = await asyncio.create_subprocess_exec(sys.executable, *what, cwd=home)
    try:
        await listening(port)
        yield port
    finally:
        server.kill()
        await server.wait()


async def milliseconds(lines: Callable[[], Lines[SmtpLine]], mails: int, *, kept: bool) -> float:
    """For each mail. Not kept: as many pools as mails."""
    letter, pool = a_letter(), lines()
    began = time.perf_counter()
    for _ in range(mails):
        async with pool.connected() as line:
            await line.offer(letter)
            await line.hand_over()
        if not kept:
            await pool.close()
            pool = lines()
    spent = time.perf_counter() - began
    await pool.close()
    return spent / mails * 1000


async def compare(title: str, url: str, trust: ssl.SSLContext | None, mails: int, rounds: int) -> None:
    relay = SmtpRelay(relay_address(url), sender="images@example.org", trust=trust)

    def lines() -> Lines[SmtpLine]:
        return Lines(relay.dial, at_once=1, mails_per_second=UNLIMITED)

    await milliseconds(lines, mails, kept=True)  # warm
    taken = {True: list[float](), False: list[float]()}
    for _ in range(rounds):
        for kept, figures in taken.items():
            figures.append(await milliseconds(lines, mails, kept=kept))
    fresh, again = median(taken[False]), median(taken[True])
    print(f"{title}: fresh {fresh:.2f} ms, kept {again:.2f} ms a mail: {fresh / again:.1f} times as fast")


async def measure(mails: int, rounds: int, home: Path) -> None:
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = home / "certificate.pem", home / "key.pem"
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    async with sink(home) as plain, sink(home, "--tlscert", str(certificate), "--tlskey", str(key)) as encrypted:
        await compare("in clear", f"smtp://127.0.0.1:{plain}", None, mails, rounds)
        await compare("STARTTLS", f"smtp://127.0.0.1:{encrypted}?starttls=always", trust, mails, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(
        ", ".join(f"{name} {version(name)}" for name in ("aiosmtplib", "aiosmtpd")), f"Python {sys.version.split()[0]}"
    )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(arguments.mails, arguments.rounds, Path(folder)))


if __name__ == "__main__":
    main()
