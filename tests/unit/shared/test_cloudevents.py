import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cloudevents import UNREADABLE, Delivery, Headers, Record, decode, encode, event_in, says_it_is_ours
from shared.deadletters import Failure, dead_letter
from shared.errors import InvalidEventError
from shared.events import EVENT_TYPES, Event, JobStarted
from shared.topics import FLOW, JOB_INBOX, JOB_LIFECYCLE, MAX_EVENT_BYTES
from tests.unit.shared.samples import EVERY_EVENT, JOB_ID, NOW

EACH = pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
STARTED = [("ce_type", b"aid.job-started.v1")]


def encoded(event: Event) -> Record:
    return encode(event, source="scheduler", now=NOW)


@EACH
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    record = encoded(event)

    assert decode(record.topic, record.value, record.headers) == event


@EACH
def test_a_record_says_who_speaks_of_what_and_when(event: Event) -> None:
    record = encoded(event)

    assert record.topic == event.topic.name
    assert record.key == str(JOB_ID).encode()
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": str(event.event_id).encode(),
        "ce_source": b"/aid/scheduler",
        "ce_type": event.type_name().encode(),
        "ce_time": b"2026-03-03T13:12:05.123000+00:00",
        "ce_subject": str(JOB_ID).encode(),
        "content-type": b"application/json",
    }


@EACH
def test_no_event_is_near_the_size_limit(event: Event) -> None:
    assert len(encoded(event).value or b"") < MAX_EVENT_BYTES / 16


@pytest.mark.parametrize(
    ("value", "headers", "told"),
    [
        (None, STARTED, "no value"),
        (b"", STARTED, "no value"),
        (b" " * (MAX_EVENT_BYTES + 1), STARTED, "65537 bytes, more than 65536"),
        (b"{}", [], "unknown type ''"),
        (b"{}", [("ce_type", b"aid.job-exploded.v1")], "unknown type 'aid.job-exploded.v1'"),
        (b"{}", [("ce_type", b"\xff" * 9999)], "unknown type"),
        (b"{}", [("ce_type", b"aid.job-submitted.v1")], "aid.job-submitted.v1 does not belong on job-lifecycle.v1"),
        (b"not json", STARTED, "Invalid JSON"),
        (b"\xff\xfe\x00", STARTED, "Invalid JSON"),
        (b"[]", STARTED, "Input should be an object"),
        (b"{}", STARTED, "job_id: Field required"),
        (b'{"job_id": "7"}', STARTED, "job_id: "),
        (b'{"job_id": "%s", "sequence": "many"}' % str(JOB_ID).encode(), STARTED, "sequence: "),
    ],
)
def test_what_is_none_of_our_events_says_why(value: bytes | None, headers: list[tuple[str, bytes]], told: str) -> None:
    with pytest.raises(InvalidEventError) as raised:
        decode(JOB_LIFECYCLE.name, value, headers)

    assert told in str(raised.value)
    assert len(str(raised.value)) <= 1000


def test_the_largest_record_that_is_allowed_is_read() -> None:
    value = json.dumps({"job_id": str(JOB_ID)}).encode().ljust(MAX_EVENT_BYTES)

    assert decode(JOB_LIFECYCLE.name, value, STARTED) == JobStarted(job_id=JOB_ID)


def test_why_a_record_is_wrong_does_not_repeat_what_it_held() -> None:
    value = json.dumps({"job_id": str(JOB_ID), "query": ["who@example.com"], "images": "canary"}).encode()

    with pytest.raises(InvalidEventError) as raised:
        decode(JOB_INBOX.name, value, [("ce_type", b"aid.job-submitted.v1")])

    assert "example.com" not in str(raised.value)
    assert "canary" not in str(raised.value)
    assert raised.value.__suppress_context__


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FIELDS = st.sampled_from(sorted({name for kind in EVENT_TYPES.values() for name in kind.model_fields}))
NEARLY_EVENTS = st.dictionaries(FIELDS, JSON, max_size=12).map(lambda fields: json.dumps(fields).encode())


@settings(deadline=None)  # other tests may hold the processor
@given(
    topic=st.sampled_from([topic.name for topic in FLOW]),
    value=st.none() | st.binary() | NEARLY_EVENTS,
    kind=st.sampled_from([name.encode() for name in EVENT_TYPES]) | st.binary(),
)
def test_any_bytes_are_an_event_or_a_dead_letter_that_can_be_written(
    topic: str, value: bytes | None, kind: bytes
) -> None:
    headers = (("ce_type", kind),)
    try:
        event = decode(topic, value, headers)
    except InvalidEventError as error:
        letter = dead_letter("x", Delivery(topic, 0, 0, 0, None, value, headers), Failure(error, NOW, attempts=1))
        assert (letter.value, letter.headers[:1]) == (value, headers)
        assert all(isinstance(text, bytes) for _, text in letter.headers)
    else:
        assert event.topic.name == topic


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"])
def test_a_time_that_utc_does_not_have_makes_no_event(moment: str) -> None:
    value = json.dumps({"job_id": str(JOB_ID), "due_at": moment}).encode()

    with pytest.raises(InvalidEventError, match="due_at"):
        decode("job-lifecycle.v1", value, [("ce_type", b"aid.job-scheduled.v1")])


def delivered(record: Record, key: bytes | None = None, value: bytes | None = None, **headers: bytes) -> Delivery:
    """The record, with what is named here in place of its own."""
    told = dict(record.headers) | {name.replace("content_type", "content-type"): text for name, text in headers.items()}
    return Delivery(record.topic, 3, 41, 0, key or record.key, value or record.value, tuple(told.items()))


@pytest.mark.parametrize("key", [b"", b"7", str(JOB_ID).upper().encode(), b"\xff"])
def test_an_event_under_a_key_that_is_not_its_job_is_none(key: bytes) -> None:
    """It would have two owners, and no order."""
    record = encoded(EVERY_EVENT[0])
    assert event_in(delivered(record)) == EVERY_EVENT[0]

    with pytest.raises(InvalidEventError, match="the key is not the job id"):
        event_in(Delivery(record.topic, 3, 41, 0, key or None, record.value, record.headers))


def test_a_batch_nobody_can_read_is_no_event_and_says_why() -> None:
    headers: Headers = ((UNREADABLE, b"ValueError: unknown codec 5"),)

    with pytest.raises(InvalidEventError, match="unreadable batch: ValueError: unknown codec 5"):
        event_in(Delivery(JOB_INBOX.name, 3, 41, 0, None, b"raw", headers))


@EACH
def test_what_we_have_written_says_so_also_when_it_has_another_shape(event: Event) -> None:
    record = encoded(event)
    reshaped = json.dumps({"job_id": str(JOB_ID), "run": "none of our numbers"}).encode()

    assert says_it_is_ours(delivered(record)) == (event.type_name(), str(JOB_ID))
    assert says_it_is_ours(delivered(record, value=reshaped)) == (event.type_name(), str(JOB_ID))


@pytest.mark.parametrize(
    "changed",
    [
        {"value": b'{"job_id": "6f0c'},
        {"value": b"[" * 60_000},
        {"value": b"7"},
        {"value": b" " * (MAX_EVENT_BYTES + 1)},
        {"value": b'{"job_id": "another"}'},
        {"key": b"another"},
        {"ce_type": b"aid.job-started.v0"},
        {"ce_type": b"aid.job-due.v1"},
        {"ce_type": b"aid.job-submitted.v1"},
        {"ce_source": b"/somebody/else"},
        {"ce_subject": b"\xff"},
    ],
    ids=repr,
)
def test_rubbish_does_not_pass_for_ours(changed: dict[str, bytes]) -> None:
    assert says_it_is_ours(delivered(encoded(JobStarted(job_id=JOB_ID)), **changed)) is None


@pytest.mark.parametrize("missing", ["ce_specversion", "ce_id", "ce_time", "content-type", "ce_source", "ce_type"])
def test_half_an_envelope_is_none(missing: str) -> None:
    record = encoded(JobStarted(job_id=JOB_ID))
    headers = tuple((name, text) for name, text in record.headers if name != missing)

    assert says_it_is_ours(Delivery(record.topic, 3, 41, 0, record.key, record.value, headers)) is None
