"""Who may connect now: so many at once in the process, and so many to one host."""

from asyncio import Semaphore
from weakref import WeakValueDictionary


class Slot:
    """Taken until its block ends."""

    def __init__(self, *semaphores: Semaphore) -> None:
        self._semaphores = semaphores

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        for semaphore in self._semaphores:
            semaphore.release()


class Slots:
    def __init__(self, *, total: int, per_host: int) -> None:
        self._total = Semaphore(total)
        self._per_host = per_host
        self._hosts: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    async def to(self, host: str) -> Slot:
        """The host's first: nobody holds one of the process's slots while waiting for a slow host."""
        of_host = self._of(host)
        await of_host.acquire()
        try:
            await self._total.acquire()
        except BaseException:
            of_host.release()
            raise
        return Slot(of_host, self._total)

    def _of(self, host: str) -> Semaphore:
        semaphore = self._hosts.get(host)
        if semaphore is None:
            semaphore = self._hosts[host] = Semaphore(self._per_host)
        return semaphore
