"""Runs a program for as long as somebody holds the other end of standard input, then kills it with all it started.

`python leash.py FOLDER PROGRAM ARGUMENT…`. A browser must not outlive the scraper, not even one killed without
warning: the kernel closes the pipe for it. What the program wrote to FOLDER goes with it.
"""

import os
import shutil
import signal
import subprocess
import sys


def main(folder: str, *command: str) -> None:
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our chromedriver
    # The program's alone: whoever reads it learns when the program has ended.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        sys.stdin.read()
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
