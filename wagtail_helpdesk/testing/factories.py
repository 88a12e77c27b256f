"""Ready-made desks, people and tickets for tests: ours, and a site's own.

Everything is made through the same actions that the channels use.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.add_message import AddMessage
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, Words
from wagtail_helpdesk.desk.defaults import default_mailbox
from wagtail_helpdesk.desk.models import Mailbox, Team
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import IncomingMessage, Person
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.groups import GROUPS
from wagtail_helpdesk.tickets.models import Ticket

_counter = itertools.count(1)

LIGHT_AGENTS, AGENTS, MANAGERS, ADMINISTRATORS = GROUPS


def make_user(name: str, *, group: str | None = None, teams: Sequence[Team] = (), **fields: Any) -> Any:
    """Return a user called ``name`` with password "helpdesk", in the named group and the teams.

    Works with any user model: the login field gets the name, or an address made of it.
    """
    model = get_user_model()
    login = f"{name}@example.com" if "email" in model.USERNAME_FIELD else name
    user = model(**{model.USERNAME_FIELD: login, "email": f"{name}@example.com", "first_name": name.title(), **fields})
    user.set_password("helpdesk")
    user.save()
    if group:
        user.groups.add(Group.objects.get(name=group))
    for team in teams:
        team.members.add(user)
    return user


def make_team(name: str = "Billing") -> Team:
    """Return a team."""
    return Team.objects.create(name=name)


def make_mailbox(address: str | None = None, *, team: Team | None = None, **fields: Any) -> Mailbox:
    """Return a mailbox; with a new address when none is given."""
    address = address or f"box{next(_counter)}@desk.example"
    return Mailbox.objects.create(
        address=address, team=team or default_mailbox().team, **{"name": "Acme Support", **fields}
    )


def make_contact(address: str | None = None, *, name: str = "Ana Souza", **fields: Any) -> Contact:
    """Return a contact; with a new address when none is given."""
    contact, _new = find_or_create_contact(address=address or f"customer{next(_counter)}@example.org", name=name)
    for field, value in fields.items():
        setattr(contact, field, value)
    if fields:
        contact.save(update_fields=list(fields))
    return contact


def make_incoming(
    text: str = "Hello, the invoice of March is wrong.",
    *,
    subject: str = "Invoice shows the wrong tax id",
    address: str | None = None,
    name: str = "Ana Souza",
    mailbox: Mailbox | None = None,
    html: str = "",
    files: Sequence[NewFile] = (),
    received_at: datetime | None = None,
    key: str | None = None,
    channel: str = Channel.EMAIL,
    **fields: Any,
) -> IncomingMessage:
    """Return a message as a channel would hand it to the door; no two have the same key unless one is given."""
    number = next(_counter)
    return IncomingMessage(
        channel=channel,
        key=hashlib.sha256((key or f"factory-{number}").encode()).hexdigest(),
        sender=Person(address if address is not None else f"customer{number}@example.org", name),
        words=Words(text=text, html=html, subject=subject, files=tuple(files)),
        mailbox_id=(mailbox or default_mailbox()).pk,
        received_at=received_at or timezone.now(),
        **fields,
    )


def make_ticket(
    text: str = "Hello, the invoice of March is wrong.", *, team: Team | None = None, **fields: Any
) -> Ticket:
    """Return a new ticket, opened through the door. ``fields`` as for :func:`make_incoming`."""
    ticket_fields = {**fields.pop("ticket_fields", {}), **({"team": team} if team else {})}
    receipt = receive(make_incoming(text, ticket_fields=ticket_fields, **fields))
    return Ticket.objects.get(pk=receipt.ticket_id)


def add_customer_message(
    ticket: Ticket, text: str = "Any news?", *, at: datetime | None = None, **words: Any
) -> Message:
    """Return what the ticket's requester added."""
    return AddMessage(
        ticket=ticket,
        words=Words(text=text, **words),
        channel=Channel.EMAIL,
        at=at or timezone.now(),
        address=ticket.requester.address,
        actor=Actor.of_contact(ticket.requester),
    )()


def add_reply(
    ticket: Ticket, user: Any, html: str = "<p>We have corrected it.</p>", *, delay: int = 0, **fields: Any
) -> Message:
    """Return an agent's reply: published at once unless ``delay`` (seconds) is given."""
    return Reply(ticket=ticket, html=html, delay=delay, actor=Actor.of_user(user), **fields)()


def add_note(ticket: Ticket, user: Any, html: str = "<p>Ask accounting first.</p>", **fields: Any) -> Message:
    """Return an agent's internal note."""
    return AddNote(ticket=ticket, html=html, actor=Actor.of_user(user), **fields)()
