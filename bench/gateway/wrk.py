"""wrk, run and read."""

import asyncio
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.local.debian import program

_CONNECTIONS = 32


class Wrk:
    """One thread of its own: the servers beside it need the rest of the machine."""

    def __init__(self, seconds: int) -> None:
        self._program = program("wrk", package="wrk")
        self.seconds = seconds

    def version(self) -> str:
        said = subprocess.run((self._program, "-v"), check=False, capture_output=True, text=True)
        return " ".join((said.stdout + said.stderr).split()[:2])

    async def per_second(self, url: str, script: Path | None = None, *arguments: str) -> float:
        """Answers below 400 in a second. RuntimeError when there are others."""
        with_script = ("-s", str(script), url, *arguments) if script else (url,)
        text = await self._run(("-t1", f"-c{_CONNECTIONS}", f"-d{self.seconds}s", "--timeout", "10s", *with_script))
        if "Non-2xx" in text or "Socket errors" in text:
            raise RuntimeError(text)
        return float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0])

    async def _run(self, arguments: Sequence[str]) -> str:
        process = await asyncio.create_subprocess_exec(self._program, *arguments, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(output.decode())
        return output.decode()
