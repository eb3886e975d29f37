"""`python -m shared.probe`: whether this container's service is ready, as an exit code for Docker's HEALTHCHECK."""

import http.client
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus

PATIENCE_SECONDS = 4.0
"""Longer than `/readyz` takes for its checks at most, shorter than Docker waits for this."""

_PORT = "8180"


def why_not_ready(environ: Mapping[str, str]) -> str | None:
    """What `/readyz` says, or that it says nothing; None when it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", int(environ.get("AID_HEALTH_PORT", _PORT)), PATIENCE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return None if answer.status == HTTPStatus.OK else answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {error}"
    finally:
        connection.close()


def main() -> None:
    if reason := why_not_ready(os.environ):
        sys.exit(reason)  # Docker keeps it: `docker inspect` shows why a container counts as unhealthy


if __name__ == "__main__":
    main()
