import re

from shared.dlq.letters import letters_among, receipt_for
from shared.dlq.telling import in_a_line, in_full, overview
from shared.errors import InvalidEventError
from tests.unit.shared.dlq.samples import DELIVERED, letter, lying, rubbish
from tests.unit.shared.samples import JOB_ID

TOPICS = ("scheduler.dlq", "packager.dlq")


def test_the_overview_counts_by_cause_and_shows_the_newest_of_each() -> None:
    refused = [
        lying(rubbish(), InvalidEventError(f"{count} bytes, more than 65536"), offset=count, minutes=count)
        for count in range(3)
    ]
    letters = letters_among([*refused, lying(offset=9, minutes=9)])

    lines = overview(TOPICS, letters)

    assert (lines[0], lines[-1]) == ("scheduler.dlq: 4 letters", "packager.dlq: empty")
    assert [re.split(" {2,}", line.strip()) for line in lines[1:-1]] == [
        ["letters", "replayed", "from", "error", "type", "newest (UTC)", "at", "said"],
        ["3", "0", "job-inbox.v1", "InvalidEventError", "-", "2026-03-03 13:14:05", "0 2", "2 bytes, more than 65536"],
        ["1", "0", "job-inbox.v1", "ValueError", "aid.job-submitted.v1", "2026-03-03 13:21:05", "0 9", "a bug"],
    ]
    assert len({line.index("2026-03-03") for line in lines[2:-1]}) == 1


def test_the_overview_tells_what_was_replayed() -> None:
    record = lying()
    receipt = lying(rubbish(None, headers=receipt_for(letter())), offset=8)

    assert overview(TOPICS, letters_among([record, receipt]))[0] == "scheduler.dlq: 1 letter, 1 replayed"


def test_very_many_causes_do_not_fill_the_screen() -> None:
    letters = letters_among(lying(error=ValueError("a" * number), offset=number) for number in range(50))

    lines = overview(TOPICS[:1], letters)

    assert len(lines) == 23
    assert lines[-1] == "  30 more, of 30 other causes"


def test_a_letter_in_full_shows_everything_and_the_value_to_be_read() -> None:
    lines = in_full(letter())

    assert lines[0] == "scheduler.dlq 0 7, written 2026-03-03 13:12:05 UTC"
    assert "  error        ValueError" in lines
    assert "  ce_type          aid.job-submitted.v1" in lines
    assert f"key    {JOB_ID}" in lines
    assert '    "query": "röda pandor 🐼",' in lines


def test_no_address_is_shown_wherever_it_stands() -> None:
    hidden = rubbish(
        b'{"escaped": "ann\\u0040example.com", "plain": "ann@example.com"}',
        key=b"ann@example.com",
        headers=(("ce_type", b"ann@example.com"), ("reply-to", b"Ann <ann@example.com>")),
    )
    read = letter(hidden, ValueError("cannot mail ann@example.com"))

    shown = "\n".join([*in_full(read), in_a_line(read), *overview(TOPICS, [read])])

    assert "[address]" in shown
    assert "example" not in shown


def test_what_is_no_text_is_harmless_to_a_terminal() -> None:
    odd = rubbish(b"\x1b[2J\xff\n\x00", key=b"\x1b[31m\xfe", headers=(("x", b"\x07"),))

    shown = [*in_full(letter(odd)), in_a_line(letter(odd))]

    assert all(line.isprintable() for line in shown)
    assert "  \\x1b[2J\\xff\\n\\x00" in shown


def test_a_long_value_that_is_no_json_is_cut() -> None:
    lines = in_full(letter(rubbish(b"x" * 5_000)))

    assert lines[-3:] == ["value  5000 bytes", "  " + "x" * 4096, "  … 904 bytes more"]


def test_nothing_is_shown_as_none() -> None:
    assert in_full(letter(rubbish(None, key=None)))[-3:] == ["no headers of its own", "key    none", "value  none"]


def test_a_letter_in_a_line_says_where_it_lies_and_of_which_job() -> None:
    assert in_a_line(letter(DELIVERED)) == f"scheduler.dlq 0 7  {JOB_ID}  aid.job-submitted.v1"
