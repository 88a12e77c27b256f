"""Whom a notice may concern, by what each is to the ticket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.models import Ticket, TicketReader
from wagtail_helpdesk.tickets.permissions import users_who_may


def agents(ticket: Ticket | int | None = None) -> QuerySet:
    """Return those who may see tickets at all, with their preferences; without those who muted ``ticket``."""
    users = users_who_may("view").select_related("helpdesk_notice_preference")
    return users if ticket is None else users.exclude(reads(ticket, Watch.MUTED))


def reads(ticket: Ticket | int, watch: Watch) -> Exists:
    """Return the condition that a user watches, or muted, ``ticket``."""
    key = ticket if isinstance(ticket, int) else ticket.pk
    return Exists(TicketReader.objects.filter(ticket=key, user=OuterRef("pk"), watch=watch))


def watchers_of(ticket: Ticket | int) -> QuerySet:
    """Return who watches ``ticket``."""
    return agents().filter(reads(ticket, Watch.WATCHING))


def owner_and_watchers(ticket: Ticket) -> QuerySet:
    """Return the assignee and who watches, each with ``watches`` and ``mutes``, in one query."""
    marks = {"watches": reads(ticket, Watch.WATCHING), "mutes": reads(ticket, Watch.MUTED)}
    return agents().annotate(**marks).filter(Q(watches=True) | Q(pk=ticket.assignee_id))


def team_of(ticket: Ticket) -> QuerySet:
    """Return the people of the ticket's team."""
    return agents(ticket).filter(helpdesk_teams=ticket.team_id)


def responsible(ticket: Ticket, message: Message | None) -> Iterable[Any]:
    """Return who looks after a ticket: its assignee, else who wrote the message, else the team."""
    for key in (ticket.assignee_id, message.author_user_id if message else None):
        found = list(agents(ticket).filter(pk=key)) if key is not None else []
        if found:
            return found
    return team_of(ticket)


def keys_of(actor: Actor) -> set[Any]:
    """Return the key of the user who acts, also where the site knows a contact as a user."""
    if actor.kind == "user":
        return {actor.id}
    if actor.kind == "contact":
        contact = actor.instance or Contact.objects.filter(pk=actor.id).only("user").first()
        return {contact.user_id} if contact and contact.user_id else set()
    return set()


def wrote(user: Any, actor: Actor, message: Message | None) -> bool:
    """Tell whether an arriving message came from the user's own address."""
    address = getattr(user, get_user_model().get_email_field_name(), "")
    return bool(
        actor.kind == "contact" and message and address and message.from_address.casefold() == address.casefold()
    )
