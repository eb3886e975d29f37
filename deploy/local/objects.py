"""An S3 server with one bucket: SeaweedFS, all of it in one process on loopback."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK, accepts
from deploy.local.programs import Program
from deploy.local.web import is_ok

PORTS = 10
"""In a row: the S3 server's own, and those its parts talk on."""

KEY, SECRET = "local", "local-secret-of-no-worth"


@dataclass(frozen=True)
class Objects:
    """Data lies in `<home>/objects`."""

    home: Path
    ports: range
    bucket: str = "archives"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[0]}"

    def program(self) -> Program:
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc, admin, admin_grpc = self.ports
        listening = {
            "s3.port": s3,
            "s3.port.grpc": s3_grpc,
            "master.port": master,
            "master.port.grpc": master_grpc,
            "volume.port": volume,
            "volume.port.grpc": volume_grpc,
            "filer.port": filer,
            "filer.port.grpc": filer_grpc,
            "admin.port": admin,
            "admin.port.grpc": admin_grpc,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
        }
        told = {
            "dir": str(self._folder / "data"),
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            "bucket": self.bucket,
            "s3.config": str(self._identities),
            "s3.autoCreateBucket": "false",  # a bucket that is not there is to be missed
            "admin.ui": "false",
            "webdav": "false",
            "master.telemetry": "false",
            **listening,
        }
        return Program(
            "objects",
            (str(Path(sys.executable).parent / "weed"), "mini", *(f"-{name}={value}" for name, value in told.items())),
            files={self._identities: json.dumps({"identities": [_owner()]})},
        )

    def answers(self) -> bool:
        """The bucket is made last."""
        filer = self.ports[6]
        return accepts(self.ports[0]) and accepts(filer) and is_ok(f"http://{LOOPBACK}:{filer}/buckets/{self.bucket}/")

    def clear_away(self) -> None:
        """Its sockets, which it makes in a place of its own choice and leaves there."""
        for port in self.ports:
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - its choice
                socket.unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return self.home / "objects"

    @property
    def _identities(self) -> Path:
        return self._folder / "identities.json"


def _owner() -> dict[str, object]:
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    return {"name": "owner", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
