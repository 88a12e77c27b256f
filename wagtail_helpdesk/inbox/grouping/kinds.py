"""By what a list can be grouped."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import ExpressionWrapper, Model, TextField
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact, Organisation
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

#: What the value of a group is: the key of a row, or an option's words; None for tickets without one.
Value = int | str | None
#: Where groups stand, and what they are called.
Named = Mapping[Any, tuple[Any, str]]

#: A list that is grouped, shown without groups.
UNGROUPED = "none"
_FIELD = re.compile(r"field-([0-9]{1,18})\Z")
#: Of the fields that administrators add, those with one of several options in them.
_KINDS = (FieldKind.CHOICE, FieldKind.TREE)


@dataclass(frozen=True)
class Grouping:
    """One way to group tickets. Those without a value stand last, under ``nothing``."""

    name: str
    label: Promise | str
    nothing: Promise | str
    #: What a query groups by.
    column: Any
    #: Returns the value of a ticket, fetched with ``for_list()``.
    value_of: Callable[[Ticket], Value]
    #: Returns, for some values, by what to sort them and what they are called. One query at most.
    named: Callable[[Collection[Any]], Named]
    #: Whether values are keys of rows.
    keyed: bool = True

    def read(self, text: str) -> Value:
        """Return the value that stands in an address; None for what is none."""
        if not self.keyed:
            return text or None
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _rows(model: type[Model], sort: Callable[[Any], Any], values: Collection[int], *, related: str = "") -> Named:
    rows = model._default_manager.select_related(related) if related else model._default_manager.all()
    return {key: (sort(row), str(row)) for key, row in rows.in_bulk(list(values)).items()}


def _agents(values: Collection[int]) -> Named:
    names = {key: display_name(user) for key, user in get_user_model()._base_manager.in_bulk(list(values)).items()}
    return {key: (name.casefold(), name) for key, name in names.items()}


def _contacts(values: Collection[int]) -> Named:
    rows = Contact.objects.prefetch_related("emails").in_bulk(list(values))
    return {key: (str(row).casefold(), str(row)) for key, row in rows.items()}


def _by_name(row: Any) -> str:
    return row.name.casefold()


#: By their names in addresses and saved views, in the order of menus.
GROUPINGS = {
    grouping.name: grouping
    for grouping in (
        Grouping(
            "status",
            _("Status"),
            _("No status"),
            "status_id",
            lambda ticket: ticket.status_id,
            partial(_rows, Status, lambda row: row.sort_order),
        ),
        Grouping(
            "priority",
            _("Priority"),
            _("No priority"),
            "priority_id",
            lambda ticket: ticket.priority_id,
            partial(_rows, Priority, lambda row: -row.level),
        ),
        Grouping(
            "team",
            _("Team"),
            _("No team"),
            "team_id",
            lambda ticket: ticket.team_id,
            partial(_rows, Team, _by_name),
        ),
        Grouping(
            "assignee",
            _("Assignee"),
            _("Nobody"),
            "assignee_id",
            lambda ticket: ticket.assignee_id,
            _agents,
        ),
        Grouping(
            "ticket_type",
            _("Type"),
            _("No type"),
            "ticket_type_id",
            lambda ticket: ticket.ticket_type_id,
            partial(_rows, TicketType, lambda row: (row.sort_order, row.name.casefold())),
        ),
        Grouping(
            "mailbox",
            _("Mailbox"),
            _("No mailbox"),
            "mailbox_id",
            lambda ticket: ticket.mailbox_id,
            partial(_rows, Mailbox, _by_name),
        ),
        Grouping(
            "organisation",
            _("Organisation"),
            _("No organisation"),
            "requester__organisation_id",
            lambda ticket: ticket.requester.organisation_id,
            partial(_rows, Organisation, _by_name),
        ),
        Grouping(
            "requester",
            _("Requester"),
            _("Nobody"),
            "requester_id",
            lambda ticket: ticket.requester_id,
            _contacts,
        ),
    )
}


def grouping_called(name: str) -> Grouping | None:
    """Return the grouping of that name; None for none. One query for a field that an administrator added."""
    if name in GROUPINGS:
        return GROUPINGS[name]
    match = _FIELD.match(name)
    if match is None:
        return None
    field = TicketField.objects.filter(pk=match[1], kind__in=_KINDS).first()
    return _by_field(field) if field else None


def is_grouping_name(name: str) -> bool:
    """Tell whether an address may say so. No query."""
    return name in GROUPINGS or name == UNGROUPED or _FIELD.match(name) is not None


def grouping_choices(fields: Collection[TicketField]) -> list[tuple[str, Promise | str]]:
    """Return name and label of everything by which to group; ``fields``: those that an administrator added."""
    own = [(_field_name(field), field.name) for field in fields if field.kind in _KINDS]
    return [*((one.name, one.label) for one in GROUPINGS.values()), *own]


def _field_name(field: TicketField) -> str:
    return f"field-{field.pk}"


def _by_field(field: TicketField) -> Grouping:
    def value_of(ticket: Ticket) -> Value:
        value = ticket.custom_fields.get(field.key)
        return value if isinstance(value, str) and value else None

    def named(values: Collection[str]) -> Named:
        # Options in their order; behind them what was an option once.
        places = {option.value: number for number, option in enumerate(field.options)}
        return {value: ((places.get(value, len(places)), value.casefold()), field.show(value)) for value in values}

    # Compared as the words that it is: by itself it takes what it is compared with for JSON.
    column = ExpressionWrapper(KT(f"custom_fields__{field.key}"), output_field=TextField())
    return Grouping(_field_name(field), field.name, _("Nothing chosen"), column, value_of, named, False)
