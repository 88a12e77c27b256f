"""What a list can be narrowed to. Choices name nothing that the user may not know of."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from wagtail_helpdesk.desk.models import Priority, Status, Team
from wagtail_helpdesk.inbox.ordering import ORDERINGS
from wagtail_helpdesk.inbox.people import display_name, people_who_may
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.models import TaggedTicket, Ticket, TicketTag

#: More tags than this are no choice for people.
MAX_TAGS = 200
_NOBODY = "none"


def tags_for(user: Any, *, beginning: str = "") -> QuerySet[TicketTag]:
    """Return the tags on tickets that ``user`` may see, by name."""
    used = TaggedTicket.objects.filter(tag=OuterRef("pk"), content_object__in=visible_tickets(user).values("pk"))
    return TicketTag.objects.filter(Exists(used), name__istartswith=beginning).order_by("name")


def _checkboxes(**kwargs: Any) -> dict[str, Any]:
    # Each ticket has one of these: nothing to make distinct.
    return {"widget": forms.CheckboxSelectMultiple, "distinct": False, **kwargs}


class AssigneeFilter(django_filters.MultipleChoiceFilter):
    """Agents, and nobody."""

    def filter(self, tickets: QuerySet, values: list[str]) -> QuerySet:
        """Return the tickets of one of the chosen people."""
        if not values:
            return tickets
        chosen = Q(assignee__in=[value for value in values if value != _NOBODY])
        if _NOBODY in values:
            chosen |= Q(assignee__isnull=True)
        return tickets.filter(chosen)


class TagFilter(django_filters.MultipleChoiceFilter):
    """Tickets that have one of the tags, each of them once."""

    def filter(self, tickets: QuerySet, values: list[str]) -> QuerySet:
        """Return the tickets with at least one chosen tag."""
        if not values:
            return tickets
        return tickets.filter(Exists(TaggedTicket.objects.filter(content_object=OuterRef("pk"), tag__in=values)))


class OrderingFilter(django_filters.ChoiceFilter):
    """The list's order: stands among the filters, and narrows nothing."""

    def filter(self, tickets: QuerySet, value: str) -> QuerySet:
        """Return the tickets as they are; paging by key orders them."""
        return tickets


class TicketFilterSet(WagtailFilterSet):
    """The filters of the inbox, shown in Wagtail's own menu of filters."""

    status = django_filters.ModelMultipleChoiceFilter(queryset=Status.objects.all(), **_checkboxes(label=_("Status")))
    priority = django_filters.ModelMultipleChoiceFilter(
        queryset=Priority.objects.all(), **_checkboxes(label=_("Priority"))
    )
    team = django_filters.ModelMultipleChoiceFilter(queryset=Team.objects.all(), **_checkboxes(label=_("Team")))
    assignee = AssigneeFilter(**_checkboxes(label=_("Assignee")))
    tag = TagFilter(**_checkboxes(label=_("Tag")))
    channel = django_filters.MultipleChoiceFilter(choices=Channel.choices, **_checkboxes(label=_("Channel")))
    sort = OrderingFilter(
        choices=[(ordering.name, ordering.label) for ordering in ORDERINGS.values()],
        widget=forms.RadioSelect,
        label=_("Sort by"),
        empty_label=_("As usual in this view"),
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        self.filters["assignee"].extra["choices"] = [
            (_NOBODY, _("Nobody")),
            *((str(person.pk), display_name(person)) for person in people_who_may("reply")),
        ]
        self.filters["tag"].extra["choices"] = [(str(tag.pk), tag.name) for tag in tags_for(user)[:MAX_TAGS]]
