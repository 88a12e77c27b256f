"""Calendars that come by mail are shown as cards; the file stays."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.conversations.cards import cards_of
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.arriving.calendar import MAX_BYTES, MAX_EVENTS, read_cards
from wagtail_helpdesk.mail.parsing import ParsedAttachment
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose

EVENT = """BEGIN:VEVENT
UID:1
SUMMARY:Site visit\\, second
LOCATION:Gate 4
DTSTART;TZID=W. Europe Standard Time:20301105T140000
DTEND;TZID=W. Europe Standard Time:20301105T150000
ORGANIZER;CN=Ana Souza:mailto:ana@example.org
ATTENDEE;PARTSTAT=ACCEPTED;CN="Bob, B":mailto:bob@example.org
ATTENDEE:mailto:eve@example.org
END:VEVENT
"""


def calendar(*events: str, method: str = "REQUEST") -> bytes:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\n{''.join(events)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def event(**lines: str) -> str:
    return (
        "BEGIN:VEVENT\n"
        + "".join(f"{name.replace('_', '-')}{value}\n" for name, value in lines.items())
        + "END:VEVENT\n"
    )


def cards(content: bytes, name: str = "", kind: str = "text/calendar"):
    with timezone.override("UTC"), translation.override("en"):
        return cards_of(read_cards([ParsedAttachment(name, kind, content)]))


def test_invitation():
    (card,) = cards(calendar(EVENT))
    assert (card.title, card.summary, card.location, card.organiser) == (
        "Invitation",
        "Site visit, second",
        "Gate 4",
        "Ana Souza",
    )
    assert card.when == "Nov. 5, 2030, 1 p.m. – 2 p.m."
    assert [(one.name, one.answer) for one in card.attendees] == [("Bob, B", "accepted"), ("eve@example.org", "")]
    assert not card.is_cancelled and not card.repeats


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("ACCEPTED", "Bob accepted"),
        ("DECLINED", "Bob declined"),
        ("TENTATIVE", "Bob may come"),
        ("X-ODD", "Answer to an invitation"),
    ],
)
def test_answer(status, title):
    words = event(DTSTART=":20301105T140000Z", ATTENDEE=f";CN=Bob;PARTSTAT={status}:mailto:bob@example.org")
    (card,) = cards(calendar(words, method="REPLY"))
    assert card.title == title
    assert card.attendees == ()


@pytest.mark.parametrize(("method", "status"), [("CANCEL", ""), ("REQUEST", "CANCELLED")])
def test_cancelled(method, status):
    (card,) = cards(calendar(event(DTSTART=":20301105T140000Z", STATUS=f":{status}"), method=method))
    assert card.title == "Cancelled event"
    assert card.is_cancelled


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        ({"DTSTART": ";VALUE=DATE:20301105"}, "Nov. 5, 2030"),
        ({"DTSTART": ";VALUE=DATE:20301105", "DTEND": ";VALUE=DATE:20301106"}, "Nov. 5, 2030"),
        ({"DTSTART": ";VALUE=DATE:20301105", "DTEND": ";VALUE=DATE:20301108"}, "Nov. 5, 2030 – Nov. 7, 2030"),
        ({"DTSTART": ":20301105T230000Z", "DURATION": ":PT2H"}, "Nov. 5, 2030, 11 p.m. – 1 a.m."),
        ({"DTSTART": ":20301105T140000Z"}, "Nov. 5, 2030, 2 p.m."),
        ({"DTSTART": ":20301105T140000"}, "Nov. 5, 2030, 2 p.m."),
        ({"DTSTART": ";TZID=Our Own Zone:20301105T140000"}, "Nov. 5, 2030, 2 p.m. (Our Own Zone)"),
        ({"DTSTART": ":20301105T140000Z", "DTEND": ":20301101T140000Z"}, "Nov. 5, 2030, 2 p.m."),
        ({"DTSTART": ":20301105T140000Z", "DURATION": ":P9999999D"}, "Nov. 5, 2030, 2 p.m."),
    ],
)
def test_when(lines, when):
    (card,) = cards(calendar(event(**lines)))
    assert card.when == when


def test_series_is_said_to_be_one():
    (card,) = cards(calendar(event(DTSTART=":20301105T140000Z", RRULE=":FREQ=SECONDLY")))
    assert card.repeats


def test_rules_of_foreign_time_zones_are_not_worked_out():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Evil\nBEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\n"
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    (card,) = cards(calendar(zone, event(DTSTART=";TZID=Evil:20301105T140000")))
    assert card.when == "Nov. 5, 2030, 2 p.m. (Evil)"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        calendar(event(SUMMARY=":No start")),
        calendar(event(DTSTART=":nonsense")),
        calendar(EVENT * (MAX_EVENTS + 1)),
        calendar(EVENT) + b" " * MAX_BYTES,
        b"BEGIN:VCALENDAR\r\n" * 5000,
    ],
)
def test_nothing_to_show(content):
    assert cards(content) == []


@given(st.binary(max_size=300))
def test_any_bytes(content):
    cards(calendar().replace(b"END:", content + b"\r\nEND:"))


@given(
    st.lists(st.sampled_from([*EVENT.splitlines(), "BEGIN:VALARM", "END:VALARM", "DTSTART:x", "ATTENDEE"]), max_size=15)
)
def test_any_lines(lines):
    cards(calendar("\n".join(lines) + "\n"))


@pytest.fixture
def invited(desk):
    mail = make_mail("Please come.", html="<p>Please come.</p>")
    mail.add_alternative(calendar(EVENT).decode(), subtype="calendar", params={"method": "REQUEST"})
    mail.add_attachment(calendar(EVENT), maintype="application", subtype="ics", filename="invite.ics")
    return take_in(mail, desk.mailbox).message


def test_mail_shows_one_card_and_one_file(desk, invited, login):
    assert invited.reply_text.strip() == "Please come."
    page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[invited.ticket_id])).content.decode()
    assert page.count('class="helpdesk-card"') == 1
    assert "Site visit, second" in page
    assert [file.hidden for file in invited.attachments.all()] == [False, True]


def test_customer_sees_it_too(desk, invited, client):
    token = token_for(invited.ticket.participants.get(), TokenPurpose.PORTAL)
    page = client.get(reverse("wagtail_helpdesk:tracking", args=[token.signed])).content.decode()
    assert page.count('class="helpdesk-card"') == 1
    assert "Site visit, second" in page


def test_goes_when_the_ticket_is_erased(desk, invited):
    manager = Actor.of_user(desk.manager)
    TrashTicket(ticket=invited.ticket, actor=manager)()
    EraseTicket(ticket=invited.ticket, actor=manager)()
    invited.refresh_from_db()
    assert invited.cards == []
