"""Agents who answer and pass on mails; whoever only says to be one changes nothing."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.core import mail as django_mail
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk import events
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.identity import make_message_id, make_reply_address
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions, OutboundMail, OutboundRecipient
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.participants import agent_token_for
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess
from wagtail_helpdesk.worker import Worker

PASS = "mx.desk.example; dmarc=pass header.from=example.com"
FAIL = "mx.desk.example; dmarc=fail header.from=example.com"
ANSWER = """We have corrected it.

--{space}
Bruno, Billing

On Mon, 2 Mar 2026 at 10:00, Acme Support <support@desk.example> wrote:
> ##- Write your answer above this line -##
> Clara's secret note about the customer
"""


@pytest.fixture(autouse=True)
def options(desk: Desk) -> MailboxOptions:
    return MailboxOptions.objects.create(mailbox=desk.mailbox, trusted_authserv_ids=["mx.desk.example"])


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """Return a ticket whose acknowledgement has left."""
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    OutboundMail.objects.update(state="sent")
    return ticket


def answer(desk: Desk, ticket: Ticket, visibility: str = "public", **changes: str) -> EmailMessage:
    """Return what the agent bruno@example.com writes back to a notice."""
    token = agent_token_for(ticket, desk.agent, visibility).signed
    fields = {
        "sender": "Bruno <bruno@example.com>",
        "to": make_reply_address(desk.mailbox, token),
        "Authentication_Results": PASS,
        **changes,
    }
    return make_mail(fields.pop("text", ANSWER.format(space=" ")), **fields)


def outside_mails() -> list[str]:
    """Return the addresses that the worker sends to from now on, within a minute."""
    django_mail.outbox.clear()
    Worker(STEPS).run_once()
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        Worker(STEPS).run_once()
    return [address for sent in django_mail.outbox for address in sent.recipients()]


def test_an_agent_answers_the_customer(desk: Desk, ticket: Ticket) -> None:
    mail = take_in(answer(desk, ticket), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T1", ticket.pk)
    message = mail.message
    assert (message.direction, message.visibility, message.author_user) == ("outbound", "public", desk.agent)
    assert (message.text.strip(), message.channel) == ("We have corrected it.", "email")
    assert outside_mails() == ["Ana Souza <ana@example.org>"]
    assert take_in(answer(desk, ticket).as_bytes(), desk.mailbox).message_id != message.pk
    assert not ticket.participants.filter(address="bruno@example.com").exists()


def test_the_same_answer_twice_is_one_reply(desk: Desk, ticket: Ticket) -> None:
    raw = answer(desk, ticket).as_bytes()
    take_in(raw, desk.mailbox)
    take_in(raw, desk.mailbox)
    assert ticket.messages.filter(direction="outbound").count() == 1


def test_an_answer_to_a_note_is_a_note(desk: Desk, ticket: Ticket) -> None:
    mail = take_in(answer(desk, ticket, "internal"), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("appended", "T1")
    assert (mail.message.direction, mail.message.visibility) == ("internal", "internal")
    assert outside_mails() == []


def test_an_answer_finds_its_ticket_by_our_message_id(desk: Desk, ticket: Ticket) -> None:
    notice = OutboundMail.objects.create(
        public_id="abcdefghijkl",
        audience="agent",
        kind="notice",
        purpose_key="n" * 64,
        ticket=ticket,
        queue_key="q" * 64,
        message_visibility="internal",
        mailbox=desk.mailbox,
        message_id_header=make_message_id("abcdefghijkl", desk.mailbox),
        state="sent",
    )
    OutboundRecipient.objects.create(
        outbound=notice, user=desk.agent, kind="to", address="bruno@example.com", address_hash="a" * 64
    )
    ours = f"<{notice.message_id_header}>"
    mail = take_in(answer(desk, ticket, to="support@desk.example", in_reply_to=ours), desk.mailbox)
    assert (mail.reason, mail.message.visibility) == ("T1", "internal")
    stranger = make_mail("Let me in", sender="eve@evil.example", in_reply_to=ours)
    assert take_in(stranger, desk.mailbox).outcome == "held"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Authentication_Results": FAIL}, "not proven (authentication: fail)"),
        ({"Authentication_Results": "mx.evil.example; dmarc=pass"}, "not proven (authentication: unknown)"),
        ({"sender": "clara@example.com"}, "not the agent's"),
        ({"sender": "Bruno <eve@evil.example>"}, "not the agent's"),
        ({"text": "> ##- Write your answer above this line -##\n> secret"}, "could not be told"),
        ({"text": "No.\n\n> ##- Write above this -##\n> secret\n\nAnd this below."}, "could not be told"),
    ],
)
def test_what_is_not_proven_is_held(
    desk: Desk, ticket: Ticket, changes: dict[str, str], why: str, django_capture_on_commit_callbacks
) -> None:
    heard = []
    receiver = lambda sender, event, **kwargs: heard.append(event)  # noqa: E731
    events.subscribe(events.MailHeld, receiver)
    before = ticket.messages.count(), ticket.participants.count()
    with django_capture_on_commit_callbacks(execute=True):
        mail = take_in(answer(desk, ticket, **changes), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id, mail.message_id) == ("held", "T2", ticket.pk, None)
    assert any(why in step for step in mail.trace)
    assert (ticket.messages.count(), ticket.participants.count()) == before
    assert outside_mails() == []
    assert Ticket.objects.count() == 1
    assert ticket.events.filter(kind="held", data__name="Bruno").exists()
    assert [(event.inbound_id, event.ticket_id) for event in heard] == [(mail.pk, ticket.pk)]


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_rights_count_as_they_are_now(desk: Desk, ticket: Ticket, visibility: str) -> None:
    mail = answer(desk, ticket, visibility)
    desk.team.members.remove(desk.agent)
    assert take_in(mail, desk.mailbox).outcome == "held"
    TicketAccess.objects.create(ticket=ticket, user=desk.agent)
    # To whom it is shared may write notes, and nothing to the customer.
    assert take_in(answer(desk, ticket, visibility), desk.mailbox).outcome == (
        "held" if visibility == "public" else "appended"
    )
    desk.team.members.add(desk.agent)
    desk.agent.is_active = False
    desk.agent.save()
    assert take_in(answer(desk, ticket, visibility), desk.mailbox).outcome == "held"


def test_a_ticket_in_the_trash_holds(desk: Desk, ticket: Ticket) -> None:
    mail = answer(desk, ticket)
    TrashTicket(ticket=ticket, actor=Actor.system())()
    assert take_in(mail, desk.mailbox).outcome == "held"


def test_a_revoked_token_is_none(desk: Desk, ticket: Ticket) -> None:
    mail = answer(desk, ticket)
    ticket.tokens.update(revoked_at=timezone.now())
    assert take_in(mail, desk.mailbox).outcome == "opened"


def test_an_agents_absence_says_nothing_to_anybody(desk: Desk, ticket: Ticket) -> None:
    away = answer(desk, ticket, text="I am away", subject="Out of office", Auto_Submitted="auto-replied")
    mail = take_in(away, desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("auto_reply", "an agent's automatic reply", None)
    assert ticket.messages.count() == 1
    assert outside_mails() == []


@pytest.fixture
def held(desk: Desk, ticket: Ticket) -> InboundMail:
    return take_in(answer(desk, ticket, text="Pay <b>me</b>", Authentication_Results=FAIL), desk.mailbox)


def held_url(mail: InboundMail) -> str:
    return f"/admin/helpdesk/tickets/{mail.ticket_id}/held/{mail.pk}/"


def test_held_mail_is_shown(desk: Desk, held: InboundMail, login) -> None:
    page = login(desk.agent).get(f"/admin/helpdesk/tickets/{held.ticket_id}/").content.decode()
    assert held_url(held) in page
    shown = login(desk.light).get(held_url(held)).content.decode()
    assert "Pay &lt;b&gt;me&lt;/b&gt;" in shown
    assert 'value="note"' in shown and 'value="file"' not in shown
    assert 'value="discard"' in login(desk.agent).get(held_url(held)).content.decode()
    log = login(desk.administrator).get(f"/admin/helpdesk/mail-log/{held.pk}/").content.decode()
    assert held_url(held) in log


@pytest.mark.parametrize("decision", ["note", "file", "discard"])
def test_who_may_decide(desk: Desk, held: InboundMail, login, decision: str) -> None:
    for name in desk.OUTSIDERS:
        response = login(getattr(desk, name)).post(held_url(held), {"decision": decision})
        assert response.status_code == 404
    assert login(None).post(held_url(held), {"decision": decision}).status_code == 302
    light = login(desk.light).post(held_url(held), {"decision": decision})
    assert InboundMail.objects.get(pk=held.pk).outcome == ("noted" if decision == "note" else "held")
    assert light.status_code == 302
    again = login(desk.agent).post(held_url(held), {"decision": decision})
    assert again.status_code == (404 if decision == "note" else 302)


def test_held_mail_as_a_note(desk: Desk, held: InboundMail, login) -> None:
    login(desk.agent).post(held_url(held), {"decision": "note"})
    note = Message.objects.get(direction="internal")
    assert note.author_user == desk.agent
    assert "Pay <b>me</b>" in note.text and "bruno@example.com" in note.text
    held.refresh_from_db()
    assert (held.outcome, held.message_id) == ("noted", note.pk)
    assert note.ticket.events.filter(kind="held", data__what="noted", actor_user=desk.agent).exists()


def test_held_mail_as_a_ticket(desk: Desk, held: InboundMail, login) -> None:
    first = held.ticket
    login(desk.agent).post(held_url(held), {"decision": "file"})
    held.refresh_from_db()
    assert held.outcome == "opened" and held.ticket_id != first.pk
    assert held.ticket.requester.address == "bruno@example.com"
    assert held.message.text == "Pay <b>me</b>"
    assert first.events.filter(kind="held", data__ticket=held.ticket_id).exists()
    assert outside_mails() == []


def test_discarded_mail(desk: Desk, held: InboundMail, login) -> None:
    login(desk.agent).post(held_url(held), {"decision": "discard"})
    held.refresh_from_db()
    assert (held.outcome, Ticket.objects.count(), Message.objects.count()) == ("discarded", 1, 1)
    assert login(desk.agent).get(held_url(held)).status_code == 404


def forwarded(text: str, *, subject: str = "Fwd: Broken lamp", **fields: str) -> EmailMessage:
    known = {"sender": "Bruno <bruno@example.com>", "Authentication_Results": PASS}
    return make_mail(text, subject=subject, **{**known, **fields})


FORMS = {
    "gmail": """Please look.

---------- Forwarded message ---------
From: Jane Doe <jane@customer.example>
Date: Mon, Mar 2, 2026 at 10:00 AM
Subject: Broken lamp
To: Bruno <bruno@example.com>


Hello, my lamp is broken.
""",
    "outlook_de": """Please look.

Von: Jane Doe <jane@customer.example>
Gesendet: Montag, 2. März 2026 10:00
An: Bruno <bruno@example.com>
Betreff: Broken lamp

Hello, my lamp is broken.
""",
    "outlook_fr": """Please look.

De : Jane Doe <jane@customer.example>
Envoyé : lundi 2 mars 2026 10:00
À : Bruno <bruno@example.com>
Objet : Broken lamp

Hello, my lamp is broken.
""",
    "outlook_pt": """Please look.

________________________________
De: Jane Doe <jane@customer.example>
Enviado: segunda-feira, 2 de março de 2026 10:00
Para: Bruno <bruno@example.com>
Assunto: Broken lamp

Hello, my lamp is broken.
""",
    "outlook_es": """Please look.

De: Jane Doe <jane@customer.example>
Enviado el: lunes, 2 de marzo de 2026 10:00
Para: Bruno
Asunto: Broken lamp

Hello, my lamp is broken.
""",
    "apple": """Please look.

> Begin forwarded message:
>
> From: Jane Doe <jane@customer.example>
> Subject: Broken lamp
> Date: 2 March 2026 at 10:00:00 GMT
> To: bruno@example.com
>
> Hello, my lamp is broken.
""",
    "thunderbird_fr": """Please look.

-------- Message transféré --------
Sujet : \tBroken lamp
Date : \tMon, 2 Mar 2026 10:00:00 +0100
De : \tJane Doe <jane@customer.example>
Pour : \tbruno@example.com



Hello, my lamp is broken.
""",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_agent_passes_a_mail_on(desk: Desk, form: str) -> None:
    mail = take_in(forwarded(FORMS[form]), desk.mailbox)
    ticket = mail.ticket
    assert (mail.outcome, mail.reason, ticket.subject) == ("opened", "forwarded", "Broken lamp")
    assert (ticket.requester.name, ticket.requester.address) == ("Jane Doe", "jane@customer.example")
    assert mail.message.text.strip() == "Hello, my lamp is broken."
    assert (mail.message.flags, mail.message.sender_auth) == (["forwarded"], "unknown")
    note = ticket.messages.get(direction="internal")
    assert (note.author_user, note.text.strip()) == (desk.agent, "Please look.")
    assert ticket.events.filter(kind="forwarded", actor_user=desk.agent).exists()
    assert outside_mails() == []


def test_an_agent_passes_a_mail_on_as_a_file(desk: Desk) -> None:
    inner = make_mail("My lamp is broken", subject="Lamp", sender="Jane <jane@customer.example>", message_id="<in@c.x>")
    inner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
    outer = forwarded("Please look.", subject="See the attached mail")
    outer.add_attachment(inner)
    mail = take_in(outer, desk.mailbox)
    assert (mail.reason, mail.ticket.subject) == ("forwarded", "Lamp")
    assert mail.ticket.requester.address == "jane@customer.example"
    assert [file.display_name for file in mail.message.attachments.all()] == ["bill.pdf"]
    follow_up = make_mail("And?", sender="jane@customer.example", in_reply_to="<in@c.x>")
    assert take_in(follow_up, desk.mailbox).ticket_id == mail.ticket_id


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"Authentication_Results": FAIL}, ["looks_forwarded"]),
        ({"Authentication_Results": "mx.evil.example; dmarc=pass"}, ["looks_forwarded"]),
        ({"subject": "Re: Broken lamp"}, []),
    ],
)
def test_who_is_not_proven_asks_for_himself(desk: Desk, fields: dict[str, str], flags: list[str]) -> None:
    mail = take_in(forwarded(FORMS["gmail"], **fields), desk.mailbox)
    assert (mail.ticket.requester.address, mail.message.flags) == ("bruno@example.com", flags)


def test_a_customer_who_passes_a_mail_on_asks_for_himself(desk: Desk) -> None:
    results = "mx.desk.example; dmarc=pass header.from=example.org"
    mail = take_in(make_mail(FORMS["gmail"], subject="Fwd: x", Authentication_Results=results), desk.mailbox)
    assert (mail.ticket.requester.address, mail.message.flags) == ("ana@example.org", [])


def test_what_is_passed_on_joins_no_ticket(desk: Desk) -> None:
    """Whatever it names: what an agent's private correspondence belongs to is for people to say."""
    first = take_in(make_mail("Lamp", sender="jane@customer.example", message_id="<jane@c.x>"), desk.mailbox)
    mail = take_in(forwarded(FORMS["gmail"], in_reply_to="<jane@c.x>"), desk.mailbox)
    assert mail.outcome == "opened"
    assert mail.ticket.links_out.get().target_id == first.ticket_id


def test_an_agent_of_another_team_passes_a_mail_on(desk: Desk) -> None:
    desk.team.members.remove(desk.agent)
    mail = take_in(forwarded(FORMS["gmail"]), desk.mailbox)
    note = mail.ticket.messages.get(direction="internal")
    assert (note.author_name, note.author_user) == ("Bruno", None)
    assert not TicketAccess.objects.exists()


def test_an_agent_writes_freshly(desk: Desk) -> None:
    mail = take_in(make_mail("My own question", sender="bruno@example.com", Authentication_Results=PASS), desk.mailbox)
    assert (mail.outcome, mail.ticket.requester.address) == ("opened", "bruno@example.com")


@pytest.mark.parametrize(("who", "is_active"), [("editor", True), ("agent", False)])
def test_who_may_not_work_on_tickets_is_no_agent(desk: Desk, who: str, is_active: bool) -> None:
    user = getattr(desk, who)
    user.is_active = is_active
    user.save()
    mail = take_in(forwarded(FORMS["gmail"], sender=user.email), desk.mailbox)
    assert (mail.ticket.requester.address, mail.message.flags) == (user.email, [])
