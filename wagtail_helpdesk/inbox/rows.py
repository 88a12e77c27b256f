"""A ticket as a row of a list."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.due import Due, due_of
from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.grouping.groups import group_of
from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.marks import Marks, marks_of
from wagtail_helpdesk.inbox.people import display_name, initials, name_with, picture_url
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.presence import Present, present_at
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.tickets.conditions.operators import whole_numbers
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.values import shown_values
from wagtail_helpdesk.tickets.models import Ticket

#: What rows can show beside customer, subject and time; a saved view may leave some out.
COLUMNS = ("preview", "tags", "priority", "type", "due", "status", "team", "mailbox", "numbers", "assignee")
_FIELD_COLUMN = "field-"
USUAL_COLUMNS = frozenset(COLUMNS) - {"mailbox"}


@dataclass(frozen=True)
class Row:
    """What the template of a row needs and a ticket does not say itself."""

    ticket: Ticket
    url: str
    #: "3 h", "" where the customer does not wait.
    waits: str
    #: How long ago something happened last.
    active: str
    assignee_name: str
    assignee_initials: str
    assignee_picture: str
    #: Its name says until when.
    assignee_is_away: bool
    #: What the person who picks rows has seen of this one, for the bulk bar.
    seen: str
    marks: Marks
    columns: frozenset[str]
    #: The words for those who do not see the box and the star, and those for how long the customer waits.
    pick_label: str
    star_label: str
    waits_label: str
    #: When it is due, and the values of the fields that an administrator added: name, value.
    due: Due | None = None
    values: list[tuple[str, str]] = field(default_factory=list)
    #: "done" can be said to it.
    mentioned: bool = False
    #: The group under whose heading it stands, as pages write it; None where there are no groups.
    group: str | None = None
    #: Who else has the ticket open, when the page was made.
    present: list[Present] = field(default_factory=list)

    @cached_property
    def version(self) -> str:
        """A word that changes when anything does that the row shows."""
        ticket = self.ticket
        shown = (
            self.seen,
            self.waits,
            self.active,
            self.assignee_name,
            self.marks,
            ticket.subject,
            ticket.preview,
            str(ticket.requester),
            ticket.category,
            ticket.message_count,
            ticket.attachment_count,
            ticket.delivery_failed,
            ticket.asleep,
            ticket.snoozed_until,
            [tag.name for tag in ticket.tags.all()],
            ticket.ticket_type_id,
            self.due,
            self.values,
            self.group,
        )
        return f"{zlib.crc32(repr(shown).encode()):x}"


def rows_of(tickets: Sequence[Ticket], place: Place, user: Any) -> list[Row]:
    """Return the rows of ``tickets``, fetched with ``for_list()``, as opened from ``place``.

    Four queries, and one more where the view shows fields that an administrator added.
    """
    marks = marks_of(tickets, user)
    present = present_at([ticket.pk for ticket in tickets], user)
    columns = place.view.columns or USUAL_COLUMNS
    further = _columns_of_fields(columns)
    today = timezone.localdate()
    # Once a list, not once a row.
    pick, star, waiting = _("Select %(reference)s"), _("Star %(reference)s"), _("waits %(time)s")
    return [
        Row(
            ticket=ticket,
            url=ticket_url(ticket, place),
            waits=short_time_since(ticket.customer_waiting_since),
            active=short_time_since(ticket.last_activity_at),
            assignee_name=name_with(display_name(ticket.assignee), marks[ticket.pk].away) if ticket.assignee else "",
            assignee_initials=initials(ticket.assignee) if ticket.assignee else "",
            assignee_is_away=bool(marks[ticket.pk].away),
            assignee_picture=picture_url(ticket.assignee) if ticket.assignee else "",
            seen=seen_of(ticket),
            marks=marks[ticket.pk],
            columns=columns,
            pick_label=pick % {"reference": ticket.reference},
            star_label=star % {"reference": ticket.reference},
            waits_label=waiting % {"time": short_time_since(ticket.customer_waiting_since)},
            due=due_of(ticket, today) if "due" in columns else None,
            values=shown_values(ticket, further) if further else [],
            group=group_of(ticket, place.grouping) if place.grouping else None,
            mentioned=place.view.slug == "mentions",
            present=present.get(ticket.pk, []),
        )
        for ticket in tickets
    ]


def field_column(field: TicketField) -> str:
    """Return what the columns of a view call a field that an administrator added."""
    return f"{_FIELD_COLUMN}{field.pk}"


def _columns_of_fields(columns: frozenset[str]) -> list[TicketField]:
    keys = [name.removeprefix(_FIELD_COLUMN) for name in columns if name.startswith(_FIELD_COLUMN)]
    return list(TicketField.objects.filter(pk__in=whole_numbers(keys))) if keys else []
