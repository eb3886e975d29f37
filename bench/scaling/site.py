"""The system that is measured: real Kafka and Cassandra, picture web and relay, and what services are told of them."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.gateway.servers import KEY
from bench.scaling.relay import faraway_relay
from bench.scaling.wishes import Wishes
from bench.search import picture_web
from bench.servers import provision, real_servers
from deploy.local.chromium import chromium
from deploy.local.ports import free_ports
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.topics import IMAGE_BATCHES, JOB_DUE, JOB_INBOX, JOB_LIFECYCLE
from tests.integration.bus import listening
from tests.integration.relay import ScriptedRelay
from tests.pictureweb.addresses import engine_urls, picture_addresses
from tests.unlimited import WITHOUT_LIMITS


@dataclass(frozen=True)
class Site:
    environment: Mapping[str, str]
    relay: ScriptedRelay
    wishes: Wishes
    archives: Path
    logs: Path


@asynccontextmanager
async def a_site(home: Path, jmx_port: int | None = None) -> AsyncIterator[Site]:
    """Of its own: nothing of another measurement lies in its topics. No service runs yet."""
    home.mkdir()  # noqa: ASYNC240 - nobody waits
    (web_port,) = free_ports(1)
    with real_servers(home, jmx_port) as (kafka_url, cassandra_hosts):
        await provision(kafka_url, cassandra_hosts)
        cassandra = await Cassandra.connect(CassandraAccess(cassandra_hosts), "aid")
        async with (
            picture_web() as pictures,
            faraway_relay() as relay,
            listening(kafka_url, JOB_INBOX, JOB_DUE, IMAGE_BATCHES, JOB_LIFECYCLE, source="gateway") as bus,
        ):
            told = {"AID_KAFKA_URL": kafka_url, "AID_CASSANDRA_HOSTS": cassandra_hosts}
            environment = told | _environment(home / "archives", web_port, pictures, relay.port)
            yield Site(environment, relay, Wishes(cassandra, bus), home / "archives", home)
        await cassandra.close()


def _environment(archives: Path, web_port: int, pictures: int, smtp_port: int) -> dict[str, str]:
    urls, browser = engine_urls(pictures), chromium(os.environ)
    return {
        **WITHOUT_LIMITS,
        "AID_ARCHIVES": archives.as_uri(),
        "AID_WEB_HOST": "127.0.0.1",
        "AID_WEB_PORT": str(web_port),
        "AID_PUBLIC_URL": f"http://127.0.0.1:{web_port}",
        "AID_SECRET_KEYS": KEY,
        "AID_ADDRESS_KEY": KEY,
        "AID_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "AID_MAIL_FROM": "images@example.com",
        "AID_ENGINES": "bing",
        **{f"AID_{engine.upper()}_URL": url for engine, url in urls.items()},
        "AID_CHROME_BINARY": browser.browser,
        "AID_CHROMEDRIVER": browser.driver,
        "AID_THUMBNAILS": "never",  # the picture web's lie outside of this machine
        "AID_ALLOWED_PRIVATE_ADDRESSES": ",".join(picture_addresses(pictures)),
    }
