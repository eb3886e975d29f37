import pytest

from services.notifier.relay_address import RelayAddress, Tls, relay_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://mail.example.org", RelayAddress("mail.example.org", 587, Tls.STARTTLS)),
        ("smtp://mail.example.org?starttls=always", RelayAddress("mail.example.org", 587, Tls.STARTTLS)),
        ("smtp://mail:25?starttls=never", RelayAddress("mail", 25, Tls.NEVER)),
        ("smtp://localhost:1025", RelayAddress("localhost", 1025, Tls.NEVER)),
        ("smtp://127.0.0.9:1025", RelayAddress("127.0.0.9", 1025, Tls.NEVER)),
        ("smtp://[::1]:1025", RelayAddress("::1", 1025, Tls.NEVER)),
        ("smtp://127.0.0.1:1025?starttls=always", RelayAddress("127.0.0.1", 1025, Tls.STARTTLS)),
        ("smtps://mail.example.org", RelayAddress("mail.example.org", 465, Tls.FROM_THE_START)),
        (
            "smtps://me%40here:p%2Fw@mail.example.org:10465",
            RelayAddress("mail.example.org", 10465, Tls.FROM_THE_START, "me@here", "p/w"),
        ),
    ],
)
def test_a_relay_is_named_by_one_url(url: str, address: RelayAddress) -> None:
    assert relay_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org:25",
        "http://mail.example.org",
        "smtp://",
        "smtp://me:s3cret@",
        "smtp://me:s3/cret@mail.example.org",
        "smtp://me:s3cret@mail.example.org:port",
        "smtp://me:s3cret@mail.example.org:99999",
        "smtp://me:s3cret@mail.example.org/path",
        "smtp://me:s3cret@mail..example.org",
        f"smtp://me:s3cret@{'m' * 64}.example.org",
        "smtp://me:s3cret@mail.example.org?starttls=maybe",
        "smtp://me:s3cret@mail.example.org?starttls=always&starttls=never",
        "smtp://me:s3cret@mail.example.org?start_tls=never",
        "smtps://me:s3cret@mail.example.org?starttls=never",
    ],
)
def test_a_wrong_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must be smtp://") as raised:
        relay_address(url)

    assert "s3" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_password_never_shows_in_a_log() -> None:
    assert "s3cret" not in repr(relay_address("smtps://me:s3cret@mail.example.org"))
