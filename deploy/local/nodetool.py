"""Cassandra's `nodetool`, out of the node's own jars: it flushes, takes snapshots, tells sizes."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK

REACHED_INTO = ("java.base/sun.nio.ch=ALL-UNNAMED", "java.base/jdk.internal.ref=ALL-UNNAMED")
"""Packages of Java 17 that it needs."""


@dataclass(frozen=True)
class Nodetool:
    """For a node that was started with this `jmx_port`. It keeps its history in `home`."""

    jars: Path
    jmx_port: int
    home: Path

    def __call__(self, *words: str) -> str:
        """What it says; CalledProcessError when it fails."""
        exports = [part for place in REACHED_INTO for part in ("--add-exports", place)]
        java = ("java", *exports, f"-Duser.home={self.home}", "-cp", f"{self.jars}/*")
        where = ("org.apache.cassandra.tools.NodeTool", "-h", LOOPBACK, "-p", str(self.jmx_port))
        return subprocess.run((*java, *where, *words), check=True, capture_output=True, text=True).stdout
