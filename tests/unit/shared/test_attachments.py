import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attachments import disposition


def names(header: str) -> tuple[str, str]:
    match = re.fullmatch(r"attachment; filename=\"([^\"]*)\"; filename\*=UTF-8''(\S*)", header)
    assert match
    return match[1], unquote(match[2])


@pytest.mark.parametrize(
    ("query", "plain", "full"),
    [
        ("Best hd wallpaper", "Best-hd-wallpaper-images.zip", "Best hd wallpaper images.zip"),
        ("Käse & Brot", "Kase-Brot-images.zip", "Käse & Brot images.zip"),
        ("猫", "images.zip", "猫 images.zip"),
        ("../../etc/passwd", "etc-passwd-images.zip", "etc passwd images.zip"),
        ('a"; filename="b', "a-filename-b-images.zip", "a ; filename= b images.zip"),
        ("con", "con-images.zip", "con images.zip"),
        ("gpj.\u202esgnip", "gpj-sgnip-images.zip", "gpj.sgnip images.zip"),
    ],
)
def test_the_file_is_named_after_the_query(query: str, plain: str, full: str) -> None:
    assert names(disposition(query)) == (plain, full)


@given(st.text(max_size=200))
def test_no_query_breaks_the_header_or_leaves_the_folder(query: str) -> None:
    header = disposition(query)

    assert header.isascii()
    plain, full = names(header)
    assert re.fullmatch(r"[A-Za-z0-9-]+\.zip", plain)
    assert not set(full) & set('/\\:*?"<>|\0')
    assert not full.startswith(".")
