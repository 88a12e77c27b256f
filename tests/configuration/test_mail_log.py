"""The logs of mail, as everybody: nothing of a ticket that one may not see."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from wagtail_helpdesk.mail.arriving.raw_store import store_raw
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome, OutboundState
from wagtail_helpdesk.mail.models import InboundMail, MailTransport, OutboundMail
from wagtail_helpdesk.testing import factories

NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
LOGS = ("helpdesk_mail_log", "helpdesk_outgoing_mail")
RIGHTS = ("view_inboundmail", "change_inboundmail", "view_outboundmail")


def arrived(ticket: Any = None, subject: str = "About the invoice", **fields: Any) -> InboundMail:
    """Return an arrived mail whose source is stored."""
    raw = f"From: ana@example.org\r\nMessage-ID: <{subject}@x>\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()
    digest = hashlib.sha256(raw).hexdigest()
    values = {
        "raw_sha256": digest,
        "raw_ref": store_raw(raw, digest),
        "size": len(raw),
        "dedupe_key": digest,
        "message_id_header": f"<{subject}@x>",
        "from_header": "Ana <ana@example.org>",
        "subject": subject,
        "origin": "import",
        "state": InboundState.DONE,
        "outcome": MailOutcome.OPENED if ticket else MailOutcome.NO_MAILBOX,
        "mailbox": ticket.mailbox if ticket else None,
        "ticket": ticket,
        "trace": ["T10: open"],
        "classification": ["human"],
    }
    return InboundMail.objects.create(**{**values, **fields})


def left(ticket: Any, agent: Any, state: str = OutboundState.SENT) -> OutboundMail:
    """Return a mail of ours."""
    factories.add_reply(ticket, agent)
    mail = OutboundMail.objects.filter(ticket=ticket, kind="reply").latest("pk")
    OutboundMail.objects.filter(pk=mail.pk).update(state=state)
    mail.refresh_from_db()
    return mail


@pytest.fixture
def auditor(desk):
    """An agent of the other team who may read the logs, but not see all tickets."""
    desk.other_agent.user_permissions.add(*Permission.objects.filter(codename__in=RIGHTS))
    return desk.other_agent


def addresses(mail: InboundMail, ours: OutboundMail) -> dict[str, str]:
    return {
        "mail": reverse("helpdesk_mail_log:mail", args=[mail.pk]),
        "source": reverse("helpdesk_mail_log:source", args=[mail.pk]),
        "outgoing": reverse("helpdesk_outgoing_mail:mail", args=[ours.pk]),
    }


@pytest.mark.parametrize(
    ("persona", "status"),
    [("administrator", 200), ("superuser", 200), ("manager", 302), ("agent", 302), ("editor", 302), ("stranger", 302)],
)
def test_who_gets_in(persona, status, desk, ticket, login):
    mail, ours = arrived(ticket), left(ticket, desk.agent)
    client = login(getattr(desk, persona, None))
    for log in LOGS:
        for name in ("index", "results"):
            assert client.get(reverse(f"{log}:{name}")).status_code == status
    for address in addresses(mail, ours).values():
        assert client.get(address).status_code == status
    again = client.post(reverse("helpdesk_mail_log:read_again", args=[mail.pk]))
    assert again.status_code == 302


def test_nothing_of_a_ticket_one_may_not_see(desk, ticket, auditor, login):
    own = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, subject="Own case")
    foreign_mail, own_mail, stray = arrived(ticket, "Foreign"), arrived(own, "Own mail"), arrived(None, "Stray mail")
    foreign_ours, own_ours = left(ticket, desk.agent), left(own, desk.other_agent)
    client = login(auditor)
    page = client.get(reverse("helpdesk_mail_log:index")).content.decode()
    assert "Own mail" in page and "Stray mail" in page and "Foreign" not in page
    page = client.get(reverse("helpdesk_outgoing_mail:index")).content.decode()
    assert "Own case" in page and ticket.subject not in page
    for address in addresses(foreign_mail, foreign_ours).values():
        assert client.get(address).status_code == 404
    for address in addresses(own_mail, own_ours).values():
        assert client.get(address).status_code == 200
    assert client.get(reverse("helpdesk_mail_log:mail", args=[stray.pk])).status_code == 200
    assert client.post(reverse("helpdesk_mail_log:read_again", args=[foreign_mail.pk])).status_code == 404
    assert client.post(addresses(foreign_mail, foreign_ours)["outgoing"], {"decision": "retry"}).status_code == 404


def test_search_hits_nothing_one_may_not_see(desk, ticket, auditor, login):
    arrived(ticket, "Foreign")
    found = login(auditor).get(reverse("helpdesk_mail_log:results"), {"q": "Foreign"})
    assert found.context["object_list"].count() == 0


class TestArrived:
    @pytest.fixture
    def client(self, desk, login):
        return login(desk.administrator)

    @pytest.mark.parametrize(
        ("query", "subjects"),
        [
            ({}, {"First", "Second", "Third"}),
            ({"q": "<second@"}, {"Second"}),
            ({"q": "ana@example"}, {"First", "Second", "Third"}),
            ({"q": "hir"}, {"Third"}),
            ({"outcome": "failed"}, {"Third"}),
            ({"outcome": ["opened", "no_mailbox"]}, {"First", "Second"}),
            ({"state": "failed"}, {"Third"}),
        ],
    )
    def test_filters_and_search(self, query, subjects, client, ticket):
        arrived(ticket, "First")
        arrived(None, "Second")
        arrived(None, "Third", outcome=MailOutcome.FAILED, state=InboundState.FAILED)
        rows = client.get(reverse("helpdesk_mail_log:index"), query).context["object_list"]
        assert {row.subject for row in rows} == subjects

    def test_filter_by_mailbox(self, client, ticket):
        arrived(ticket, "First")
        arrived(None, "Second")
        rows = client.get(reverse("helpdesk_mail_log:index"), {"mailbox": ticket.mailbox_id}).context["object_list"]
        assert [row.subject for row in rows] == ["First"]

    def test_list_costs_the_same_for_any_length(self, client, ticket, known_health, django_assert_max_num_queries):
        for number in range(30):
            arrived(ticket, f"Mail {number}")
        with django_assert_max_num_queries(14):
            assert len(client.get(reverse("helpdesk_mail_log:index")).context["object_list"]) == 30

    def test_page_says_what_was_decided_and_why(self, client, ticket, known_health, django_assert_max_num_queries):
        mail = arrived(ticket, reason="")
        mail.deliveries.create(mailbox=ticket.mailbox, origin="import")
        with django_assert_max_num_queries(14):
            page = client.get(reverse("helpdesk_mail_log:mail", args=[mail.pk])).content.decode()
        decided = "T10: It belongs to no ticket that we know."
        for words in ("Opened a ticket", decided, "s mail", ticket.reference, "&lt;About the invoice@x&gt;"):
            assert words in page

    def test_source_is_given_byte_for_byte_and_never_shown(self, client, ticket):
        response = client.get(reverse("helpdesk_mail_log:source", args=[arrived(ticket).pk]))
        assert response.content.startswith(b"From: ana@example.org\r\nMessage-ID:")
        assert response["Content-Disposition"].startswith("attachment;")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_source_that_is_gone_is_told(self, client, ticket):
        mail = arrived(ticket)
        InboundMail.objects.filter(pk=mail.pk).update(raw_ref="")
        assert client.get(reverse("helpdesk_mail_log:source", args=[mail.pk])).status_code == 302
        page = client.get(reverse("helpdesk_mail_log:mail", args=[mail.pk])).content.decode()
        assert "is gone" in page and "Download source" not in page

    def test_hostile_words_are_only_words(self, client):
        arrived(None, "<script>alert(1)</script>", from_header='"><img src=x onerror=alert(1)>')
        for address in (reverse("helpdesk_mail_log:index"), addresses_of_first()):
            page = client.get(address).content.decode()
            assert "<script>alert" not in page and "<img src=x" not in page


def addresses_of_first() -> str:
    return reverse("helpdesk_mail_log:mail", args=[InboundMail.objects.first().pk])


class TestReadAgain:
    @pytest.fixture
    def client(self, desk, login):
        return login(desk.administrator)

    def test_failed_mail_is_read(self, client, desk):
        mail = arrived(
            None, "Again", mailbox=desk.mailbox, state=InboundState.FAILED, outcome=MailOutcome.FAILED, attempts=9
        )
        assert "Read again" in client.get(reverse("helpdesk_mail_log:mail", args=[mail.pk])).content.decode()
        client.post(reverse("helpdesk_mail_log:read_again", args=[mail.pk]))
        mail.refresh_from_db()
        assert (mail.state, mail.outcome, mail.ticket.subject) == ("done", "opened", "Again")

    def test_mail_that_did_not_fail_is_left_alone(self, client, ticket):
        mail = arrived(ticket)
        page = client.get(reverse("helpdesk_mail_log:mail", args=[mail.pk])).content.decode()
        assert "Read again" not in page
        client.post(reverse("helpdesk_mail_log:read_again", args=[mail.pk]))
        assert InboundMail.objects.get(pk=mail.pk).outcome == MailOutcome.OPENED

    def test_reading_needs_a_post(self, client):
        mail = arrived(None, state=InboundState.FAILED, outcome=MailOutcome.FAILED)
        assert client.get(reverse("helpdesk_mail_log:read_again", args=[mail.pk])).status_code == 405


class TestOutgoing:
    @pytest.mark.parametrize(
        ("state", "decision", "after"),
        [
            (OutboundState.FAILED, "retry", OutboundState.QUEUED),
            (OutboundState.UNCERTAIN, "retry", OutboundState.QUEUED),
            (OutboundState.UNCERTAIN, "confirm", OutboundState.SENT),
            (OutboundState.QUEUED, "cancel", OutboundState.CANCELLED),
            (OutboundState.QUEUED, "retry", OutboundState.QUEUED),
            (OutboundState.FAILED, "settle", OutboundState.FAILED),
            (OutboundState.SENT, "retry", OutboundState.SENT),
            (OutboundState.SENT, "cancel", OutboundState.SENT),
        ],
    )
    def test_decisions(self, state, decision, after, desk, ticket, login):
        mail = left(ticket, desk.agent, state)
        client = login(desk.administrator)
        address = reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])
        assert (f'value="{decision}"' in client.get(address).content.decode()) == (state != OutboundState.SENT)
        assert client.post(address, {"decision": decision}).status_code == 302
        mail.refresh_from_db()
        assert mail.state == after

    def test_mail_that_is_nobodys_to_decide_on(self, desk, ticket, login):
        """The desk's own, which belong to no ticket, and those to agents."""
        mail = left(ticket, desk.agent, OutboundState.FAILED)
        client, address = login(desk.superuser), reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])
        for fields in ({"audience": "agent"}, {"audience": "system", "ticket": None, "message": None}):
            OutboundMail.objects.filter(pk=mail.pk).update(**fields)
            assert "decision" not in client.get(address).content.decode()
            assert client.post(address, {"decision": "retry"}).status_code == 302
            assert OutboundMail.objects.get(pk=mail.pk).state == OutboundState.FAILED
        assert mail.subject in client.get(reverse("helpdesk_outgoing_mail:index")).content.decode()

    def test_page_says_what_became_of_each_recipient(self, desk, ticket, login, django_assert_max_num_queries):
        mail = left(ticket, desk.agent, OutboundState.SENT)
        mail.recipients.update(state="bounced", smtp_code=550, status_code="5.1.1", diagnostic="5.1.1 <b>gone</b>")
        report = arrived(ticket, "Undelivered")
        mail.delivery_events.create(
            kind="bounced", witness="dsn", event_key="1" * 64, status_code="5.1.1", inbound=report
        )
        client, address = login(desk.administrator), reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])
        client.get(address)
        with django_assert_max_num_queries(16):
            page = client.get(address).content.decode()
        for words in ("ana@example.org", "550 5.1.1", "5.1.1 &lt;b&gt;gone&lt;/b&gt;", "Came back"):
            assert words in page
        assert reverse("helpdesk_mail_log:mail", args=[report.pk]) in page

    def test_page_says_why_nothing_leaves(self, desk, ticket, login):
        mail = left(ticket, desk.agent, OutboundState.QUEUED)
        MailTransport.objects.create(mailbox=desk.mailbox, paused_at=NOW, pause_reason="tls: SSLCertVerificationError")
        page = login(desk.administrator).get(reverse("helpdesk_outgoing_mail:mail", args=[mail.pk]))
        assert "cannot be encrypted safely" in page.content.decode()

    @pytest.mark.parametrize(
        ("attention", "found"),
        [
            ("failed", {"failed", "partial"}),
            ("uncertain", {"uncertain"}),
            ("late", {"late"}),
            ("came_back", {"bounced"}),
            (["failed", "late"], {"failed", "partial", "late"}),
        ],
    )
    def test_what_needs_attention(self, attention, found, desk, ticket, login):
        """Not what is well, and not what somebody is done with."""
        OutboundMail.objects.all().delete()
        for name, fields in {
            "failed": {"state": "failed"},
            "settled": {"state": "failed", "settled_at": NOW},
            "partial": {"state": "partial"},
            "uncertain": {"state": "uncertain"},
            "late": {"state": "queued", "created_at": NOW},
            "bounced": {"state": "sent"},
            "fine": {"state": "sent"},
            "fresh": {"state": "queued"},
        }.items():
            mail = left(ticket, desk.agent)
            OutboundMail.objects.filter(pk=mail.pk).update(subject=name, **fields)
            if name == "bounced":
                mail.recipients.update(state="bounced")
        client = login(desk.administrator)
        rows = client.get(reverse("helpdesk_outgoing_mail:index"), {"attention": attention}).context["object_list"]
        assert {row.subject for row in rows} == found

    def test_unknown_decisions_do_not_exist(self, desk, ticket, login):
        mail = left(ticket, desk.agent, OutboundState.FAILED)
        address = reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])
        assert login(desk.administrator).post(address, {"decision": "fly"}).status_code == 404

    def test_who_only_sees_the_ticket_cannot_decide(self, desk, ticket, login):
        desk.light.user_permissions.add(Permission.objects.get(codename="view_outboundmail"))
        mail = left(ticket, desk.agent, OutboundState.FAILED)
        client, address = login(desk.light), reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])
        assert "decision" not in client.get(address).content.decode()
        assert client.post(address, {"decision": "retry"}).status_code == 302
        assert OutboundMail.objects.get(pk=mail.pk).state == OutboundState.FAILED

    def test_list_costs_the_same_for_any_length(self, desk, ticket, login, known_health, django_assert_max_num_queries):
        for _number in range(10):
            left(ticket, desk.agent)
        client = login(desk.administrator)
        with django_assert_max_num_queries(14):
            page = client.get(reverse("helpdesk_outgoing_mail:index"))
        assert len(page.context["object_list"]) >= 10
        assert "ana@example.org" in page.content.decode()

    def test_search_finds_a_recipient_once(self, desk, ticket, login):
        mail = left(ticket, desk.agent)
        mail.recipients.create(kind="cc", address="ana@example.org.br", address_hash="0" * 64)
        rows = (
            login(desk.administrator).get(reverse("helpdesk_outgoing_mail:index"), {"q": "ana@"}).context["object_list"]
        )
        assert [row.pk for row in rows].count(mail.pk) == 1
