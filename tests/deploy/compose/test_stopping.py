from deploy.local.services import TOLD
from deploy.local.timing import timed
from tests.deploy.compose.system import System


def test_every_service_ends_by_itself_when_it_is_asked_to(system: System) -> None:
    with timed("stopping"):
        system.compose("stop")
    codes = {container.service: container.state()["State"]["ExitCode"] for container in system.containers(*TOLD)}
    assert codes == dict.fromkeys(TOLD, 0)
