from dataclasses import replace

from deploy.local.artefacts import LOCAL
from tests.deploy.compose.system import System, fresh_clone, make_secrets


def test_a_secret_that_was_not_made_stops_the_start_and_is_named(system: System) -> None:
    folder = LOCAL / "compose" / "aid-test-secrets"
    bare = replace(system, folder=folder, profiles=(), egress="10.213.8.0/24")
    fresh_clone(bare.folder)
    make_secrets(bare.folder)
    (bare.folder / "deploy/compose/secrets/aid_address_key").unlink()
    try:
        ended = bare.tried("up", "--detach", "--no-build")
        assert ended.returncode != 0
        assert "deploy/compose/secrets/aid_address_key" in ended.stderr
        assert not [each for each in bare.containers() if each.state()["State"]["StartedAt"][:4] != "0001"]
    finally:
        bare.down()


def test_secrets_that_are_there_are_left_alone(system: System) -> None:
    key = system.folder / "deploy/compose/secrets/aid_address_key"
    before = key.read_text()
    make_secrets(system.folder)
    assert key.read_text() == before
    assert key.parent.stat().st_mode & 0o777 == 0o700
