"""Delivery, read and abuse reports: what each says of each recipient."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.parsing.reports import RecipientReport, read_report

from .samples import mail, mail_of, multipart, part
from .test_corpus import CORPUS, as_bytes, cases

RETURNED = (
    b"Message-ID: <ours@desk.example>\r\nReferences: <first@x> <second@x>\r\nX-Mark: seen\r\n"
    b"To: bo@example.org\r\nSubject: Re: Hello\r\n\r\nBody"
)


def report_mail(report_type: bytes, status_type: bytes, fields: bytes, *, returned: bytes = RETURNED) -> bytes:
    return mail_of(
        multipart(
            b"report",
            part(b"text/plain", b"Sorry."),
            part(status_type, fields),
            part(b"message/rfc822", returned),
            parameters=b"; report-type=" + report_type,
        )
    )


def dsn(fields: bytes, status_type: bytes = b"message/delivery-status", **options: bytes):
    return read_report(parse(report_mail(b"delivery-status", status_type, fields, **options)), "dsn", mark="x-mark")


def one(recipient: bytes, **options: bytes) -> RecipientReport:
    (found,) = dsn(b"Reporting-MTA: dns; mx.example.org\r\n\r\n" + recipient, **options).recipients
    return found


def test_each_recipient_of_a_delivery_report():
    report = dsn(
        b"Reporting-MTA: dns; mx.example.org\r\nOriginal-Envelope-Id: QQ314\r\n\r\n"
        b"Original-Recipient: rfc822;bo@example.org\r\nFinal-Recipient: rfc822; bo.berg@mail.example.org\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <bo.berg@mail.example.org>:\r\n"
        b"  no such user\r\n\r\n"
        b"Final-Recipient: rfc822;eva@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    )
    assert report.standard
    assert report.envelope_id == "QQ314"
    assert report.returned_ids == ("ours@desk.example", "second@x", "first@x")
    assert report.returned_marks == ("seen",)
    first, second = report.recipients
    assert (first.action, first.status, first.smtp_code) == ("failed", "5.1.1", 550)
    assert first.addresses == ("bo@example.org", "bo.berg@mail.example.org")
    assert first.diagnostic == "550 5.1.1 <bo.berg@mail.example.org>: no such user"
    assert (second.action, second.status, second.final) == ("delayed", "4.4.1", "eva@example.org")


@pytest.mark.parametrize(
    ("fields", "action", "status"),
    [
        (b"Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.7.1 no\r\n", "failed", "5.7.1"),
        (b"Action: Failure (delivery)\r\nStatus: 5.2.2 (full)\r\n", "failed", "5.2.2"),
        (b"Status: 4.4.7\r\n", "delayed", "4.4.7"),
        (b"Action: relayed\r\nStatus: 2.0.0\r\n", "relayed", "2.0.0"),
        (b"Action: delivered\r\n", "delivered", ""),
        (
            b"Action: failed\r\nStatus: 192.5.1.1\r\nDiagnostic-Code: smtp; 550 host 10.5.1.1.9 says no\r\n",
            "failed",
            "",
        ),
        (b"Action: dropped\r\n", "", ""),
    ],
)
def test_action_and_status(fields: bytes, action: str, status: str):
    found = one(b"Final-Recipient: rfc822; a@b.example\r\n" + fields)
    assert (found.action, found.status) == (action, status)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; a@b.example", "a@b.example"),
        ("RFC822;<a@b.example>", "a@b.example"),
        ('rfc822; "a@b.example"', "a@b.example"),
        ("utf-8; pel\u00e9@b.example", "pel\u00e9@b.example"),
        ("utf-8; pel\\x{E9}@b.example", "pel\u00e9@b.example"),
        ("x400; /S=nobody/", ""),
        ("rfc822; local", ""),
    ],
)
def test_addresses_of_recipients(value: str, address: str):
    status_type = b"message/global-delivery-status" if value.startswith("utf-8") else b"message/delivery-status"
    assert one(f"Final-Recipient: {value}\r\nAction: failed\r\n".encode(), status_type=status_type).final == address


def test_headers_alone_are_returned():
    raw = report_mail(b"delivery-status", b"message/delivery-status", b"Action: failed\r\n").replace(
        b"message/rfc822", b"text/rfc822-headers"
    )
    assert read_report(parse(raw), "dsn").returned_ids[0] == "ours@desk.example"


def test_report_that_answers_our_mail_names_it():
    raw = mail(b"Address not found", b"In-Reply-To: <ours@desk.example>", b"X-Failed-Recipients: a@b.example")
    report = read_report(parse(raw), "dsn")
    assert not report.standard
    assert report.returned_ids == ("ours@desk.example",)
    assert [said.addresses for said in report.recipients] == [("a@b.example",)]


def test_read_report():
    fields = (
        b"Final-Recipient: rfc822; bo@example.org\r\nOriginal-Message-ID: <ours@desk.example>\r\n"
        b"Disposition: automatic-action/MDN-sent-automatically; displayed/warning\r\n"
    )
    raw = report_mail(b"disposition-notification", b"message/disposition-notification", fields, returned=b"\r\n")
    report = read_report(parse(raw), "mdn")
    assert (report.disposition, report.returned_ids) == ("displayed", ("ours@desk.example",))
    assert report.recipients[0].final == "bo@example.org"


@pytest.mark.parametrize(
    ("fields", "addresses"),
    [
        (b"Original-Rcpt-To: <a@b.example>\r\nOriginal-Rcpt-To: <c@b.example>\r\n", ["a@b.example", "c@b.example"]),
        (b"Removal-Recipient: a@b.example\r\n", ["a@b.example"]),
        (b"\r\nVersion: 1\r\n", ["bo@example.org"]),
    ],
)
def test_complaint(fields: bytes, addresses: list[str]):
    fields = b"Feedback-Type: Abuse\r\nOriginal-Mail-From: <bounces+x@desk.example>\r\n" + fields
    report = read_report(parse(report_mail(b"feedback-report", b"message/feedback-report", fields)), "arf")
    assert (report.feedback_type, report.original_sender) == ("abuse", "bounces+x@desk.example")
    assert [said.final for said in report.recipients] == addresses


LINES = st.sampled_from(
    [
        *(
            b"Action: failed",
            b"Status: 5.1.1",
            b"Status:",
            b"Final-Recipient: rfc822; a@b.c",
            b"Final-Recipient: @",
            b"",
        ),
        *(b" folded", b"Diagnostic-Code: smtp; 550 5.1.1", b"Original-Message-ID: <", b"Feedback-Type: =?x?Q?=FF?="),
        *(b"utf-8; \\x{110000}@x \\x{D800}@y", b"\xff\x00@\xfe", b":", b"--b", b"--b--", b"5.1.1.5.1.1.5.1.1"),
    ]
)


@settings(max_examples=150)
@given(
    kind=st.sampled_from(["dsn", "mdn", "arf"]),
    lines=st.lists(st.one_of(LINES, st.binary(max_size=30)), max_size=30),
    ends=st.sampled_from([b"\r\n", b"\n", b"\r"]),
)
def test_nothing_crashes_it_and_everything_can_be_stored(kind: str, lines: list[bytes], ends: bytes):
    types = {"dsn": b"delivery-status", "mdn": b"disposition-notification", "arf": b"feedback-report"}
    raw = report_mail(types[kind], b"message/" + types[kind], ends.join(lines), returned=ends.join(lines))
    report = read_report(parse(raw), kind, mark="x-mark")
    for said in report.recipients:
        for value in (said.action, said.status, said.final, said.original, said.diagnostic):
            value.encode()
            assert "\x00" not in value and "\n" not in value


@pytest.mark.parametrize(
    "fields",
    [
        b"Final-Recipient: rfc822; a@b.c\r\n\r\n" * 20_000,
        b"Diagnostic-Code: smtp; " + b"5.1." * 200_000,
        b"Final-Recipient: " + b"a" * 500_000 + b"\r\n",
        b"\r\n \r\n" * 100_000,
    ],
    ids=["recipients", "status", "address", "blanks"],
)
def test_a_bomb_is_read_in_bounds(fields: bytes):
    assert len(dsn(fields).recipients) <= 200


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mails is not at hand")
def test_real_reports_name_the_recipients_that_failed():
    reports = [
        (case, read_report(parse(as_bytes(case["raw"])), "arf" if case["label"] == "feedback" else "dsn"))
        for case in cases("bounces")
        if case["label"] != "vacation"
    ]
    everybody = sum(
        {one.lower() for one in case["recipients"]}
        <= {one.lower() for said in report.recipients for one in said.addresses}
        for case, report in reports
    )
    assert everybody / len(reports) > 0.92
    standard = [(case, report) for case, report in reports if report.standard]
    assert len(standard) >= 100
    exact = sum(
        {one.lower() for one in case["recipients"]}
        <= {one.lower() for said in report.recipients for one in said.addresses}
        for case, report in standard
    )
    assert exact / len(standard) > 0.95
    statuses = [(status, report) for case, report in standard for status in case["statuses"] if status]
    known = sum(any(said.status == status for said in report.recipients) for status, report in statuses)
    assert known / len(statuses) > 0.9
