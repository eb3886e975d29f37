"""Where the site lies: on Linux every address of 127/8 is this machine, so sixty hosts need no set-up."""

SEARCH_HOST = "127.0.0.1"
PICTURE_HOSTS = tuple(f"127.0.1.{last}" for last in range(1, 61))


def picture_addresses(port: int) -> list[str]:
    """``["127.0.1.1:8090", ...]``: what a guarded downloader must be allowed to reach."""
    return [f"{host}:{port}" for host in PICTURE_HOSTS]


def picture_host(number: int, rank: int) -> str:
    """Neighbours in a list of results lie on different hosts: sixty results in a row use about fifty-five of them."""
    return PICTURE_HOSTS[(rank * 7 + number % 2) % len(PICTURE_HOSTS)]


def engine_urls(port: int) -> dict[str, str]:
    """The base address of each engine, in the order they are to be asked."""
    folders = {"google": "", "bing": "", "duckduckgo": "/duckduckgo", "openverse": "/openverse", "commons": "/commons"}
    return {engine: f"http://{SEARCH_HOST}:{port}{folder}" for engine, folder in folders.items()}
