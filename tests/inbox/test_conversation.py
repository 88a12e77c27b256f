"""The page of a ticket: what it shows, to whom, and at what cost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.thread import conversation_of
from wagtail_helpdesk.inbox.windows import FOLD_ABOVE, SHOWN_AT_END
from wagtail_helpdesk.mail.arriving.decisions import Decision
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import LinkKind

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REFUSED = {
    "state": "refused_perm",
    "smtp_code": 550,
    "status_code": "5.1.1",
    "diagnostic": "5.1.1 no such user",
}


def url(ticket, name="ticket", *args):
    return reverse(f"helpdesk_tickets:{name}", args=[ticket.pk, *args])


@pytest.fixture
def page(login, ticket):
    """Return a function that gets the ticket's page as a user."""
    return lambda user, **query: login(user).get(url(ticket), query)


class TestWhoSeesIt:
    def test_insiders(self, desk, ticket, page):
        assert {page(getattr(desk, name)).status_code for name in desk.INSIDERS} == {200}

    def test_outsiders_find_nothing(self, desk, ticket, page):
        assert {page(getattr(desk, name)).status_code for name in desk.OUTSIDERS} == {404}

    def test_stranger_signs_in(self, page):
        assert page(None)["Location"].startswith("/admin/login/")

    def test_shared_with_another_team_to_see_and_note(self, desk, ticket, page):
        ShareTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.agent))()
        response = page(desk.other_agent)
        assert [mode for mode, _label in response.context["composer"].fields["mode"].choices] == ["reply", "note"]
        assert 'id="composer-send"' not in response.content.decode(), "a reply only for approval"
        assert 'id="properties"' not in response.content.decode()

    def test_light_agent_sees_and_notes_and_sends_nothing_unapproved(self, desk, ticket, page):
        content = page(desk.light).content.decode()
        assert 'value="note"' in content
        assert 'value="forward"' not in content.partition('id="composer"')[2]
        assert 'id="composer-send"' not in content and 'name="approval"' in content
        assert 'id="properties"' not in content
        assert reverse("helpdesk_promote:ticket", args=[ticket.pk]) not in content

    def test_agent_may_promote(self, desk, ticket, page):
        message = ticket.messages.get()
        content = page(desk.agent).content.decode()
        address = reverse("helpdesk_promote:ticket", args=[ticket.pk])
        assert f'href="{address}"' in content
        assert f'href="{address}?message={message.pk}"' in content

    def test_number_of_a_merged_ticket_leads_to_its_survivor(self, desk, ticket, login):
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.agent))()
        assert login(desk.agent).get(url(ticket))["Location"] == f"{url(other)}?merged={ticket.pk}"
        assert login(desk.other_agent).get(url(ticket)).status_code == 404


class TestWhatItShows:
    def test_foreign_html_is_framed_never_printed(self, desk, ticket, page):
        message = factories.add_customer_message(ticket, html="<p id=x>Framed <b>words</b></p>")
        content = page(desk.agent).content.decode()
        assert "Framed" not in content
        assert f'src="{reverse("helpdesk_conversations:body", args=[message.pk])}"' in content
        assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in content

    def test_text_is_escaped_with_links(self, desk, ticket, page):
        factories.add_customer_message(ticket, "<script>alert(1)</script> see https://example.org/a")
        content = page(desk.agent).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
        assert 'href="https://example.org/a"' in content

    def test_names_and_subjects_are_escaped(self, desk, login):
        evil = '"><img src=x onerror=alert(1)>'
        ticket = factories.make_ticket(evil, team=desk.team, mailbox=desk.mailbox, name=evil, subject=evil)
        client = login(desk.agent)
        for address in (url(ticket), reverse("helpdesk_inbox:view", args=["all"])):
            assert "<img src=x" not in client.get(address).content.decode()

    def test_kinds(self, desk, ticket):
        factories.add_reply(ticket, desk.agent)
        factories.add_note(ticket, desk.light)
        factories.add_reply(ticket, desk.agent, delay=60)
        conversation = conversation_of(ticket, desk.agent)
        kinds = [item.kind for item in conversation.messages]
        assert kinds == ["customer", "reply", "note", "scheduled"]
        assert conversation.last_seen == ticket.messages.order_by("-pk").first().pk

    def test_quoted_text_is_folded(self, desk, ticket, page):
        text = "Still wrong.\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@desk.example> wrote:\n> old words\n"
        message = factories.add_customer_message(ticket, text, may_quote=True)
        assert message.reply_text.strip() == "Still wrong."
        content = page(desk.agent).content.decode()
        assert f"{reverse('helpdesk_conversations:body', args=[message.pk])}?whole=1" in content
        assert "old words" not in content

    def test_flags_files_and_images(self, desk, ticket, page):
        factories.add_customer_message(ticket, flags=("outside_sender",), files=(NewFile("bill “1”.pdf", b"%PDF-1.4"),))
        content = page(desk.agent).content.decode()
        assert "Outside sender, not verified" in content
        assert "bill “1”.pdf" in content

    def test_long_conversation_is_folded(self, desk, ticket):
        for n in range(FOLD_ABOVE):
            factories.add_customer_message(ticket, f"m {n}")
        conversation = conversation_of(ticket, desk.agent)
        assert [gap.count for gap in conversation.gaps] == [FOLD_ABOVE + 1 - 1 - SHOWN_AT_END]
        assert len(conversation.messages) == 1 + SHOWN_AT_END

    def test_timeline_in_words_names_no_ticket_of_others(self, desk, ticket, page):
        theirs = factories.make_ticket("x", team=desk.other_team, mailbox=desk.mailbox)
        ours = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        AssignTicket(ticket=ticket, assignee=desk.colleague, actor=Actor.of_user(desk.agent))()
        for other in (theirs, ours):
            link_tickets(source=ticket, target=other, kind=LinkKind.POSSIBLY, actor=Actor.system())
        content = page(desk.agent).content.decode()
        assert "Bruno assigned the ticket to Clara" in content
        assert ours.reference in content
        assert theirs.reference not in content.replace(ours.reference, "")

    def test_other_tickets_of_the_requester_that_one_may_see(self, desk, ticket, page):
        common = {"mailbox": desk.mailbox, "address": "ana@example.org"}
        ours = factories.make_ticket("x", team=desk.team, subject="ours too", **common)
        factories.make_ticket("x", team=desk.other_team, subject="theirs", **common)
        assert [other.pk for other in page(desk.agent).context["other_tickets"]] == [ours.pk]

    def test_only_web_addresses_become_links(self, desk, login):
        fields = {"source_url": "javascript:alert(1)", "source_title": "Page"}
        ticket = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox, ticket_fields=fields)
        content = login(desk.agent).get(url(ticket)).content.decode()
        assert "Page" in content
        assert "javascript:" not in content

    def test_way_through_the_view(self, desk, ticket, page):
        second = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        context = page(desk.agent, view="all").context
        assert (context["previous_url"], context["next_url"]) == ("", f"{url(second)}?view=all")


class TestMails:
    @pytest.fixture
    def mail(self, desk, ticket):
        reply = factories.add_reply(ticket, desk.agent)
        return OutboundMail.objects.get(message=reply)

    def set_state(self, mail, state):
        OutboundMail.objects.filter(pk=mail.pk).update(state=state)

    @pytest.mark.parametrize(
        ("fields", "recipient", "words", "decisions"),
        [
            ({"state": "sent"}, {}, "Sent", ""),
            ({"state": "queued"}, {}, "On its way", ""),
            ({"state": "queued", "warned_at": NOW}, {}, "still waits", "retry cancel"),
            ({"state": "retry"}, {"state": "refused_temp"}, "Will be tried again", ""),
            ({"state": "retry", "warned_at": NOW}, {"state": "refused_temp"}, "still waits", "retry cancel"),
            ({"state": "uncertain"}, {}, "Nobody knows yet whether", "retry confirm settle"),
            ({"state": "uncertain", "warned_at": NOW}, {}, "may not have been sent", "retry confirm settle"),
            ({"state": "failed"}, REFUSED, "ana@example.org: 5.1.1 no such user", "retry confirm settle"),
            ({"state": "failed", "settled_at": NOW}, REFUSED, "Not sent", ""),
            ({"state": "sent"}, {"state": "bounced"}, "came back from ana@example.org", "retry confirm settle"),
            ({"state": "sent", "settled_at": NOW}, {"state": "bounced"}, "Came back", ""),
            ({"state": "sent"}, {"state": "complained"}, "reported as spam", "settle"),
            ({"state": "sent"}, {"state": "delayed"}, "Delayed", ""),
            ({"state": "sent"}, {"state": "delivered"}, "Delivered", ""),
        ],
    )
    def test_state_and_what_can_be_done(self, desk, ticket, mail, page, fields, recipient, words, decisions):
        OutboundMail.objects.filter(pk=mail.pk).update(**fields)
        if recipient:
            mail.recipients.update(**recipient)
        content = page(desk.agent).content.decode()
        assert words in content
        offered = {decision for decision in Decision if url(ticket, "decide", mail.pk, decision) in content}
        assert offered == set(decisions.split())
        assert url(ticket, "decide", mail.pk, "retry") not in page(desk.light).content.decode()

    def test_why_a_mail_waits(self, desk, ticket, mail, page):
        OutboundMail.objects.filter(pk=mail.pk).update(warned_at=NOW)
        MailTransport.objects.create(
            mailbox=desk.mailbox, paused_at=NOW, pause_reason="auth: SMTPAuthenticationError 535"
        )
        assert "The mail server does not let the mailbox in." in page(desk.agent).content.decode()

    def test_mails_of_one_reply_name_their_recipients(self, desk, ticket, mail, page):
        other = OutboundMail.objects.get(pk=mail.pk)
        other.pk, other.public_id, other.purpose_key, other.message_id_header = None, "x" * 12, "x" * 64, "x@y"
        other.save()
        other.recipients.create(kind="to", address="ben@example.com", address_hash="0" * 64)
        assert "ben@example.com: On its way" in page(desk.agent).content.decode()

    def test_ticket_says_that_a_mail_did_not_get_through(self, desk, ticket, mail, page):
        words = "A mail of this ticket did not get through"
        assert words not in page(desk.agent).content.decode()
        self.set_state(mail, OutboundState.FAILED)
        refresh_delivery_flag(ticket.pk)
        assert words in page(desk.agent).content.decode()

    @pytest.mark.parametrize(
        ("decision", "state"),
        [("retry", "queued"), ("confirm", "sent"), ("settle", "uncertain"), ("cancel", "uncertain")],
    )
    def test_decide(self, desk, ticket, mail, login, decision, state):
        self.set_state(mail, OutboundState.UNCERTAIN)
        refresh_delivery_flag(ticket.pk)
        assert login(desk.light).post(url(ticket, "decide", mail.pk, decision)).status_code == 302
        mail.refresh_from_db()
        assert mail.state == OutboundState.UNCERTAIN
        assert login(desk.other_agent).post(url(ticket, "decide", mail.pk, decision)).status_code == 404
        login(desk.agent).post(url(ticket, "decide", mail.pk, decision))
        mail.refresh_from_db()
        ticket.refresh_from_db()
        assert mail.state == state
        assert ticket.delivery_failed is (decision == "cancel")

    def test_no_such_decision(self, desk, ticket, mail, login):
        assert login(desk.agent).post(url(ticket, "decide", mail.pk, "fly")).status_code == 404

    def test_mail_of_another_ticket(self, desk, mail, login):
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        assert login(desk.agent).post(url(other, "decide", mail.pk, "retry")).status_code == 404


def test_queries_are_constant(desk, ticket, login):
    client = login(desk.agent)

    def count(number):
        for n in range(number):
            files = (NewFile(f"{n}.txt", b"x"),)
            factories.add_customer_message(ticket, html=f"<p>{n}</p>", files=files)
            factories.add_reply(ticket, [desk.agent, desk.colleague][n % 2], files=files)
            factories.add_note(ticket, desk.light)
            ChangeStatus(
                ticket=ticket,
                status=default_status([Category.PENDING, Category.OPEN][n % 2]),
                actor=Actor.of_user(desk.agent),
            )()
            other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
            link_tickets(source=ticket, target=other, kind=LinkKind.POSSIBLY, actor=Actor.system())
        client.get(url(ticket))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(ticket), {"view": "all"}).status_code == 200
        return len(captured)

    few = count(2)
    assert count(8) == few
    assert few <= 59


def test_answer_with_another_subject_says_so(desk, login):
    """Once, where the subject changes: not for what programs and gateways write before it."""
    first = take_in(make_mail("Hello", subject="Invoice 12"), desk.mailbox)
    page_url = reverse("helpdesk_tickets:ticket", args=[first.ticket_id])
    for subject in ("AW: Invoice 12", "Re: [EXTERNAL] invoice 12", "Delivery of chairs", "Re: Delivery of chairs"):
        take_in(make_mail(subject, subject=subject, in_reply_to=f"<{first.message_id_header}>"), desk.mailbox)
    page = login(desk.agent).get(page_url).content.decode()
    assert page.count("New subject") == 1
    assert '<strong dir="auto">Delivery of chairs</strong>' in page
