"""Jobs accepted: a form each, with a nonce of its own as browsers bring them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bench.gateway.servers import KEY, Servers
from bench.gateway.wrk import Wrk
from services.gateway.asking.nonces import Nonces

MOST_PER_SECOND = 3000

SCRIPT = """
local forms = {}
local last = 0
function init(arguments)
  for line in io.lines(arguments[1]) do forms[#forms + 1] = line end
end
function request()
  last = last + 1
  return wrk.format("POST", "/jobs", {["Content-Type"] = "application/x-www-form-urlencoded"}, forms[last])
end
"""
"""Beyond the last form there is none left: that would be no request of its own."""


async def row(servers: Servers, wrk: Wrk, rounds: int, home: Path) -> str:
    script = home / "post.lua"
    script.write_text(SCRIPT)
    taken = {servers.gateway: list[float](), servers.bare: list[float]()}
    for _ in range(rounds + 1):
        forms = _forms(home / "forms", MOST_PER_SECOND * wrk.seconds)
        for url, rates in taken.items():
            rates.append(await wrk.per_second(url, script, str(forms)))
    ours, bare = (median(rates[1:]) for rates in taken.values())
    return f"accepted jobs: {ours:,.0f}/s, {ours / bare:.0%} of the bare server's {bare:,.0f}"


def _forms(path: Path, count: int) -> Path:
    """Bodies, one a line."""
    nonces = Nonces((KEY,), timedelta(hours=2))
    day = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    wish = {"search-query": "Best hd wallpaper", "images": "145"}
    when = {"when": "at", "date": day, "time": "11:41", "time-zone": "Europe/Berlin"}
    people = (f"person.{number}@mail-{number % 200}.example.com" for number in range(count))
    lines = (urlencode({**wish, **when, "email": address, "nonce": nonces.issue()}) for address in people)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
