"""Whom a client believes that a server is who it says: the certificates of an authority, in a PEM file."""

import ssl
from pathlib import Path


def trusting(authority: Path) -> ssl.SSLContext:
    """For connections to servers that this authority, and no other, vouches for, under the name they are called by.

    ValueError says what is wrong with the file.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
    except ssl.SSLError:
        raise ValueError(f"{authority} holds no certificate in PEM") from None
    except OSError as error:
        raise ValueError(f"{authority}: {error.strerror}") from None
    # From 3.13 on Python would refuse what Strimzi issues: no authority key identifier (strimzi-kafka-operator #11375).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
