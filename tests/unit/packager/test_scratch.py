import os
import stat
from pathlib import Path

import pytest

from services.packager.scratch import make_private
from shared.errors import ServiceUnfitError

US = os.geteuid()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "below" / "scratch"


def test_the_folder_is_made_for_us_alone_and_is_there_again_at_the_next_start(folder: Path) -> None:
    for _ in range(2):
        make_private(folder, user=US)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o701, 0o740])
def test_a_folder_that_others_may_enter_or_read_is_refused(folder: Path, mode: int) -> None:
    make_private(folder, user=US)
    folder.chmod(mode)

    with pytest.raises(ServiceUnfitError, match="open to others") as refused:
        make_private(folder, user=US)

    assert refused.value.facts["folder"] == str(folder)
    assert "AID_SCRATCH" in str(refused.value.facts["advice"])


def test_a_folder_of_somebody_else_is_refused(folder: Path) -> None:
    make_private(folder, user=US)

    with pytest.raises(ServiceUnfitError, match="somebody else"):
        make_private(folder, user=US + 1)


@pytest.mark.parametrize("there", ["", "elsewhere"], ids=["a link to nothing", "a link to a folder of ours"])
def test_a_link_is_refused_wherever_it_leads(folder: Path, there: str) -> None:
    elsewhere = folder.with_name("elsewhere")
    make_private(elsewhere, user=US)
    folder.symlink_to(folder.with_name(there or "nothing"))

    with pytest.raises(ServiceUnfitError, match="a link"):
        make_private(folder, user=US)


def test_a_file_is_refused(folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()

    with pytest.raises(ServiceUnfitError, match="a file"):
        make_private(folder, user=US)
