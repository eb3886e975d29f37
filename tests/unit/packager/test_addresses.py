import pytest
from yarl import URL

from services.packager.addresses import picture_address, redirected, referer
from services.packager.tries import TryFailedError
from shared.refusals import Refusal

NOT_FOLLOWED = (
    *("file:///etc/passwd", "ftp://pictures.example/a.jpg", "data:image/png;base64,AAAA", "gopher://a.example:70/"),
    *("javascript:alert(1)", "blob:https://a.example/1", "//pictures.example/a.jpg", "/a.jpg", "", "pictures"),
    *("http://", "https:///a.jpg", "http://user@pictures.example/a.jpg", "http://user:secret@pictures.example/a.jpg"),
    *(
        "http://:secret@pictures.example/",
        "http://pictures.example:port/",
        "http://[::1/a.jpg",
        "http://a.example:99999/",
    ),
)


@pytest.mark.parametrize("text", NOT_FOLLOWED)
def test_what_is_no_plain_web_address_is_not_followed(text: str) -> None:
    with pytest.raises(TryFailedError) as failed:
        picture_address(text)

    assert failed.value.reason is Refusal.FORBIDDEN_ADDRESS
    assert not failed.value.again


@pytest.mark.parametrize("text", ["http://pictures.example/a.jpg", "https://pictures.example:8443/a b.jpg?x=%zz"])
def test_a_web_address_is_followed(text: str) -> None:
    assert picture_address(text).host == "pictures.example"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b.jpg", "https://pictures.example/b.jpg"),
        ("b.jpg", "https://pictures.example/folder/b.jpg"),
        ("//other.example/b.jpg", "https://other.example/b.jpg"),
        ("http://other.example/b.jpg", "http://other.example/b.jpg"),
    ],
)
def test_a_redirect_is_relative_to_where_it_came_from(location: str, target: str) -> None:
    assert redirected(URL("https://pictures.example/folder/a.jpg"), location) == URL(target)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://user@other.example/", "http://[::1/", "data:,x"])
def test_a_redirect_to_anything_else_is_not_followed(location: str) -> None:
    with pytest.raises(TryFailedError):
        redirected(URL("https://pictures.example/a.jpg"), location)


def test_a_referer_is_one_line_of_ascii_or_nothing() -> None:
    assert referer("https://pages.example/caf\u00e9\r\nX: y") == "https://pages.example/caf%C3%A9X:%20y"
    assert referer("https://pages.example/cats") == "https://pages.example/cats"
    assert referer("about:blank") is None
    assert referer(None) is None
