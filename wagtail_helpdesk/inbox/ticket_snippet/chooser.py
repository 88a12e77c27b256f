"""Choosing a ticket, wherever a site's own forms point at one: only among those that the user may see."""

from __future__ import annotations

from typing import Any

import wagtail
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.snippets.views import chooser
from wagtail.snippets.widgets import AdminSnippetChooser

from wagtail_helpdesk.inbox.numbers import ticket_number
from wagtail_helpdesk.inbox.ticket_snippet.guards import require_view_permission
from wagtail_helpdesk.tickets.models import Ticket


class TicketFilterForm(BaseFilterForm):
    """Search by number, subject, or the requester's name or address."""

    q = forms.CharField(
        label=_("Search term"), widget=forms.TextInput(attrs={"placeholder": _("Search")}), required=False
    )

    def filter(self, objects: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Return the tickets that match what was typed."""
        words = self.cleaned_data.get("q", "").strip()
        if not words:
            return objects
        self.is_searching, self.search_query = True, words
        return matching(objects, words)


def matching(tickets: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Return the tickets whose number, subject or requester ``words`` fit."""
    words = words.replace("\0", "")
    wanted = Q(subject__icontains=words) | Q(requester__name__icontains=words)
    wanted |= Q(requester__emails__address__icontains=words)
    if (number := ticket_number(words)) is not None:
        wanted |= Q(pk=number)
    return tickets.filter(wanted).distinct()


class _ListMixin:
    filter_form_class = TicketFilterForm
    ordering = ("-last_activity_at", "-pk")
    page_subtitle = None
    results_template_name = "wagtailadmin/generic/chooser/results.html"

    def get_object_list(self) -> QuerySet[Ticket]:
        """Return the tickets that exist for this user."""
        require_view_permission(self.request.user)  # type: ignore[attr-defined]
        return Ticket.objects.visible_to(self.request.user).current()  # type: ignore[attr-defined]

    def can_create(self) -> bool:
        """Tell that nobody makes a ticket here."""
        return False


class ChooseTicketView(_ListMixin, chooser.ChooseView):
    """The dialog."""


class ChooseTicketResultsView(_ListMixin, chooser.ChooseResultsView):
    """A page of its results."""


class ChosenTicketView(chooser.SnippetChosenView):
    """One chosen ticket."""

    def get_object(self, pk: str) -> Ticket:
        """Return the ticket; Ticket.DoesNotExist (a 404) when it does not exist for this user."""
        if not (pk.isdecimal() and len(pk) < 19):
            raise Ticket.DoesNotExist
        return Ticket.objects.visible_to(self.request.user).get(pk=pk)


class ChosenTicketsView(chooser.SnippetChosenMultipleView):
    """Several chosen tickets."""

    def get_objects(self, pks: list[str]) -> QuerySet[Ticket]:
        """Return those that exist for this user."""
        keys = [pk for pk in pks if pk.isdecimal() and len(pk) < 19]
        return Ticket.objects.visible_to(self.request.user).filter(pk__in=keys)


class CreateTicketView(chooser.SnippetCreateView):
    """Tickets are not made in a chooser."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise PermissionDenied."""
        raise PermissionDenied


class TicketChooser(AdminSnippetChooser):
    """The field. It is drawn for whoever edits the form, who need not see the ticket: of that the number is told."""

    def get_display_title(self, instance: Ticket) -> str:
        """Return the number alone."""
        return instance.reference


class TicketChooserViewSet(chooser.SnippetChooserViewSet):
    """Wagtail's chooser with our views."""

    choose_view_class = ChooseTicketView
    choose_results_view_class = ChooseTicketResultsView
    chosen_view_class = ChosenTicketView
    chosen_multiple_view_class = ChosenTicketsView
    create_view_class = CreateTicketView
    base_widget_class = TicketChooser
    page_title = _("Choose a ticket")

    if wagtail.VERSION < (8, 0):

        @cached_property
        def widget_class(self) -> TicketChooser:
            """The field, which Wagtail 7.4 does not let a class attribute choose."""
            return TicketChooser(model=self.model, icon=self.icon)
