import pytest

from tests.deploy.k8s.rendering import OVERLAYS, Thing, overlay


@pytest.fixture(params=OVERLAYS)
def things(request: pytest.FixtureRequest) -> list[Thing]:
    return overlay(request.param)


@pytest.fixture
def production() -> list[Thing]:
    """To be spoilt."""
    return overlay("production")


@pytest.fixture
def local() -> list[Thing]:
    """To be spoilt."""
    return overlay("local")
