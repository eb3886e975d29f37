"""Runs a program for as long as somebody holds the other end of standard input, then kills it with all it started.

`python leash.py FOLDER PROGRAM ARGUMENT…`. A browser must not outlive the scraper, not even one killed without
warning: the kernel closes the pipe for it. Nor its own driver. What the program wrote to FOLDER goes with it.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def main(folder: str, *command: str) -> None:
    # Chromium's crash handlers leave its group and its session. Orphaned they come here, not to a first process
    # that may not know how to bury them.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our chromedriver
    # The program's alone: whoever reads it learns when the program has ended.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    Thread(target=_kill_when_let_go, args=[program.pid], daemon=True).start()
    while os.wait()[0] != program.pid:
        pass  # an orphan is buried
    _kill_group(program.pid)
    _kill_children()
    shutil.rmtree(folder)


def _kill_when_let_go(group: int) -> None:
    sys.stdin.buffer.read()
    _kill_group(group)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _kill_children() -> None:
    """Returns when the last is buried; orphans join while their parents die."""
    with suppress(ChildProcessError, FileNotFoundError):  # the latter where the kernel keeps no such list
        while True:
            for child in Path("/proc/thread-self/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            os.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
