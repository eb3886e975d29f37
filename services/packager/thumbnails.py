"""The engines' small copies, as the last resort: which of them stand in for originals, and in what order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.images import FoundImage
from shared.refusals import Refusal

_OUT_OF_REACH = frozenset(
    {
        Refusal.GONE,
        Refusal.REFUSED_BY_HOST,
        Refusal.HOST_FAILED,
        Refusal.UNREACHABLE,
        Refusal.TIMEOUT,
        Refusal.TOO_MANY_REDIRECTS,
        Refusal.NOT_A_PICTURE,
        Refusal.TRUNCATED,
        Refusal.TOO_LARGE,
        Refusal.TOO_MANY_PIXELS,
        Refusal.TOO_SMALL,  # a pixel that a host shows instead; of an original that small the copy is no larger
    }
)
"""The original cannot be had, and nobody has said that it must not be."""


@dataclass(frozen=True)
class Failed:
    """A candidate that was refused, and why."""

    image: FoundImage
    reason: Refusal


@dataclass(frozen=True)
class StandIn:
    """`image` is the candidate, its thumbnail to be kept; `copy` is what to fetch; `reason` why it was refused."""

    image: FoundImage
    copy: FoundImage
    reason: Refusal


def stand_ins(failed: Iterable[Failed], *, missing: int) -> list[StandIn]:
    """Best rank first; nobody when no picture is missing. To be asked when every candidate was tried."""
    if missing <= 0:
        return []
    chosen: dict[str, StandIn] = {}
    for each in sorted(failed, key=lambda each: each.image.rank):
        address = each.image.thumbnail
        if address and each.reason in _OUT_OF_REACH and address != each.image.url:
            chosen.setdefault(address, _stand_in(each, address))
    return list(chosen.values())


def _stand_in(failed: Failed, address: str) -> StandIn:
    image = replace(failed.image, thumbnail_only=True)
    return StandIn(image, replace(image, url=address), failed.reason)
