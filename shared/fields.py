"""What the fields of messages may say."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field


def to_milliseconds(moment: datetime) -> datetime:
    """UTC, cut to what Cassandra keeps: a time must be the same after it was stored.

    ValueError when UTC has no such time: it lies before year 1 or after year 9999 there.
    """
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such time in UTC") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


MOST_IMAGES = 10_000
"""No job may ask for more, whatever a gateway allows."""

MOST_COUNTED = 2**31 - 1
"""What a Cassandra `int` keeps."""

Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]

Moment = Annotated[AwareDatetime, AfterValidator(to_milliseconds)]

Query = Annotated[str, Field(min_length=1, max_length=500)]
Images = Annotated[int, Field(ge=1, le=MOST_IMAGES)]

Refusals = dict[Annotated[str, Field(max_length=50)], Count]
"""Pictures refused, counted by reason."""
