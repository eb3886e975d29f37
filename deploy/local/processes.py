"""Start programs that outlive this command, find them again, and stop them and nothing else.

In the home directory: `log/<name>.log`, `pid/<name>` (the number alone, for `kill $(cat …)`) and `record/<name>`
(what was started and when). A number counts as ours only while the process behind it started at the recorded tick.
"""

import json
import math
import os
import select
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from deploy.local.atomic import write_whole
from deploy.local.proc import read_stat, session_members
from deploy.local.programs import ROOT, Program, open_log
from deploy.local.waiting import wait_until


@dataclass(frozen=True)
class Record:
    pid: int
    started: int
    fingerprint: str


class Processes:
    """The processes of one home directory."""

    _children: ClassVar[dict[int, subprocess.Popen[bytes]]] = {}
    """Those this very interpreter started and so has to wait for, once they have ended; whichever home they are of."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"

    def pid(self, name: str) -> int:
        return int((self.home / "pid" / name).read_text())

    def names(self) -> list[str]:
        """Everything started here and not stopped since, dead or alive."""
        folder = self.home / "record"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def runs(self, name: str) -> bool:
        record = self._record(name)
        return record is not None and _is_ours(record)

    def runs_as(self, program: Program) -> bool:
        """Whether it runs, started the very way it would be started now."""
        record = self._record(program.name)
        return record is not None and _is_ours(record) and record.fingerprint == program.fingerprint()

    def start(self, program: Program) -> None:
        """Start it in a session of its own: no Ctrl-C of ours reaches it, and what it leaves behind can be found."""
        self.kill(program.name)
        program.prepare(self.log(program.name))
        # In a thread, for Ctrl-C strikes the main one: nothing starts without being written down.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(self._start, program).result()

    def stop(self, name: str, *, patience: float = 20.0) -> None:
        """Ask it to end (SIGTERM), wait `patience` seconds, then kill it; forget it."""
        record = self._record(name)
        if record is not None:
            _signal(record, signal.SIGTERM, patience=patience)
        self.kill(name)

    def first_ended(self) -> str:
        """Block until one of those that are there now does not run, and say which."""
        names = self.names()
        wait_until(lambda: not all(self.runs(name) for name in names), patience=math.inf, pause=0.5)
        return next(name for name in names if not self.runs(name))

    def kill(self, name: str) -> None:
        """SIGKILL it and what it left in its session; forget it."""
        record = self._record(name)
        if record is None:
            return
        _signal(record, signal.SIGKILL, patience=10.0)
        _sweep_session(record)
        if (child := self._children.get(record.pid)) and child.poll() is not None:
            del self._children[record.pid]
        for folder in ("pid", "record"):
            (self.home / folder / name).unlink(missing_ok=True)

    def _start(self, program: Program) -> None:
        with open_log(self.log(program.name)) as output:
            child = subprocess.Popen(
                program.command,
                cwd=ROOT,
                env=program.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[child.pid] = child
        stat = read_stat(child.pid)
        started = stat.started if stat else 0
        self._write(program.name, Record(child.pid, started, program.fingerprint()))

    def _record(self, name: str) -> Record | None:
        try:
            return Record(**json.loads((self.home / "record" / name).read_text()))
        except FileNotFoundError:
            return None

    def _write(self, name: str, record: Record) -> None:
        for folder, text in (("record", json.dumps(asdict(record))), ("pid", f"{record.pid}\n")):
            write_whole(self.home / folder / name, text)


def _is_ours(record: Record) -> bool:
    stat = read_stat(record.pid)
    return stat is not None and stat.running and stat.started == record.started


def _signal(record: Record, number: signal.Signals, *, patience: float) -> None:
    """Signal the recorded process and wait for its end; a process that took over its number is left alone."""
    try:
        handle = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return
    try:
        # Asked after the handle is open: from here on the handle cannot mean another process.
        if _is_ours(record):
            signal.pidfd_send_signal(handle, number)
            _ended(handle, patience)
    finally:
        os.close(handle)


def _ended(handle: int, patience: float) -> bool:
    waiter = select.poll()
    waiter.register(handle, select.POLLIN)
    return bool(waiter.poll(patience * 1000))


def _sweep_session(record: Record) -> None:
    """Kill what a dead leader left running: a killed scraper's browsers.

    While one member lives, Linux gives the leader's number to nobody else: if somebody has it, none of ours is left.
    """
    leader = read_stat(record.pid)
    if leader is None or leader.started == record.started:
        wait_until(lambda: not _kill_members(record), patience=5.0)


def _kill_members(record: Record) -> bool:
    """Whether there was anybody left to kill."""
    members = [stat for stat in session_members(record.pid) if stat.started >= record.started]
    for member in members:
        with suppress(ProcessLookupError):
            os.kill(member.pid, signal.SIGKILL)
    return bool(members)
