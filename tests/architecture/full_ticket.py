"""A ticket with a row in every table that can point at one, all of them holding the same telling words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.models import Mention, Presence
from wagtail_helpdesk.intake.incoming import Person
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.mail.arriving.raw_store import store_raw
from wagtail_helpdesk.mail.choices import InboundState, OutboundState
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject
from wagtail_helpdesk.tickets.actions.checklist import AddItems, TickItem
from wagtail_helpdesk.tickets.actions.follow_ticket import StarTicket, WatchTicket
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.choices import LinkKind, TokenPurpose
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

#: What the customer said, and who said it: words that stand nowhere else.
WORDS, NAME, ADDRESS = "quokkawords", "Zebedee Quux", "zebedee@quux.example"


def relations_to(target: type[models.Model]) -> Iterator[models.Field]:
    """Yield every foreign key of our apps that points at ``target``, with those of many-to-many tables."""
    for label in ("wagtail_helpdesk", "wagtail_helpdesk_pages"):
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            for field in model._meta.local_fields:
                if field.is_relation and field.related_model is target:
                    yield field


def full_name(field: models.Field) -> str:
    """Return "Model.field"."""
    return f"{field.model.__name__}.{field.name}"


def make_full_ticket(desk: Any, number: int = 1, address: str = ADDRESS) -> Ticket:
    """Return a ticket of ``desk.team`` with something in every table. ``number`` tells two of them apart."""
    actor = Actor.of_user(desk.manager)
    ids = KnownIds(own=f"{number:064x}", referenced=(f"{number + 1000:064x}",))
    ticket = factories.make_ticket(
        f"{WORDS} text",
        subject=f"{WORDS} subject {number}",
        html=f"<p>{WORDS} html</p>",
        team=desk.team,
        mailbox=desk.mailbox,
        address=address,
        name=NAME,
        files=(NewFile(f"{WORDS}.txt", WORDS.encode()),),
        ids=ids,
        copied=(Person(f"copied{number}@example.net", "Copied in"),),
        recipients={"to": [{"name": WORDS, "address": f"{WORDS}@desk.example"}]},
        ticket_fields={"tags": (f"tag{number}",), "source_title": WORDS, "source_url": f"https://x.example/{WORDS}"},
    )
    factories.add_reply(ticket, desk.agent, f"<p>Dear {NAME}, {WORDS} reply</p>")
    factories.add_note(ticket, desk.agent, f"<p>{WORDS} note</p>")
    factories.add_reply(ticket, desk.agent, f"<p>{WORDS} scheduled</p>", delay=60)
    ChangeSubject(ticket=ticket, subject=f"{WORDS} other subject {number}", actor=actor)()
    ShareTicket(ticket=ticket, user=desk.other_agent, actor=actor)()
    _make_tokens(ticket)
    _make_neighbours(ticket, desk)
    _make_mails(ticket, number)
    _make_notices(ticket, desk)
    _make_work(ticket, desk, number)
    while index_due():
        pass
    article = TicketArticle.objects.create(ticket=ticket, title=f"{WORDS} article")
    article.messages.add(ticket.messages.first())
    ticket.refresh_from_db()
    return ticket


def _make_tokens(ticket: Ticket) -> None:
    for participant in ticket.participants.all():
        for purpose in TokenPurpose:
            token_for(participant, purpose)


def _make_neighbours(ticket: Ticket, desk: Any) -> None:
    """Two tickets that are linked to this one, and one that was merged into it."""
    for _time in range(2):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        source, target = (ticket, other) if _time else (other, ticket)
        link_tickets(source=source, target=target, kind=LinkKind.POSSIBLY, actor=Actor.system())
    merged = factories.make_ticket(
        f"{WORDS} of the merged", subject=f"{WORDS} merged", team=desk.team, mailbox=desk.mailbox, name="Someone"
    )
    MergeTickets(source=merged, target=ticket, actor=Actor.of_user(desk.manager))()


def _make_work(ticket: Ticket, desk: Any, number: int) -> None:
    """What agents keep of it: a checklist, a star, a draft, a reason to sleep, a look at the page right now."""
    actor, user = Actor.of_user(desk.agent), desk.agent if number == 1 else desk.colleague
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    items = AddItems(ticket=ticket, texts=[f"{WORDS} one", f"{WORDS} two"], actor=actor)()
    field, _new = TicketField.objects.get_or_create(key="words", defaults={"name": "Words"})
    ChangeField(ticket=ticket, field=field, value=f"{WORDS} field", actor=actor)()
    TickItem(ticket=ticket, item=items[0], done=True, actor=actor)()
    AddItems(ticket=other, about=ticket, actor=actor)()
    for reader in (desk.agent, user):
        StarTicket(ticket=ticket, starred=True, actor=Actor.of_user(reader))()
    WatchTicket(ticket=ticket, watch="watching", actor=Actor.of_user(user))()
    typed = {"to": f"Bo <bo@example.org>, {NAME} <{ADDRESS}>", "copies": ADDRESS.upper()}
    Draft.objects.create(ticket=ticket, user=user, mode="reply", body=WORDS, preview=WORDS, choices=typed)
    Presence.objects.create(ticket=ticket, user=user)
    FocusSession.objects.create(ticket=ticket, user=user, place="all")
    SnoozeTicket(ticket=ticket, until=None, reason=f"{WORDS} reason", words="on reply", actor=actor)()


def _make_notices(ticket: Ticket, desk: Any) -> None:
    """An agent is told of the customer's words, and a mail said so that speaks of other tickets too."""
    mail = OutboundMail.objects.create(
        public_id=f"told{ticket.pk}",
        audience="agent",
        kind="digest",
        purpose_key=f"{ticket.pk + 5000:064x}",
        mailbox=ticket.mailbox,
        message_id_header=f"told{ticket.pk}@desk.example",
        subject=WORDS,
        text=f"{NAME}: {WORDS}",
        html=WORDS,
    )
    Mention.objects.create(user=desk.agent, ticket=ticket)
    Notice.objects.create(
        user=desk.agent, ticket=ticket, message=ticket.messages.first(), kind="answered", actor_name=NAME, outbound=mail
    )


def _make_mails(ticket: Ticket, number: int) -> None:
    message = ticket.messages.first()
    raw = f"Subject: {WORDS} {number}\r\n\r\n{WORDS}".encode()
    digest = uuid.uuid4().hex * 2
    InboundMail.objects.create(
        raw_sha256=digest,
        raw_ref=store_raw(raw, digest),
        size=len(raw),
        dedupe_key=digest,
        message_id_header=f"<{WORDS}@x>",
        from_header=f"{NAME} <{ADDRESS}>",
        subject=WORDS,
        envelope={"mail_from": ADDRESS, "rcpt_to": [ADDRESS]},
        mailbox=ticket.mailbox,
        origin="import",
        state=InboundState.DONE,
        trace=[WORDS],
        ticket=ticket,
        message=message,
    )
    mail = OutboundMail.objects.create(
        public_id=f"full{number}",
        audience="customer",
        kind="ack",
        purpose_key=f"{number:064x}",
        ticket=ticket,
        message=message,
        mailbox=ticket.mailbox,
        message_id_header=f"full{number}@desk.example",
        subject=WORDS,
        from_header="Acme Support <support@desk.example>",
        text=WORDS,
        html=WORDS,
        headers=[["X-Words", WORDS]],
        state=OutboundState.QUEUED,
        next_try_at=timezone.now(),
    )
    person = ticket.participants.get(role="requester")
    mail.recipients.create(
        participant=person, kind="to", name=NAME, address=ADDRESS, address_hash=person.contact.emails.get().address_hash
    )


def places_of(word: str) -> set[str]:
    """Return every column of our tables, as "Model.field", in which ``word`` stands."""
    found = set()
    for model in apps.get_app_config("wagtail_helpdesk").get_models(include_auto_created=True):
        texts = [
            field
            for field in model._meta.local_concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values(*(field.name for field in texts)) if texts else []:
            found |= {f"{model.__name__}.{name}" for name, value in row.items() if word.lower() in str(value).lower()}
    return found
