"""What every task of this process waits for, written to the log: for whoever looks at one that seems to stand still."""

import asyncio
from types import FrameType

import structlog

log = structlog.get_logger()

DEEPEST = 12


def dump_tasks() -> None:
    """One line per task, its frames from the outermost to the one that waits; no values of variables."""
    for task in asyncio.all_tasks():
        log.info("task", name=task.get_name(), waits_at=[_place(frame) for frame in _frames(task)])


def _frames(task: asyncio.Task[object]) -> list[FrameType]:
    """A task's own stack ends at its coroutine; what that awaits has frames of its own."""
    frames: list[FrameType] = []
    waits_for: object = task.get_coro()
    while waits_for is not None and len(frames) < DEEPEST:
        frame = getattr(waits_for, "cr_frame", None) or getattr(waits_for, "ag_frame", None)
        if frame is None:
            break
        frames.append(frame)
        waits_for = getattr(waits_for, "cr_await", None) or getattr(waits_for, "ag_await", None)
    return frames


def _place(frame: FrameType) -> str:
    file = "/".join(frame.f_code.co_filename.split("/")[-2:])
    return f"{file}:{frame.f_lineno} {frame.f_code.co_name}"
