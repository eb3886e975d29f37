"""Programs of the machine that nothing here can bring."""

import re
import shutil
import subprocess

from deploy.local.failures import LocalFailure

JAVA = 17
"""Kafka 4 wants 17 or newer; Cassandra 5.0 runs on 11 and 17 and on nothing newer."""


def require_java() -> None:
    if shutil.which("java") is None:
        raise LocalFailure(f"Java {JAVA} is missing: install it (apt-get install openjdk-{JAVA}-jre-headless)")
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    if java_major(told) != JAVA:
        first = told.partition("\n")[0]
        raise LocalFailure(f"Java {JAVA} is needed, but the java on PATH says: {first}")


def java_major(told: str) -> int | None:
    """Of what `java -version` writes, such as `openjdk version "17.0.15" 2025-04-15`."""
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else None


def require_maven() -> None:
    if shutil.which("mvn") is None:
        raise LocalFailure("Maven is missing: install it (apt-get install maven)")
