"""Bounces in prose: whom they could not reach, and why."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.parsing.plain_bounces import MAX_NAMED, find_named
from wagtail_helpdesk.mail.parsing.reports import read_report

from .samples import mail, mail_of, multipart, part

QMAIL = """Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<bo@example.org>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 <bo@example.org>: no such user

<eva@example.org>:
Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)

--- Below this line is a copy of the message.

Return-Path: <desk@desk.example>
To: other@example.net
"""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (QMAIL, ["bo@example.org", "eva@example.org"]),
        ("The following address failed:\n\n  bo@example.org\n    host mx.example [192.0.2.7]\n", ["bo@example.org"]),
        ('The following address failed:\n"bo@example.org":\nSMTP error\n', ["bo@example.org"]),
        ("Delivery failed permanently:\n\n   * bo@example.org\n", ["bo@example.org"]),
        ("There was an error delivering your mail to <bo@example.org>.\n", ["bo@example.org"]),
        ("Could not be delivered to: <bo@example.org>\nAs their mailbox is full.\n", ["bo@example.org"]),
        ("Details:\n MAIL FROM: desk@desk.example\n RCPT TO: bo@example.org\n", ["bo@example.org"]),
        ("Reporting-MTA: dns; x\nFinal-Recipient: rfc822; bo@example.org\nStatus: 5.1.1\n", ["bo@example.org"]),
        ("To: desk@desk.example\n\nbo@example.org on Thu, 1 Jan 2026\n  not recognized\n", ["bo@example.org"]),
        ("Your mail to bo@example.org was not delivered.\n", ["bo@example.org"]),
        ("bo@example.org\nBO@EXAMPLE.ORG again\n", ["bo@example.org"]),
        # Named for another reason.
        ("For assistance, please contact <postmaster@relay.example>\n\n<bo@example.org>: x\n", ["bo@example.org"]),
        ("<desk@desk.example>\nbo@example.org: full\n", ["bo@example.org"]),
        ("Please contact help@relay.example for details.\n", []),
        ("<mailer-daemon@relay.example>\n", []),
        # Only the mail system's own words count.
        ("It failed.\n--- Original message follows ---\nbo@example.org\n", []),
        ("It failed.\nReceived: from x\nbo@example.org\n", []),
        ("", []),
    ],
)
def test_who_is_named(text: str, named: list[str]):
    assert [one.address for one in find_named(text, ["desk@desk.example"])] == named


def test_an_address_of_ours_counts_where_it_is_the_only_one():
    (named,) = find_named("<desk@desk.example>:\nmailbox is full\n", ["Desk@desk.example"])
    assert named.address == "desk@desk.example"


def test_each_recipient_has_its_own_reason():
    report = read_report(parse(mail(QMAIL.encode())), "dsn")
    assert not report.standard
    first, second = report.recipients
    assert (first.final, first.action, first.status, first.smtp_code) == ("bo@example.org", "failed", "5.1.1", 550)
    assert "does not like recipient" in first.diagnostic
    assert "eva" not in first.diagnostic
    assert (second.final, second.action, second.status, second.smtp_code) == (
        "eva@example.org",
        "delayed",
        "4.4.1",
        None,
    )


def test_exim_names_them_in_a_field_and_says_why_below():
    raw = mail(b"It failed:\n\n  bo@example.org\n    550 5.2.2 full\n", b"X-Failed-Recipients: bo@example.org")
    (said,) = read_report(parse(raw), "dsn").recipients
    assert (said.final, said.status) == ("bo@example.org", "5.2.2")


def test_the_returned_mail_names_its_recipient_where_the_words_do_not():
    def bounce(to: bytes):
        returned = b"From: desk@desk.example\r\nTo: " + to + b"\r\nSubject: x\r\n\r\nBody"
        parts = (part(b"text/plain", b"It could not be delivered."), part(b"message/rfc822", returned))
        return read_report(parse(mail_of(multipart(b"mixed", *parts))), "dsn").recipients

    assert [said.final for said in bounce(b"bo@example.org")] == ["bo@example.org"]
    assert bounce(b"bo@example.org, eva@example.org") == ()


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab@<>:.\"' \n*-é\u2022"), max_size=400), st.lists(st.just("a@b"), max_size=1))
def test_nothing_crashes_it(text: str, own: list[str]):
    named = find_named(text, own)
    assert len({one.address.lower() for one in named}) == len(named) <= MAX_NAMED
    assert all(one.address in text for one in named)


@pytest.mark.parametrize(
    "line", ["a@b.c ", "<a@", "a" * 400 + "@", "rcpt to:", " " * 300 + "@\n", "--- original ", "a@b\n"]
)
def test_a_bomb_is_read_in_bounds(line: str):
    started = time.process_time()
    find_named(line * 200_000)
    assert time.process_time() - started < 2
