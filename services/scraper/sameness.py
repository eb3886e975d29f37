"""When two addresses are those of one picture, so that it is taken once however many engines show it. Pure."""

from shared.strangers import url_of


def sameness(address: str) -> str:
    """Equal for addresses that differ only in what no server minds.

    That is: http or https, the case of the host, its default port, the fragment, and how a character is escaped.
    """
    try:
        url = url_of(address)
        host, port = url.raw_host, "" if url.is_default_port() else f":{url.port}"
    except ValueError:
        return address
    return f"{host.rstrip('.').lower()}{port}{url.raw_path_qs}" if host else address
