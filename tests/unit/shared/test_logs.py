import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from shared.logs import configure_logs

ADDRESS = "wsq.wee+tag@mail.example.com"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Logs configured for a service; as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    path = tmp_path / "service.log"
    configure_logs("packager", log_file=path)
    yield path
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_event_is_one_json_line_that_says_who_and_when(log_file: Path) -> None:
    structlog.get_logger().info("archive_built", kept=3)

    (line,) = lines(log_file)
    assert {"event": "archive_built", "kept": 3, "service": "packager", "level": "info"}.items() <= line.items()
    assert line["timestamp"].endswith("Z")


def test_what_is_bound_at_the_edge_is_in_every_line_until_it_is_let_go(log_file: Path) -> None:
    with structlog.contextvars.bound_contextvars(job_id="7"):
        structlog.get_logger().info("one")
        logging.getLogger("some.library").warning("two")
    structlog.get_logger().info("three")

    assert [line.get("job_id") for line in lines(log_file)] == ["7", "7", None]


def test_a_library_speaks_in_the_same_format(log_file: Path) -> None:
    logging.getLogger("some.library").warning("%s is %d%% full", "disk", 99)

    (line,) = lines(log_file)
    assert (line["event"], line["level"], line["service"]) == ("disk is 99% full", "warning", "packager")


def test_a_newline_starts_no_second_line(log_file: Path) -> None:
    structlog.get_logger().info("image_skipped", reason='x"}\n{"event": "forged"}')

    assert len(lines(log_file)) == 1


@pytest.mark.parametrize(
    "value", [ADDRESS, f"<{ADDRESS}>", f"to {ADDRESS}, and so on", [ADDRESS], {"to": {ADDRESS: 1}}]
)
def test_no_address_is_written_wherever_it_stands(log_file: Path, value: object) -> None:
    structlog.get_logger().info("mail_sent", detail=value)
    logging.getLogger("some.library").warning("to %s", value)

    assert "example.com" not in log_file.read_text()
    assert log_file.read_text().count("[address]") == 2


def test_no_address_is_written_in_a_traceback(log_file: Path) -> None:
    try:
        int(ADDRESS)
    except ValueError as error:
        structlog.get_logger().exception("handler_failed", error=error)
        logging.getLogger("some.library").exception("failed")

    text = log_file.read_text()
    assert "example.com" not in text
    assert text.count("ValueError: invalid literal for int() with base 10: '[address]'") == 2


def test_other_values_stay_what_they_are(log_file: Path) -> None:
    structlog.get_logger().info("x", none=None, yes=True, ratio=0.5, parts=("a", 1), job=UUID(int=1), sign="a @ b")

    (line,) = lines(log_file)
    assert (line["none"], line["yes"], line["ratio"], line["parts"], line["sign"]) == (
        None,
        True,
        0.5,
        ["a", 1],
        "a @ b",
    )
    assert line["job"] == str(UUID(int=1))


def test_talkative_libraries_are_heard_only_when_something_is_wrong(log_file: Path) -> None:
    for name in ("aiokafka.consumer", "faust.app", "cassandra.cluster"):
        logging.getLogger(name).info("hello")
        logging.getLogger(name).warning("trouble")

    assert [line["event"] for line in lines(log_file)] == ["trouble"] * 3


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    """One device, on which no line finds room, for the file and for stdout; as a service has them."""
    done = tmp_path / "done"
    service = f"""
from pathlib import Path
from structlog import get_logger
from shared.logplaces import LINES_LOST
from shared.logs import configure_logs
configure_logs("packager", log_file=Path("/dev/full"))
for _ in range(3):
    get_logger().info("archive_built", address="{ADDRESS}")
lost = [LINES_LOST.labels(place)._value.get() for place in ("stdout", "file")]
Path({str(done)!r}).write_text(str(lost))
"""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", service]
        process = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)  # noqa: S603 - our own

    assert done.read_text() == "[3.0, 3.0]"
    assert ADDRESS.encode() not in process.stderr
    assert b"Logging error" not in process.stderr


LOSING = """
import logging, os, sys
from structlog import get_logger
from shared.logplaces import LINES_LOST
from shared.logs import configure_logs
def said(lines, *places):
    lost = sum(LINES_LOST.labels(place)._value.get() for place in places or ("stdout",))
    os.write(2, f"{lines} said, {lost:.0f} lost".encode())
"""


def losing(code: str, redirected: str = "", **environment: str) -> str:
    """What a service says at its end of lines said and lost."""
    command = [sys.executable, "-c", LOSING + code]
    if redirected:
        command = ["sh", "-c", f'"$@" {redirected}', "sh", *command]
    environment = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stderr  # noqa: S603


def test_a_closed_stdout_costs_lines_and_nothing_else() -> None:
    once = 'configure_logs("packager")\nsys.stdout.close()\nget_logger().info("archive_built")\nsaid(1)'

    assert losing(once) == "1 said, 1 lost"


def test_a_service_without_stdout_goes_on() -> None:
    once = 'configure_logs("packager")\nget_logger().info("archive_built")\nlogging.warning("x")\nsaid(2)'

    assert losing(once, redirected=">&-") == "2 said, 2 lost"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_stdout_of_ascii_takes_every_letter(log_format: str) -> None:
    name = r'name="\u00e4\ud800"'
    once = f'configure_logs("packager", log_format="{log_format}")\nget_logger().info("built", {name})\nsaid(1)'

    assert losing(once, PYTHONIOENCODING="ascii", LC_ALL="C") == "1 said, 0 lost"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_each_line_that_a_full_pipe_does_not_take_is_counted(unbuffered: str) -> None:
    """And no half of one runs into another."""
    full = """
import json
reading, writing = os.pipe()
os.set_blocking(writing, False)
os.dup2(writing, 1)
configure_logs("packager")
for number in range(3000):
    get_logger().info("archive_built", text="x" * 500)
came = os.read(reading, 1 << 20)
get_logger().info("after")
came += os.read(reading, 1 << 20)
os.set_blocking(reading, False)
def whole(line):
    try:
        return bool(json.loads(line))
    except ValueError:
        return False
kept = sum(whole(line) for line in came.splitlines())
assert whole(came.splitlines()[-1])
lost = LINES_LOST.labels("stdout")._value.get()
os.write(2, f"{kept + lost:.0f} said, {bool(kept)} kept, {bool(lost)} lost".encode())
"""

    assert losing(full, PYTHONUNBUFFERED=unbuffered) == "3001 said, True kept, True lost"


def test_what_can_not_be_put_into_words_never_reaches_the_caller() -> None:
    mute = """
class Mute:
    def __str__(self): raise RuntimeError("wsq.wee@example.com")
    __repr__ = __str__
circle = []
circle.append(circle)
configure_logs("packager")
get_logger().info("x", value=Mute())
get_logger().info("x", value=circle)
get_logger().info("x", value={("a", "b"): 1})
logging.getLogger("library").warning("to %s", Mute())
logging.getLogger("library").warning("to %d", "wsq.wee@example.com")
said(5, "words")
"""

    assert losing(mute) == "5 said, 5 lost"


def test_on_a_console_too_a_newline_starts_no_second_line(tmp_path: Path) -> None:
    spoken = f"""
from pathlib import Path
configure_logs("packager", log_format="console", log_file=Path({str(tmp_path / "log")!r}))
get_logger().info("image_skipped", reason="a\\nforged")
logging.getLogger("library").warning("b\\r\\nforged")
said(2)
"""

    assert losing(spoken) == "2 said, 0 lost"
    assert len((tmp_path / "log").read_text().splitlines()) == 2
