"""A disk that is soon full: a tmpfs in a mount namespace of its own, in the place of a folder.

The others reach it through the process that holds the namespace; with that process it is gone, however a test ends.
Needs the right to mount, or a kernel that lets everybody make user namespaces.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLING = "filling"


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def free(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).free

    def fill(self, leave: int) -> None:
        """Until so many bytes are free, some kilobytes more or less."""
        with (self.folder / FILLING).open("ab") as filling:
            os.posix_fallocate(filling.fileno(), 0, filling.tell() + max(1, self.free - leave))

    def empty(self) -> None:
        (self.folder / FILLING).unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """`folder` is one of `size` bytes until the block ends; then it is what it was."""
    mounted, put_by = folder.with_name("small-disk"), folder.with_name(f"{folder.name}.put-by")
    holder = _mounting(mounted, size)
    folder.rename(put_by)
    folder.symlink_to(f"/proc/{holder.pid}/root{mounted}")
    try:
        yield SmallDisk(folder)
    finally:
        folder.unlink()
        put_by.rename(folder)
        holder.communicate()
        mounted.rmdir()


def _mounting(place: Path, size: int) -> subprocess.Popen[str]:
    """The process that holds the namespace: until its input is closed, by us or by our end."""
    place.mkdir()
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    mount = f"mount -t tmpfs -o size={size},mode=777 tmpfs {shlex.quote(str(place))} && echo mounted && exec cat"
    command = ["unshare", *as_root, "--mount", "sh", "-c", mount]
    pipe = subprocess.PIPE
    holder = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - ours
    assert holder.stdout is not None
    said = holder.stdout.readline().strip()
    if said != "mounted":
        holder.communicate()
        pytest.fail(f"a small disk needs the right to mount a tmpfs: be root, or allow user namespaces ({said})")
    return holder
