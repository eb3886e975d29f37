"""What stands for an address where one is counted or left alone: nobody can turn it back without the key. Pure."""

import hashlib
import hmac

_GMAIL = frozenset({"gmail.com", "googlemail.com"})


class Pseudonyms:
    """`key` (`AID_ADDRESS_KEY`) is never changed: who has said "never mail me" is known under it alone."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def of(self, address: str) -> str:
        """The same for every spelling that reaches the same mailbox, as far as one can tell."""
        return self._pseudonym("address", one_spelling(address))

    def of_domain(self, address: str) -> str:
        return self._pseudonym("domain", one_spelling(address).rpartition("@")[2])

    def _pseudonym(self, kind: str, text: str) -> str:
        """256 bits in hexadecimal."""
        return hmac.new(self._key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def one_spelling(address: str) -> str:
    """Never to be written to: without case, without `+tag`, for Gmail without dots and by one name of the domain."""
    local, _, domain = address.casefold().rpartition("@")
    # "+tag" alone is a mailbox of its own name.
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
