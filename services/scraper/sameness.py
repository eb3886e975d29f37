"""When two addresses are those of one picture, so that it is taken once however many engines show it. Pure."""

from yarl import URL


def sameness(address: str) -> str:
    """Equal for addresses that differ only in what no server minds.

    That is: http or https, the case of the host, its default port, the fragment, and how a character is escaped.
    """
    try:
        url = URL(address)
        port = "" if url.is_default_port() else f":{url.port}"
    except ValueError:
        return address
    return f"{(url.host or '').rstrip('.')}{port}{url.raw_path_qs}" if url.host else address
