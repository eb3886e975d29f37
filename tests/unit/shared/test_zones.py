import pytest

from shared.zones import is_zone


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Calcutta"])
def test_iana_names_are_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["", "America", "Factory", "Mars/Base", "../x", "../../etc/passwd", "/etc/localtime"])
def test_nothing_else_is(name: str) -> None:
    assert not is_zone(name)
