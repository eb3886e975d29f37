import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, default

import pytest

from services.notifier.failures import NeverError
from services.notifier.letters import SUBJECTS
from shared.errors import Reason
from shared.events import MailKind
from shared.filters import Colour, Filters, MinimumSize
from shared.links import Stop, Wish
from shared.reasons import REASON_WORDS
from shared.recipients import Recipient
from shared.searches import Asked, Search
from tests.unit.notifier.samples import JOB_ID, LINKS, PSEUDONYMS, a_job, a_letter, links_in, part

EVERY_KIND = pytest.mark.parametrize("kind", list(MailKind))
HOSTILE = (
    "<script>alert(1)</script> visit http://evil.example.com or www.win.biz "
    "Bcc: a@b.cc\r\nX-Evil: yes \u202emoc.live\x00 {{ 7 * 7 }} <a href='//x.com'>"
)


@EVERY_KIND
def test_a_letter_is_addressed_dated_and_marked_as_sent_by_a_machine(kind: MailKind) -> None:
    letter = a_letter(kind)

    assert letter["From"] == "Image Downloader <images@example.org>"
    assert letter["To"] == "wsq.wee@example.com"
    assert letter["Subject"] == SUBJECTS[kind]
    assert letter["Date"] == "Tue, 03 Mar 2026 13:12:05 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["Content-Language"] == "en"
    assert letter["MIME-Version"] == "1.0"


@EVERY_KIND
def test_a_message_id_says_kind_and_job_and_is_the_same_for_every_copy(kind: MailKind) -> None:
    assert a_letter(kind)["Message-ID"] == a_letter(kind)["Message-ID"] == f"<{kind}.{JOB_ID}@example.org>"


def test_the_later_mails_answer_the_first() -> None:
    first = a_letter(MailKind.STARTED)

    for later in (a_letter(MailKind.READY), a_letter(MailKind.ERROR)):
        assert later["In-Reply-To"] == later["References"] == first["Message-ID"]
    assert first["In-Reply-To"] is None


@EVERY_KIND
def test_headers_and_parts_survive_the_wire(kind: MailKind) -> None:
    letter = a_letter(kind, a_job(query="röde pandor 🐼"))

    wire = letter.as_bytes(policy=SMTP)
    received = message_from_bytes(wire, policy=default)

    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert received.items() == letter.items()
    assert part(received, "plain").splitlines() == part(letter, "plain").splitlines()


@EVERY_KIND
def test_text_comes_first_and_html_second(kind: MailKind) -> None:
    letter = a_letter(kind)

    assert letter.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in letter.iter_parts()] == ["text/plain", "text/html"]


@EVERY_KIND
def test_both_parts_hold_the_same_links(kind: MailKind) -> None:
    letter = a_letter(kind)

    assert links_in(part(letter, "plain")) == links_in(html.unescape(part(letter, "html")))


@EVERY_KIND
def test_every_mail_says_how_to_get_no_more_of_them(kind: MailKind) -> None:
    letter = a_letter(kind)

    received = message_from_bytes(letter.as_bytes(policy=SMTP), policy=default)

    (link,) = (link for link in links_in(part(letter, "plain")) if kind_of(link) == "stop")
    assert LINKS.read_stop(link.rpartition("/")[2]) == Stop(PSEUDONYMS.of("wsq.wee@example.com"), JOB_ID)
    assert received["List-Unsubscribe"] == f"<{link}>"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for text in (part(letter, "plain"), part(letter, "html")):
        assert "never mail me again" in text


@EVERY_KIND
def test_a_long_link_stays_whole_on_the_wire(kind: MailKind) -> None:
    wire = a_letter(kind).as_bytes(policy=SMTP)

    lines = [line for line in wire.split(b"\r\n") if line.lower().startswith(b"list-unsubscribe:")]
    assert len(lines) == 1
    assert lines[0].startswith(b"List-Unsubscribe: <https://images.example.org/stop/")
    assert lines[0].endswith(b">")


@EVERY_KIND
def test_what_narrowed_the_search_stands_in_the_mail_and_makes_no_link(kind: MailKind) -> None:
    filters = Filters(minimum_size=MinimumSize.MP2, site="evil.example.com")
    letter = a_letter(kind, replace(a_job(), filters=filters))

    for text in (part(letter, "plain"), part(letter, "html")):
        assert "Minimum size: 2 megapixels, Site: evil[.]example[.]com" in text
    assert "Filters" not in part(a_letter(kind), "plain")


@pytest.mark.parametrize("kind", [MailKind.READY, MailKind.ERROR])
def test_the_last_mail_says_which_engine_left_a_filter_out(kind: MailKind) -> None:
    search = Search(True, 160, (Asked("google", "enough"), Asked("openverse", "enough", ignored=("colour", "age"))))
    letter = a_letter(kind, search=search)

    assert "Openverse: could not filter by colour, date\n" in part(letter, "plain")
    assert "could not filter by colour, date" in part(letter, "html")
    assert "Google" not in part(letter, "plain")


def test_the_ready_mail_names_the_sum_of_the_zip_once_it_is_known() -> None:
    known = a_letter(MailKind.READY, replace(a_job(), archive_sha256="9f" * 32))

    for text in (part(known, "plain"), part(known, "html")):
        assert "9f" * 32 in text
    assert "SHA-256" not in part(a_letter(MailKind.READY), "plain")


@EVERY_KIND
def test_by_night_the_mail_is_dark_where_the_mail_program_can(kind: MailKind) -> None:
    shown = part(a_letter(kind), "html")

    assert '<meta name="color-scheme" content="light dark">' in shown
    assert "@media (prefers-color-scheme: dark)" in shown
    assert shown.count("<style") == 1


def test_the_html_loads_nothing_and_carries_its_styles_in_the_tags() -> None:
    shown = part(a_letter(MailKind.READY), "html")

    assert "<link" not in shown
    assert "@import" not in shown
    assert "url(" not in shown
    assert "src=" not in shown
    assert 'style="' in shown


def test_the_started_mail_says_so_and_what_was_asked() -> None:
    letter = a_letter(MailKind.STARTED)

    for text in (part(letter, "plain"), part(letter, "html")):
        assert "Your job has been started and it might take a few minutes to complete." in text
        assert "Best hd wallpaper" in text
        assert "145" in text
    assert {kind_of(link) for link in links_in(part(letter, "plain"))} == {"jobs", "privacy", "stop"}


def test_the_ready_mail_leads_to_the_zip_and_is_honest_about_it() -> None:
    letter = a_letter(MailKind.READY)

    for text in (part(letter, "plain"), part(letter, "html")):
        assert "Kindly download your images through the following link." in text
        for fact in ("145", "160", "137", "94.3 MB", "12", "the same picture again", "no longer at their address"):
            assert fact in text
    assert {kind_of(link) for link in links_in(part(letter, "plain"))} == {"download", "jobs", "privacy", "stop"}


@pytest.mark.parametrize(
    ("stopped_because", "found", "says"),
    [
        ("blocked", 100, "turned us away"),
        ("exhausted", 100, "have no more pictures"),
        ("", 100, "found no more than these"),
        ("blocked", 145, None),
    ],
)
def test_the_ready_mail_says_why_fewer_were_found_than_asked_for(
    stopped_because: str, found: int, says: str | None
) -> None:
    letter = a_letter(MailKind.READY, replace(a_job(), found=found, stopped_because=stopped_because))

    for subtype in ("plain", "html"):
        text = part(letter, subtype)
        assert says in text if says else "turned us away" not in text


@pytest.mark.parametrize(
    ("thumbnails", "says"),
    [
        (None, "137 (94.3 MB)"),
        (0, "137 (94.3 MB)"),
        (1, "137 (94.3 MB), 1 of them a small thumbnail"),
        (9, "137 (94.3 MB), 9 of them small thumbnails"),
    ],
)
def test_the_ready_mail_says_how_many_are_no_originals(thumbnails: int | None, says: str) -> None:
    letter = a_letter(MailKind.READY, replace(a_job(), thumbnails=thumbnails))

    assert f"Images in your ZIP: {says}\n" in part(letter, "plain")
    assert f"{says}</td>" in part(letter, "html")
    assert ("thumbnail" in part(letter, "html")) is bool(thumbnails)


@pytest.mark.parametrize(("found", "left_over"), [(137, 0), (138, 0), (150, 9)])
def test_the_counts_of_the_ready_mail_add_up(found: int, left_over: int) -> None:
    job = replace(a_job(refused={"gone": 3, "timeout": 1}), found=found)

    for subtype in ("plain", "html"):
        told = " ".join(part(a_letter(MailKind.READY, job), subtype).split())
        assert ("not needed, there were enough" in told) is bool(left_over)
    if left_over:
        assert f"{left_over:4d}  not needed, there were enough\n" in part(a_letter(MailKind.READY, job), "plain")


def test_the_ready_mail_lists_nothing_when_all_that_was_found_is_in_the_zip() -> None:
    letter = a_letter(MailKind.READY, replace(a_job(refused={}), found=137))

    assert "Not in the ZIP" not in part(letter, "plain") + part(letter, "html")


def test_a_refusal_nobody_told_us_of_is_shown_as_its_words() -> None:
    letter = a_letter(MailKind.READY, a_job(refused={"sun_in_the_eyes": 3}))

    assert "   3  sun in the eyes" in part(letter, "plain")
    assert "sun in the eyes" in part(letter, "html")


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (datetime(2026, 3, 3, 13, 12, 59, tzinfo=UTC), "Tuesday 3 March 2026, 14:32 (Europe/Berlin, UTC+01:00)"),
        (datetime(2026, 7, 3, 13, 12, tzinfo=UTC), "Friday 3 July 2026, 15:32 (Europe/Berlin, UTC+02:00)"),
        (datetime(2026, 3, 29, 0, 50, tzinfo=UTC), "Sunday 29 March 2026, 03:10 (Europe/Berlin, UTC+02:00)"),
        (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), "Sunday 25 October 2026, 02:10 (Europe/Berlin, UTC+01:00)"),
    ],
    ids=["winter", "summer", "clocks jump while it is valid", "clocks fall back while it is valid"],
)
def test_the_link_ends_at_a_time_on_the_persons_own_clock(now: datetime, shown: str) -> None:
    letter = a_letter(MailKind.READY, now=now)

    assert f"The link is valid for 20 minutes, until {shown}." in part(letter, "plain")
    assert f"The link is valid for 20 minutes, until {shown}." in part(letter, "html")


def test_an_unknown_time_zone_gives_way_to_the_sites_own() -> None:
    letter = a_letter(MailKind.READY, to=Recipient("wsq.wee@example.com", "Mars/Olympus"))

    assert "13:32 (UTC)" in part(letter, "plain")


@pytest.mark.parametrize("reason", [*Reason, None])
def test_the_error_mail_gives_a_reason_in_words(reason: Reason | None) -> None:
    letter = a_letter(MailKind.ERROR, a_job(reason=reason))

    for text in (part(letter, "plain"), part(letter, "html")):
        assert "error occurred while performing your job activities." in text
        assert "Would you like to retry again?" in text
        assert REASON_WORDS[reason or Reason.INTERNAL] in text


def test_the_error_mail_says_what_there_was_and_what_the_filters_left_out() -> None:
    search = Search(finished=False, found=0, asked=(Asked("google", "exhausted", left_out=37),))
    letter = a_letter(MailKind.ERROR, a_job(reason=Reason.NOTHING_FITS), search=search)

    for text in (part(letter, "plain"), part(letter, "html")):
        assert re.search(r"Images found\W.*?\b0\b.*Left out by your filters\W.*?\b37\b", text, re.DOTALL)


def test_the_retry_link_holds_what_was_asked_word_for_word() -> None:
    filters = Filters(colour=Colour.TEAL, safe_search=False)
    letter = a_letter(MailKind.ERROR, replace(a_job(query=HOSTILE), filters=filters))

    (link,) = (link for link in links_in(part(letter, "plain")) if kind_of(link) == "retry")
    wish = LINKS.read_retry(link.rpartition("/")[2])
    assert wish == Wish(HOSTILE, 145, filters)


@EVERY_KIND
def test_a_hostile_query_changes_nothing_but_its_own_line(kind: MailKind) -> None:
    letter = a_letter(kind, a_job(query=HOSTILE))
    tame = a_letter(kind)

    assert letter.keys() == tame.keys()
    assert letter["To"] == "wsq.wee@example.com"
    assert len(part(letter, "plain").splitlines()) == len(part(tame, "plain").splitlines())
    for text in (part(letter, "plain"), part(letter, "html")):
        assert {kind_of(link) for link in links_in(text)} == {kind_of(link) for link in links_in(part(tame, "plain"))}
        assert not {"\x00", "\u202e", "evil.example.com", "www.win.biz", "a@b.cc", "49"} & {*text, *text.split()}
    assert "<script" not in part(letter, "html")
    assert "&lt;script&gt;alert(1)" in part(letter, "html")


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"])
def test_what_is_not_one_address_gets_no_letter_and_shows_in_no_message(address: str) -> None:
    with pytest.raises(NeverError) as raised:
        a_letter(MailKind.STARTED, to=Recipient(address, "UTC"))

    assert "@" not in str(raised.value)


def test_a_recipient_never_shows_in_a_log() -> None:
    assert "wsq.wee" not in repr(Recipient("wsq.wee@example.com", "UTC"))


def kind_of(link: str) -> str:
    assert link.startswith("https://images.example.org/")
    return link.split("/")[3]
