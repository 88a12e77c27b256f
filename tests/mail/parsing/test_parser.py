import logging

import pytest

from wagtail_helpdesk.mail.parsing import Caps, ParsedMail, parse, parse_headers, parser

from .samples import mail

BROKEN = [
    b"Message-ID: <[x@y]>",
    b"Message-ID: <>",
    b"Message-ID:",
    b"Content-Type: text/plain; name*",
    b"Content-Type: text/plain; name*0*=; name*=''",
    b"To: (c):",
    b"To: " + b"(" * 2000 + b")" * 2000,
    b"From: =?utf-8?Q?a=0D=0Ab?= <a@b.c>",
    b"Content-Disposition: attachment; filename*=iso-2022-jp''%1B%24B%24%22",
    b"Content-Type: text/plain; charset=unknown-charset",
    b"Content-Type: text/plain; charset=unicode_escape",
    b"Content-Transfer-Encoding: nonsense",
    b"Date: Fri, 99 Zzz 0000 99:99:99 +9999",
    b"Subject: \xff\xfe\x00",
    b"\xff\xfe: x",
    b"References: " + b"<a@b> " * 100_000,
    b"X-Long: " + b"x" * 400_000,
]


@pytest.mark.parametrize("header", BROKEN, ids=lambda header: repr(header[:40]))
def test_headers_that_break_the_standard_library(header):
    parsed = parse(mail(b"words\r\n", header))
    assert parsed.level == "full"
    assert parsed.subject == "Hello"
    assert b"filename" in header or parsed.text.endswith("words")
    assert parsed.from_addresses[0].email == "ana@example.com"


def test_a_long_header_is_cut_and_those_behind_it_are_read():
    head = b"X-Long: " + b"x" * 100_000 + b"\r\nSubject: behind\r\nFrom: a@b.c\r\n"
    parsed = parse(mail(head=head), Caps(header=1000))
    assert len(parsed.headers.get("x-long")) < 1000
    assert (parsed.subject, parsed.problems) == ("behind", ("header_too_long",))


def test_the_usual_headers_are_read_behind_a_flood_of_others():
    head = (
        b"".join(b"X-%d: %s\r\n" % (number, b"x" * 90) for number in range(100)) + b"Subject: behind\r\nFrom: a@b.c\r\n"
    )
    parsed = parse(mail(head=head), Caps(header_block=1000))
    assert parsed.subject == "behind"
    assert parsed.problems == ("header_block_too_long",)
    assert len(list(parsed.headers)) < 20


def test_a_mail_that_is_too_large_is_read_in_part():
    parsed = parse(mail(b"x" * 5000), Caps(raw=1000))
    assert "too_large" in parsed.problems
    assert set(parsed.text) == {"x"}
    assert len(parsed.text) < 1000


def test_unreadable_bodies_leave_the_headers(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RecursionError("customer's words")

    monkeypatch.setattr(parser, "build_tree", fail)
    with caplog.at_level(logging.ERROR):
        parsed = parse(mail(b"words"))
    assert (parsed.level, parsed.subject, parsed.text) == ("headers", "Hello", "")
    assert parsed.from_addresses[0].email == "ana@example.com"
    assert "unreadable" in parsed.problems
    assert "RecursionError" in caplog.text
    assert "customer's words" not in caplog.text


def test_unreadable_headers_leave_the_envelope(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(parser, "_read_headers", fail)
    parsed = parse(mail(b"words"))
    assert parsed == ParsedMail(level="envelope", problems=("unreadable",))
    assert "MemoryError" in caplog.text


def test_the_headers_can_be_read_alone(monkeypatch):
    monkeypatch.setattr(parser, "build_tree", None)
    parsed = parse_headers(mail(b"words"))
    assert (parsed.level, parsed.subject, parsed.text) == ("headers", "Hello", "")
    assert parsed.problems == ("unreadable",)


def test_reports_are_told_by_their_type():
    parsed = parse(mail(b"", b"Content-Type: multipart/report; report-type=Delivery-Status; boundary=b"))
    assert (parsed.content_type, parsed.report_type) == ("multipart/report", "delivery-status")


def test_words_and_files_stay_out_of_representations():
    parsed = parse(mail(b"secret words"))
    assert "secret" not in repr(parsed)
