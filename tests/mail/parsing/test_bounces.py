import pytest

from wagtail_helpdesk.mail.parsing import classify, parse

from .samples import mail, mail_of, multipart, part


def primary(sender: str, subject: str, body: str, *headers: bytes, null_sender: bool | None = None) -> str:
    head = f"From: {sender}\r\nSubject: {subject}\r\n".encode()
    judged = classify(
        parse(mail(body.encode(), *headers, head=head)),
        null_sender=null_sender,
        own_addresses=frozenset(),
        is_own_message_id=lambda value: False,
        is_own_loop_header=lambda value: False,
    )
    return judged.primary


@pytest.mark.parametrize(
    ("sender", "subject", "body", "headers"),
    [
        ("MAILER-DAEMON@x.org", "failure notice", "Hi. This is the qmail-send program at x.org.", []),
        ("MAILER-DAEMON@x.org", "Undelivered Mail Returned to Sender", "This is the mail system at host x.org.", []),
        ("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", "...", []),
        ("MAILER-DAEMON <>", "Mail delivery failed", "There was an error delivering your mail to <a@b.c>.", []),
        ("postmaster@x.org", "Undeliverable: Hello", "Your message did not reach the following recipient(s)", []),
        ("postmaster@x.org", "Unzustellbar: Hallo", "...", [b"Return-Path: <>"]),
        ("info@x.org", "Mail", "Could not be delivered to: <a@b.c>", [b"Return-Path: <>"]),
        ("mailer-daemon@x.org", "Сообщение не доставлено", "...", []),
        ("Mailer-Daemon@x.org", "Hello", "A message that you sent could not be delivered to one or more", []),
        ("postmaster@x.org", "Hello", "...", [b"X-Failed-Recipients: a@b.c"]),
    ],
)
def test_bounces_that_are_no_standard_reports(sender, subject, body, headers):
    assert primary(sender, subject, body, *headers) == "dsn"


@pytest.mark.parametrize(
    ("sender", "subject", "body", "headers"),
    [
        ("ana@example.com", "Undeliverable: my invoice", "Your message could not be delivered to me. What now?", []),
        ("ana@example.com", "Fwd: Returned mail", "I get: This is the qmail-send program at x.org.", []),
        ("ana@example.com", "Delivery failed", "My parcel was not delivered.", []),
        ("postmaster@example.com", "Delivery failure in your shop", "We did not get the goods.", []),
        ("MAILER-DAEMON@example.com", "Lunch", "Who comes?", []),
        ("ana@example.com", "Away", "I am away until May.", [b"Return-Path: <>"]),
        ("ana@example.com", "Hello", "...", [b"X-Failed-Recipients: a@b.c"]),
    ],
)
def test_persons_who_write_about_delivery_are_persons(sender, subject, body, headers):
    assert primary(sender, subject, body, *headers) == "human"


def test_complaints_without_the_standard_form():
    head = b"From: staff@example.com\r\nSubject: complaint about message from 192.0.2.1\r\n"
    complaint = mail_of(multipart(b"mixed", part(b"message/rfc822", b"Subject: x\r\n\r\ny")), head=head)
    judged = classify(
        parse(complaint),
        null_sender=False,
        own_addresses=frozenset(),
        is_own_message_id=lambda value: False,
        is_own_loop_header=lambda value: False,
    )
    assert judged.primary == "arf"
