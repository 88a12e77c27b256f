from datetime import UTC, datetime, timedelta, timezone

import pytest

from wagtail_helpdesk.mail.parsing import Headers, parse
from wagtail_helpdesk.mail.parsing.dates import parse_date
from wagtail_helpdesk.mail.parsing.message_ids import parse_message_ids

from .samples import HEAD, mail


def test_the_usual_headers():
    parsed = parse(
        mail(
            b"Hi\r\n",
            b"Date: Fri, 20 Nov 2026 10:00:00 +0100",
            b"Cc: Bea <b@example.com>",
            b"Reply-To: r@example.com",
            b"Sender: s@example.com",
            b"In-Reply-To: <0@example.com>",
            b"References: <a@example.com>\r\n\t<0@example.com>",
        )
    )
    assert parsed.level == "full"
    assert parsed.problems == ()
    assert (parsed.from_addresses[0].name, parsed.from_addresses[0].email) == ("Ana", "ana@example.com")
    assert [address.email for address in (*parsed.to, *parsed.cc, *parsed.reply_to, *parsed.sender)] == [
        "help@example.org",
        "b@example.com",
        "r@example.com",
        "s@example.com",
    ]
    assert (parsed.subject, parsed.message_id) == ("Hello", "1@example.com")
    assert parsed.date == datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1)))
    assert (parsed.in_reply_to, parsed.references) == (("0@example.com",), ("a@example.com", "0@example.com"))


def test_headers_are_read_in_any_case_and_keep_their_order():
    headers = Headers([("Received", "two"), ("Subject", "x"), ("received", "one")])
    assert headers.get("SUBJECT") == "x"
    assert headers.get_all("RECEIVED") == ("two", "one")
    assert headers.get("none") == ""
    assert headers.get_all("none") == ()
    assert "Subject" in headers
    assert list(headers) == ["received", "subject"]
    assert "x" not in repr(headers).replace("subject", "")


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"Subject: a\r\n b\r\n\tc\r\nFrom: a@b.c\r\n\r\nx", "a b c", "x"),
        (b"Subject : spaced\nFrom: a@b.c\n\nx", "spaced", "x"),
        (b"subject:tight\nfrom:a@b.c\n\nx", "tight", "x"),
        (b"From x@y Fri Nov 20 10:00:00 2026\nFrom: a@b.c\nSubject: mbox\n\nx", "mbox", "x"),
        (b">From x@y Fri Nov 20 10:00:00 2026\nFrom: a@b.c\nSubject: mbox\n\nx", "mbox", "x"),
        (b"From: a@b.c\n>From x@y\nSubject: mbox\n\nx", "mbox", "x"),
        (b"\r\n  \r\n\nFrom: a@b.c\nSubject: late\n\nx", "late", "x"),
        (b"\xef\xbb\xbfFrom: a@b.c\nSubject: bom\n\nx", "bom", "x"),
        (b"From: a@b.c\rSubject: mac\r\rx\ry", "mac", "x\ny"),
        (b"From: a@b.c\nSubject: no blank line\nThis is the body", "no blank line", "This is the body"),
        (b"From: a@b.c\nSubject: lost\nfold\nDate: x\n\nbody", "lost fold", "body"),
        (b"From: a@b.c\nSubject: only headers", "only headers", ""),
        (b"From: a@b.c\nSubject: first\nSubject: second\n\nx", "first", "x"),
    ],
)
def test_header_blocks_of_all_shapes(raw, subject, text):
    parsed = parse(raw)
    assert (parsed.subject, parsed.text.strip()) == (subject, text)
    assert parsed.from_addresses[0].email == "a@b.c"


def test_text_without_headers_is_all_body():
    parsed = parse(b"Hello there\nNote: this is no header\n")
    assert parsed.text == "Hello there\nNote: this is no header"
    assert set(parsed.problems) == {"no_headers", "no_from"}


def test_a_bare_cr_makes_no_second_header():
    parsed = parse(b"From: a@b.c\r\nSubject: x\rAuthentication-Results: mx; dmarc=pass\r\n\r\nbody")
    assert "authentication-results" not in parsed.headers
    assert parsed.subject == "x Authentication-Results: mx; dmarc=pass"


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"<1@x>", ("1@x",)),
        (b"<[x@y]>", ("[x@y]",)),
        (b"<>", ()),
        (b"", ()),
        (b"1@x", ("1@x",)),
        (b"no-at-sign", ("no-at-sign",)),
        (b"<1@x> <2@x>\t<3@x>", ("1@x", "2@x", "3@x")),
        (b"<1@x><2@x>", ("1@x", "2@x")),
        (b"1@x 2@x", ("1@x", "2@x")),
        (b'Your message of Friday <1@x> "a"', ("1@x",)),
        (b"Your message of Friday", ()),
        (b"<long @x .y>", ("long@x.y",)),
        (b"=?utf-8?Q?=3C1=40x=3E?=", ("1@x",)),
        (b"<1@x", ("1@x",)),
    ],
)
def test_message_ids(value, ids):
    assert parse_message_ids(value) == ids


def test_the_last_references_are_kept():
    references = b"\r\n ".join(b"<%d@x>" % number for number in range(80))
    parsed = parse(mail(b"x", b"References: " + references))
    assert parsed.references == tuple(f"{number}@x" for number in range(30, 80))


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0000", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("20 Nov 2026 10:00:00 -0000", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 GMT (comment)", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 0000 10:00:00 +0000", None),
        ("Fri, 20 Nov 3609 10:00:00 +0000", None),
        ("Fri, 32 Nov 2026 10:00:00 +0000", None),
        ("Fri, 20 Nov 2026 25:61:00 +0000", None),
        ("Fri, 20 Nov 2026 10:00:00 +9999999999", None),
        ("31 Dec 9999 23:59:59 -2359", None),
        ("yesterday", None),
        ("", None),
        ("1" * 5000, None),
    ],
)
def test_dates(value, date):
    assert parse_date(value) == date


@pytest.mark.parametrize(
    ("head", "email", "problem"),
    [
        (b"From: a@good.com <b@evil.com>\r\n", "b@evil.com", "from_conflict"),
        (b"From: a@x.com\r\nFrom: b@y.com\r\n", "a@x.com", "several_from"),
        (b"From: a@x.com, b@y.com\r\n", "a@x.com", "several_from"),
        (b"From: nobody\r\nFrom: b@y.com\r\n", "b@y.com", "several_from"),
        (b"Subject: x\r\n", None, "no_from"),
        (b"From: <>\r\n", None, "no_from"),
    ],
)
def test_doubtful_senders_are_named(head, email, problem):
    parsed = parse(mail(head=head))
    assert (parsed.from_addresses[0].email if parsed.from_addresses else None) == email
    assert parsed.problems == (problem,)


def test_raw_bytes_in_headers_follow_the_charset_of_the_body():
    parsed = parse(
        mail(
            "тело".encode("koi8-r"), b"Content-Type: text/plain; charset=koi8-r", head=b"From: a@b.c\r\nSubject: "
        ).replace(b"Subject: ", b"Subject: " + "тема".encode("koi8-r") + b"\r\n", 1)
    )
    assert (parsed.subject, parsed.text) == ("тема", "тело")


def test_head_of_the_samples_is_complete():
    assert parse(HEAD).level == "full"
