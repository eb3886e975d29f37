import errno
import math
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.packager.storage import room_needed, tell_room_of
from shared.errors import Reason, RunError


def free_bytes() -> float:
    free = REGISTRY.get_sample_value("aid_archives_free_bytes")
    assert free is not None
    return free


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_room_fails_the_run_for_now(number: int) -> None:
    with pytest.raises(RunError) as failed, room_needed():
        raise OSError(number, "no room")

    assert (failed.value.reason, failed.value.retryable) == (Reason.STORAGE_FULL, True)


def test_another_fault_of_the_disk_is_no_lack_of_room() -> None:
    with pytest.raises(PermissionError), room_needed():
        raise OSError(errno.EACCES, "not yours")


def test_the_room_left_is_told_and_a_folder_that_is_away_breaks_no_metrics(tmp_path: Path) -> None:
    tell_room_of(tmp_path)
    assert free_bytes() > 0

    tell_room_of(tmp_path / "away")
    assert math.isnan(free_bytes())
