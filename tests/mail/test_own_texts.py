"""An administrator's own texts: which one a mail takes, what is put in, and what can never get out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.compose.own_texts import (
    OwnText,
    fill,
    fill_subject,
    stands_alone,
    unknown_placeholders,
)
from wagtail_helpdesk.mail.models import MailTemplate, OutboundMail
from wagtail_helpdesk.mail.own_texts import choose
from wagtail_helpdesk.testing import factories

VALUES = {
    "reference": "HD-7",
    "subject": "Invoice",
    "team": "Acme",
    "name": "Ana",
    "agent": "Bruno",
    "link": "https://desk.example/t/abc/",
}


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Hello {name}, {reference}", {}, "Hello Ana, HD-7"),
        ("Hello {name},", {"name": ""}, "Hello,"),
        ("{name}{name}", {}, "AnaAna"),
        ("{unknown} {Name} { name } {}", {}, "{unknown} {Name} { name } {}"),
        # A value that looks like a placeholder stays what it is.
        ("{subject}", {"subject": "{link} {name}"}, "{link} {name}"),
        ("{subject}", {"subject": "a\r\nBcc: x@evil.example"}, "a Bcc: x@evil.example"),
        ("{name}!", {"name": "x" * 999}, "x" * 200 + "!"),
        ("{{ ticket.notes }} {% now %} %(name)s $name", {}, "{{ ticket.notes }} {% now %} %(name)s $name"),
    ],
)
def test_only_declared_placeholders_are_replaced(text, values, expected):
    assert fill(OwnText("", text), {**VALUES, **values}).before == expected


def test_foreign_values_are_no_markup_and_no_links():
    values = {**VALUES, "name": '<b>http://evil.com "x"</b>', "subject": "www.evil.com & co"}
    filled = fill(OwnText("", "Hi {name}\n\n{subject}\n{link} or www.wagtail.org"), values)
    assert "<b>" not in filled.before_html
    assert 'href="http://evil' not in filled.before_html and 'href="http://www.evil' not in filled.before_html
    assert "&lt;b&gt;http://evil.com" in filled.before_html
    assert 'href="https://desk.example/t/abc/"' in filled.before_html
    assert 'href="http://www.wagtail.org"' in filled.before_html


def test_is_cut_where_the_message_comes_in():
    filled = fill(OwnText("", "Hello {name},\n\n{message}\n\nYours {agent}"), VALUES)
    assert (filled.before, filled.after) == ("Hello Ana,\n\n", "\n\nYours Bruno")
    assert (filled.before_html, filled.after_html) == ("<p>Hello Ana,</p>", "<p>Yours Bruno</p>")


@given(st.text(), st.dictionaries(st.sampled_from(sorted(VALUES)), st.text()))
def test_any_text_and_any_value(text, values):
    filled = fill(OwnText(text, text), {**VALUES, **values})
    assert "<script" not in filled.before_html
    subject = fill_subject(text, {**VALUES, **values})
    assert not [character for character in subject if ord(character) < 32 or character in "\u2028\u2029"]


def test_subject_has_no_link_and_no_line_break():
    assert fill_subject("{reference}\r\nX: {link} {subject}", VALUES) == "HD-7 X: {link} Invoice"


@pytest.mark.parametrize(
    ("kind", "text", "unknown"),
    [
        (MailKind.ACKNOWLEDGEMENT, "{reference} {link} {name} {subject} {team}", []),
        (MailKind.ACKNOWLEDGEMENT, "{agent} {message} {agent} {notes}", ["agent", "message", "notes"]),
        (MailKind.REPLY, "{agent} {message} {ticket}", ["ticket"]),
        (MailKind.REPLY, "{Notes} {} { x }", []),
    ],
)
def test_unknown_placeholders(kind, text, unknown):
    assert unknown_placeholders(kind, text) == unknown


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("{message}", True),
        ("Hi\n  {message} \nBye", True),
        ("Hi {message}", False),
        ("{message}\n{message}", False),
        ("Hi", False),
    ],
)
def test_message_stands_alone(text, alone):
    assert stands_alone(text) is alone


@pytest.mark.django_db
class TestMails:
    def write(self, desk, kind: str, text: str, *, language: str = "en", mailbox: bool = False, subject: str = ""):
        own = desk.mailbox if mailbox else None
        return MailTemplate.objects.create(kind=kind, text=text, language=language, mailbox=own, subject=subject)

    def test_nearest_text_wins(self, desk):
        every, german = (self.write(desk, "ack", text, language=code) for text, code in (("1", "en"), ("2", "de")))
        own = self.write(desk, "ack", "3", mailbox=True)
        austrian = self.write(desk, "ack", "4", language="de-at")
        rows = [every, german, own, austrian]
        for language, expected in {"en": "3", "en-gb": "3", "de": "2", "de-at": "4", "DE-AT": "4", "es": None}.items():
            chosen = choose(rows, language)
            assert (chosen.text if chosen else None) == expected, language

    def test_acknowledgement(self, desk):
        text = "Hello {name}, thank you. {reference}: {link}"
        self.write(desk, "ack", text, subject="{team} has “{subject}” ({reference})")
        ticket = factories.make_ticket(
            team=desk.team, mailbox=desk.mailbox, address="ana@example.org", name="Ana http://evil.com"
        )
        mail = OutboundMail.objects.get(kind="ack")
        assert mail.subject == f"Acme Support has “Invoice shows the wrong tax id” ({ticket.reference})"
        assert f"thank you. {ticket.reference}: http" in mail.text
        assert "A person will answer you" not in mail.text + mail.html
        assert 'href="http://evil' not in mail.html
        assert "Hello Ana http://evil.com, thank you." in mail.html

    def test_header_injection_is_impossible(self, desk):
        self.write(desk, "ack", "x", subject="{subject}\r\nBcc: all@desk.example")
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject="Hi\r\nBcc: evil@example.org")
        mail = OutboundMail.objects.get(kind="ack")
        assert "\r" not in mail.subject and "\n" not in mail.subject

    def test_frame_of_a_reply(self, desk, ticket):
        self.write(desk, "reply", "Dear {name},\n\n{message}\n\n{agent} of {team}")
        factories.add_reply(ticket, desk.agent, "<p>It is <b>mended</b>.</p>")
        mail = OutboundMail.objects.get(kind="reply")
        words = " ".join(mail.text.split())
        assert words.startswith("Dear Ana Souza, It is mended. Bruno of Acme Support")
        assert "Follow" in mail.text
        assert mail.html.index("Dear Ana Souza") < mail.html.index("<b>mended</b>") < mail.html.index("Bruno of Acme")
        assert mail.subject.startswith("Re: ")

    def test_reply_whose_frame_has_the_link_gets_no_second_one(self, desk, ticket):
        self.write(desk, "reply", "{message}\n\nOnline: {link}")
        factories.add_reply(ticket, desk.agent)
        mail = OutboundMail.objects.get(kind="reply")
        assert "Online: http" in mail.text
        assert "Follow" not in mail.text + mail.html

    def test_language_that_only_an_own_text_speaks(self, desk):
        self.write(desk, "ack", "Danke, {name}.", language="de")
        contact = factories.make_contact("jo@example.org", name="Jo", language="de")
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address=contact.emails.first().address)
        mail = OutboundMail.objects.get(kind="ack")
        assert mail.language == "de"
        assert ["Content-Language", "de"] in mail.headers
        assert "Danke, Jo." in mail.text

    def test_no_note_gets_out(self, desk, ticket):
        self.write(desk, "reply", "{{ ticket.notes }} {notes} {{ message }}\n{message}")
        factories.add_note(ticket, desk.agent, "<p>top secret</p>")
        factories.add_reply(ticket, desk.agent)
        mail = OutboundMail.objects.get(kind="reply")
        assert "top secret" not in mail.text + mail.html + mail.subject
