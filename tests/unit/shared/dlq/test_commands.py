from datetime import UTC, datetime, timedelta

import pytest

from shared.dlq.__main__ import build_parser, main, moment, wanted
from shared.dlq.letters import Wanted


def test_a_replay_means_everything_unless_it_is_told_otherwise() -> None:
    assert wanted(build_parser().parse_args(["replay"])) == Wanted()


def test_a_replay_means_what_it_is_told() -> None:
    told = [
        "--service",
        "notifier",
        "--offset",
        "7",
        "--error",
        "E",
        "--topic",
        "t",
        "--type",
        "x",
        "--since",
        "2026-11-22",
    ]

    assert wanted(build_parser().parse_args(["replay", *told])) == Wanted(
        offset=7, error="E", origin="t", type_name="x", since=datetime(2026, 11, 22, tzinfo=UTC)
    )


@pytest.mark.parametrize(("text", "ago"), [("30m", 30), ("2h", 120), ("7d", 7 * 24 * 60)])
def test_a_moment_may_be_told_by_how_long_ago_it_was(text: str, ago: int) -> None:
    assert abs(datetime.now(UTC) - timedelta(minutes=ago) - moment(text)) < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["2026-11-22T05:00", "2026-11-22T05:00Z", "2026-11-22T06:00+01:00"])
def test_a_moment_is_in_utc_unless_it_says_otherwise(text: str) -> None:
    assert moment(text) == datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "arguments", [[], ["erase"], ["show", "job-inbox.v1", "0", "0"], ["replay", "--since", "soon"]]
)
def test_what_is_not_understood_ends_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m shared.dlq")


def test_without_its_only_setting_it_names_that(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["list"])

    assert (ended.value.code, capsys.readouterr().err) == (2, "AID_KAFKA_URL: Field required\n")
