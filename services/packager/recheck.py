"""Whether a picture is what the filters ask for, as far as it tells itself: no engine's promise is believed. Pure."""

from services.packager.pictures import Picture, opened
from services.packager.refusals import RefusedError
from services.packager.structures import Bytes
from shared.filters import FileFormat, Filters, Kind, Orientation
from shared.refusals import Refusal

_ORIENTATION_TAG = 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_MAY_MOVE = frozenset({"GIF", "PNG", "WEBP", "AVIF"})


def check_fits(picture: Picture, data: Bytes, filters: Filters) -> None:
    """RefusedError says which filter it does not pass."""
    if filters.file_format not in (FileFormat.ANY, picture.kind.name.lower()):
        raise RefusedError(Refusal.OTHER_FORMAT)
    if picture.width * picture.height < filters.minimum_size.pixels:
        raise RefusedError(Refusal.BELOW_MINIMUM_SIZE)
    if filters.orientation is not Orientation.ANY and not filters.orientation.fits(*_as_seen(picture, data)):
        raise RefusedError(Refusal.OTHER_ORIENTATION)
    if filters.kind is Kind.ANIMATED and not _moves(picture, data):
        raise RefusedError(Refusal.NOT_ANIMATED)


def _as_seen(picture: Picture, data: Bytes) -> tuple[int, int]:
    """A camera held upright stores its pictures lying, and says so."""
    return (picture.height, picture.width) if _lies(picture, data) else (picture.width, picture.height)


def _lies(picture: Picture, data: Bytes) -> bool:
    try:
        with opened(data, picture.kind) as image:
            # A PNG that has not said by now may say it behind its picture, which Pillow would decode for that.
            says = picture.kind.name != "PNG" or "exif" in image.info
            return says and image.getexif().get(_ORIENTATION_TAG) in _ON_ITS_SIDE
    except RefusedError:  # what cannot be read says nothing, and browsers show the picture as it is stored
        return False


def _moves(picture: Picture, data: Bytes) -> bool:
    """More than one picture in a format that shows them in turn: some cameras' JPEGs have more, and stand still."""
    if picture.kind.name not in _MAY_MOVE:
        return False
    with opened(data, picture.kind) as image:
        return bool(getattr(image, "is_animated", False))
