import errno

import pytest

from shared.errors import DependencyAwayError
from shared.s3errors import away, put_refused


def an_error(answer: str) -> Exception:
    """In the words of obstore 0.12."""
    return OSError(
        f"Generic S3 error: Error performing PUT http://objects/a in 1ms - {answer}\n\nDebug source:\nGeneric {{ 507 }}"
    )


def refused(status: str, code: str) -> Exception:
    return an_error(f"Server returned non-2xx status code: {status}: <Error><Code>{code}</Code></Error>")


@pytest.mark.parametrize(
    "error",
    [
        an_error("Server returned non-2xx status code: 507 Insufficient Storage: "),
        refused("403 Forbidden", "QuotaExceeded"),
        refused("507 Insufficient Storage", "XMinioStorageFull"),
    ],
    ids=["507", "quota", "507 with a code"],
)
def test_a_bucket_without_room_is_like_a_full_disk(error: Exception) -> None:
    said = put_refused(error)

    assert isinstance(said, OSError)
    assert said.errno == errno.ENOSPC
    assert isinstance(away(error), DependencyAwayError)  # of whatever needs no room


@pytest.mark.parametrize(
    ("error", "help_"),
    [
        (refused("404 Not Found", "NoSuchBucket"), "the bucket of AID_ARCHIVES does not exist"),
        (refused("403 Forbidden", "AccessDenied"), "access is denied (AccessDenied); look at AID_S3_KEY"),
        (refused("403 Forbidden", "SignatureDoesNotMatch"), "(SignatureDoesNotMatch); look at AID_S3_KEY"),
        (refused("403 Forbidden", "RequestTimeTooSkewed"), "clock"),
        (an_error("Server returned non-2xx status code: 403 Forbidden: "), "access is denied; look at AID_S3_KEY"),
        (OSError("Generic S3 error: DeleteObjects request failed for key a: No. (code: AccessDenied)"), "AID_S3_KEY"),
        (refused("503 Service Unavailable", "SlowDown"), "SlowDown"),
        (an_error("HTTP error: error sending request"), "error sending request"),
    ],
    ids=["bucket", "denied", "secret", "clock", "no body", "bulk", "503", "no answer"],
)
def test_anything_else_is_waited_for_and_says_what_helps(error: Exception, help_: str) -> None:
    said = put_refused(error)

    assert isinstance(said, DependencyAwayError)
    assert said.dependency == "archives"
    assert help_ in str(said)
    assert "Debug" not in str(said)


def test_what_is_not_known_is_passed_on_without_addresses_and_tags() -> None:
    assert str(away(refused("500 Internal Server Error", "InternalError"))) == (
        "archives is away: Server returned non-2xx status code: 500 Internal Server Error: InternalError"
    )
