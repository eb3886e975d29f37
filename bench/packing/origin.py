"""Where the pictures come from: nginx on fifty loopback addresses."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

from bench.packing.album import PICTURES
from deploy.local.debian import program
from deploy.local.ports import free_ports
from deploy.local.waiting import wait_until
from deploy.local.web import is_ok

HOSTS = 50

CONFIGURATION = """
daemon off; worker_processes 2; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000; types {{ image/jpeg jpg; application/zip zip; }}
  client_body_temp_path {home}/t; proxy_temp_path {home}/t; fastcgi_temp_path {home}/t;
  uwsgi_temp_path {home}/t; scgi_temp_path {home}/t;
  server {{ listen 0.0.0.0:{port}; root {home}/www; location = /ok {{ return 200; }} }}
  server {{ listen 0.0.0.0:{tls_port} ssl; root {home}/www;
    ssl_certificate {home}/certificate.pem; ssl_certificate_key {home}/key.pem; }}
}}
"""


@dataclass(frozen=True)
class Origin:
    home: Path
    port: int
    tls_port: int

    @property
    def authorities(self) -> Path:
        """Whom everybody trusts who asks over TLS: those that all the world trusts, and our own."""
        return self.home / "authorities.pem"

    @property
    def files(self) -> Path:
        """What lies here is served."""
        return self.home / "www"

    @property
    def hosts(self) -> list[str]:
        return [f"127.0.2.{last}" for last in range(1, HOSTS + 1)]

    def addresses(self, *, tls: bool = False) -> list[str]:
        scheme, port = ("https", self.tls_port) if tls else ("http", self.port)
        return [f"{scheme}://{self.hosts[number % HOSTS]}:{port}/{number}.jpg" for number in range(PICTURES)]

    @property
    def holes(self) -> str:
        """For the guard: `ip:port,…`."""
        return ",".join(f"{host}:{port}" for host in self.hosts for port in (self.port, self.tls_port))


@contextmanager
def nginx(home: Path) -> Iterator[Origin]:
    port, tls_port = free_ports(2)
    origin = Origin(home, port, tls_port)
    home.chmod(0o755)  # nginx's workers are somebody else when root starts it
    subprocess.run([sys.executable, "-m", "bench.packing.album", origin.files], check=True)
    _certify(origin)
    configuration = home / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(home=home, port=port, tls_port=tls_port))
    command = [program("nginx", package="nginx-light"), "-c", str(configuration)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        if not wait_until(lambda: is_ok(f"http://127.0.2.1:{port}/ok"), patience=20):
            raise RuntimeError("nginx does not answer")
        yield origin
    finally:
        server.terminate()
        server.wait()


def _certify(origin: Origin) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    issued = authority.issue_cert(*origin.hosts, key_type=trustme.KeyType.ECDSA)
    origin.authorities.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    (origin.home / "certificate.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(origin.home / "key.pem"))
