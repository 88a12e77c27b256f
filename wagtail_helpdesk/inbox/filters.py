"""What a list can be narrowed to, as Wagtail's menu of filters shows it. ``places`` narrows.

Choices name nothing that the user may not know of.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.grouping.kinds import UNGROUPED, grouping_choices
from wagtail_helpdesk.inbox.ordering import ORDERINGS
from wagtail_helpdesk.inbox.places import FILTERS
from wagtail_helpdesk.inbox.widgets import CheckboxSelectMultiple
from wagtail_helpdesk.tickets.conditions.fields import field_called
from wagtail_helpdesk.tickets.conditions.ticket_fields import tags_for
from wagtail_helpdesk.tickets.models import Ticket

__all__ = ["TicketFilterSet", "tags_for"]


#: Where there are fewer, there is nothing to choose.
_LEAST = {"mailbox": 2, "ticket_type": 1}


class ConditionFilter(django_filters.MultipleChoiceFilter):
    """Shows the choices of a field; the place that the address names has narrowed the list already."""

    def filter(self, tickets: QuerySet, values: list[str]) -> QuerySet:
        """Return the tickets as they are."""
        return tickets


class OrderingFilter(django_filters.ChoiceFilter):
    """The list's order: stands among the filters, and narrows nothing."""

    def filter(self, tickets: QuerySet, value: str) -> QuerySet:
        """Return the tickets as they are; paging by key orders them."""
        return tickets


class GroupingFilter(OrderingFilter):
    """By what the list is grouped: narrows nothing either."""


class TicketFilterSet(WagtailFilterSet):
    """The filters of the inbox, shown in Wagtail's own menu of filters."""

    sort = OrderingFilter(
        choices=[(ordering.name, ordering.label) for ordering in ORDERINGS.values()],
        widget=forms.RadioSelect,
        label=_("Sort by"),
        empty_label=_("As usual in this view"),
    )
    group = GroupingFilter(
        choices=[], widget=forms.RadioSelect, label=_("Group by"), empty_label=_("As usual in this view")
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = choices_for(self.request.user)
        sort, group = self.filters.pop("sort"), self.filters.pop("group")
        for name in FILTERS:
            field = field_called(name)
            choices = known.of(field)
            if len(choices) < _LEAST.get(name, 0):
                continue
            self.filters[name] = ConditionFilter(
                field_name=name, choices=choices, widget=CheckboxSelectMultiple, label=field.label
            )
            self.filters[name].parent, self.filters[name].model = self, Ticket
        self.filters["sort"] = sort
        group.extra["choices"] = [(UNGROUPED, _("Nothing")), *grouping_choices(known.ticket_fields)]
        self.filters["group"] = group
