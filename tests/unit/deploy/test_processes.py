"""Real processes: `sleep` and small shells."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.proc import parse_stat, read_stat, session_members
from deploy.local.processes import Processes
from deploy.local.programs import Program
from deploy.local.waiting import wait_until

SLEEP = Program("sleeper", ("sleep", "600"))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path)
    yield processes
    for name in processes.names():
        processes.kill(name)


def pid_of(processes: Processes, name: str = "sleeper") -> int:
    return int((processes.home / "pid" / name).read_text())


def runs(pid: int) -> bool:
    stat = read_stat(pid)
    return stat is not None and stat.running


def test_a_started_program_runs_in_a_session_of_its_own_until_it_is_stopped(processes: Processes) -> None:
    processes.start(SLEEP)
    pid = pid_of(processes)
    assert processes.runs("sleeper")
    assert os.getsid(pid) == pid

    processes.stop("sleeper")

    assert not runs(pid)
    assert processes.names() == []
    assert not (processes.home / "pid" / "sleeper").exists()


def test_another_command_finds_and_stops_what_this_one_started(processes: Processes) -> None:
    processes.start(SLEEP)
    another = Processes(processes.home)

    assert another.runs("sleeper")
    another.stop("sleeper")

    assert not processes.runs("sleeper")


def test_a_program_that_ended_by_itself_does_not_run_though_it_is_still_known(processes: Processes) -> None:
    processes.start(Program("short", ("true",)))

    assert wait_until(lambda: not processes.runs("short"), patience=5)
    assert processes.names() == ["short"]
    assert processes.first_ended() == "short"


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[Processes]:
    """Processes somebody else started."""
    strangers = Processes(tmp_path / "elsewhere")
    yield strangers
    for name in strangers.names():
        strangers.kill(name)


def reuse_number(processes: Processes, *, of: int) -> None:
    """Our process is dead, and its number in use again: as after a reboot."""
    path = processes.home / "record" / "sleeper"
    record = json.loads(path.read_text())
    os.kill(record["pid"], signal.SIGKILL)
    path.write_text(json.dumps({**record, "pid": of, "started": record["started"] - 100}))


def test_a_process_that_got_the_number_of_one_of_ours_is_never_touched(
    processes: Processes, strangers: Processes
) -> None:
    processes.start(SLEEP)
    strangers.start(SLEEP)
    reuse_number(processes, of=pid_of(strangers))

    assert not processes.runs("sleeper")
    processes.stop("sleeper")

    assert strangers.runs("sleeper")
    assert processes.names() == []


def test_the_session_of_a_stranger_with_a_reused_number_is_not_swept(
    processes: Processes, strangers: Processes
) -> None:
    processes.start(SLEEP)
    strangers.start(Program("sleeper", ("sh", "-c", "sleep 600 & wait")))
    leader = pid_of(strangers)
    wait_until(lambda: len(list(session_members(leader))) == 2, patience=5)
    reuse_number(processes, of=leader)

    processes.kill("sleeper")

    assert len(list(session_members(leader))) == 2


def test_what_a_killed_program_left_behind_is_cleared_before_it_starts_again(processes: Processes) -> None:
    """A scraper that is killed leaves its browsers."""
    processes.start(Program("sleeper", ("sh", "-c", "sleep 600 & wait")))
    leader = pid_of(processes)
    wait_until(lambda: len(list(session_members(leader))) == 2, patience=5)
    os.kill(leader, signal.SIGKILL)
    left = wait_until(lambda: len(list(session_members(leader))) == 1, patience=5)
    assert left

    processes.start(SLEEP)

    assert list(session_members(leader)) == []


def test_who_does_not_mind_being_asked_is_killed_after_a_while(processes: Processes) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    processes.start(Program("deaf", (sys.executable, "-c", deaf)))
    pid = pid_of(processes, "deaf")
    wait_until(lambda: processes.log("deaf").read_text() == "deaf\n", patience=5)

    processes.stop("deaf", patience=0.1)

    assert not runs(pid)


def test_a_program_that_would_be_started_differently_now_is_told_from_the_same(processes: Processes) -> None:
    processes.start(SLEEP)

    assert processes.runs_as(SLEEP)
    assert not processes.runs_as(Program("sleeper", SLEEP.command, settings={"AID_LINK_MINUTES": "1"}))


def test_a_program_sees_the_settings_it_is_told_and_no_other_of_ours(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AID_STRAY", "1")
    processes.start(Program("env", ("env",), settings={"AID_TOLD": "2"}))
    wait_until(lambda: not processes.runs("env"), patience=5)

    said = processes.log("env").read_text().splitlines()

    assert "AID_TOLD=2" in said
    assert not any(line.startswith("AID_STRAY") for line in said)


def test_a_name_with_spaces_and_parentheses_does_not_confuse_the_reading_of_proc() -> None:
    stat = parse_stat("42 (a) S (b)) R 1 42 41 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 87943 0 0")

    assert (stat.pid, stat.state, stat.session, stat.started) == (42, "R", 41, 87943)
