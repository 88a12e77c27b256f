"""The values of a ticket's fields: which fields it has, and the rows by which it is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from wagtail_helpdesk.remembering import remembered
from wagtail_helpdesk.tickets.custom_fields.kinds import index_value
from wagtail_helpdesk.tickets.custom_fields.models import TicketField, TicketFieldValue
from wagtail_helpdesk.tickets.models import Ticket

#: What inputs and changes of such a field are called: this, and its key.
FIELD_PREFIX = "field_"


@remembered
def all_ticket_fields() -> list[TicketField]:
    """Return every field, those that are not in use among them, in order. One query."""
    return list(TicketField.objects.all())


def fields_of(ticket: Ticket) -> list[TicketField]:
    """Return the fields that ``ticket`` has: those of its mailbox that are in use, and those in which something stands.

    One query.
    """
    wanted = Q(is_active=True) & (Q(mailboxes=ticket.mailbox_id) | Q(mailboxes__isnull=True))
    if ticket.custom_fields:
        wanted |= Q(key__in=list(ticket.custom_fields))
    return list(TicketField.objects.filter(wanted).distinct())


def shown_values(ticket: Ticket, fields: Iterable[TicketField], *, public: bool = False) -> list[tuple[str, str]]:
    """Return (name, value as people read it) of what stands in the ticket's fields; ``public``: as customers may."""
    return [
        (field.name, shown)
        for field in fields
        if not (public and field.is_staff_only) and (shown := field.show(ticket.custom_fields.get(field.key)))
    ]


def index_values(ticket: Ticket, fields: Sequence[TicketField] | None = None) -> None:
    """Make the rows by which ``ticket`` is found in ``fields`` (all by default) anew."""
    old = TicketFieldValue.objects.filter(ticket=ticket)
    if fields is not None:
        old = old.filter(field__in=fields)
    old.delete()
    add_rows(ticket, ticket.custom_fields, all_ticket_fields() if fields is None else fields)


def add_rows(ticket: Ticket, values: Mapping[str, Any], fields: Iterable[TicketField]) -> None:
    """Write the rows by which a ticket that has none is found. One query, none without values."""
    rows = [
        TicketFieldValue(ticket=ticket, field=field, text=one.text, number=one.number, date=one.date)
        for field in fields
        for one in index_value(field.kind, values.get(field.key))
    ]
    if rows:
        TicketFieldValue.objects.bulk_create(rows)


def forget_files(ticket_id: int, hashes: Iterable[str]) -> None:
    """Empty the fields that name a file with one of these contents, taken out for good. Must run in an action."""
    ticket, gone = Ticket.objects.get(pk=ticket_id), set(hashes)
    left = {
        key: value
        for key, value in ticket.custom_fields.items()
        if not (isinstance(value, dict) and value.get("sha256") in gone)
    }
    if left != ticket.custom_fields:
        ticket.custom_fields = left
        ticket.save(update_fields=["custom_fields"])
        index_values(ticket)
