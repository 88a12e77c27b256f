"""Make the row of a new ticket. ``conversations.actions.OpenTicket`` is what channels call: a ticket has words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.desk.models import Mailbox, Status, Team
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import EventKind, Role
from wagtail_helpdesk.tickets.custom_fields.values import add_rows, all_ticket_fields
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.state import silence_from
from wagtail_helpdesk.tickets.timeline import write_event


def open_ticket_row(
    *,
    subject: str,
    channel: str,
    requester: Contact,
    address: str,
    mailbox: Mailbox,
    actor: Actor,
    at: datetime,
    team: Team | None = None,
    category: str = Category.NEW,
    status: Status | None = None,
    tags: tuple[str, ...] = (),
    reply_address: str = "",
    custom_fields: Mapping[str, Any] | None = None,
    **fields: Any,
) -> tuple[Ticket, TicketParticipant]:
    """Return the new ticket and its requester's participation. Must run in an action.

    ``status`` is a certain one, of whatever category. ``custom_fields`` are values that were cleaned, by the key of
    their TicketField. ``fields`` are further columns: language, site, source_page, source_title, source_url, priority,
    ticket_type, due_on.
    """
    fields.setdefault("priority", None)
    fields["priority"] = fields["priority"] or default_priority()
    status = status or default_status(category)
    values = {key: value for key, value in (custom_fields or {}).items() if value is not None}
    if status.category == Category.PENDING:
        fields.update(silence_from(at))
    ticket = Ticket.objects.create(
        subject=" ".join(subject.split())[:500],
        status=status,
        category=status.category,
        channel=channel,
        team=team or mailbox.team,
        requester=requester,
        mailbox=mailbox,
        created_at=at,
        last_activity_at=at,
        custom_fields=values,
        **fields,
    )
    participant = TicketParticipant.objects.create(
        ticket=ticket, contact=requester, address=address, role=Role.REQUESTER, reply_address=reply_address
    )
    if tags:
        ticket.tags.add(*tags)
    if values:
        add_rows(ticket, values, all_ticket_fields())
    write_event(ticket, EventKind.OPENED, actor=actor, channel=channel)
    return ticket, participant
