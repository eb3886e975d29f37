"""What the environment tells other programs, out of a library's sight while it is set up."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def unseen(is_foreign: Callable[[str], bool]) -> Iterator[None]:
    """Variables by their names. Nobody in the process sees them meanwhile: for its start, before there are threads."""
    foreign = {name: text for name, text in os.environ.items() if is_foreign(name)}
    for name in foreign:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(foreign)
