"""The Ticket as a Wagtail snippet: choosers, history and usage of tickets, and nothing that goes past our actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wagtail
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk.inbox.ticket_snippet import views
from wagtail_helpdesk.inbox.ticket_snippet.chooser import TicketChooserViewSet
from wagtail_helpdesk.inbox.ticket_snippet.url_finder import TicketAdminURLFinder
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import TicketPermissionPolicy


class TicketViewSet(SnippetViewSet):
    """Registers Ticket with Wagtail.

    The addresses are a list of our own, not Wagtail's: its generic views check the right on the model, not on the
    row, and write the row themselves. A view that a later Wagtail adds is not served until somebody has looked at it.
    """

    model = Ticket
    icon = "mail"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = False
    #: The inbox is the listing. Also keeps the number of all tickets off Wagtail's page of snippets.
    menu_item_is_registered = True
    chooser_viewset_class = TicketChooserViewSet
    if wagtail.VERSION < (8, 0):
        permission_policy = TicketPermissionPolicy(Ticket)

    @property
    def url_finder_class(self) -> type[TicketAdminURLFinder]:
        """Where the admin links to when it names a ticket."""
        return TicketAdminURLFinder

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """Return what the group editor offers: all permissions on tickets, "view" included."""
        return Permission.objects.filter(
            content_type__app_label=self.app_label, content_type__model=self.model_name
        ).select_related("content_type")

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses of this viewset, under the names that Wagtail reverses."""
        return [
            path("", views.ToInboxView.as_view(), name="list"),
            path("results/", views.ToInboxView.as_view(), name="list_results"),
            path("add/", views.NoSuchView.as_view(), name="add"),
            path("edit/<int:pk>/", views.ToConversationView.as_view(), name="edit"),
            path("delete/<int:pk>/", self._view(views.TrashTicketView), name="delete"),
            path("usage/<int:pk>/", self._view(views.TicketUsageView), name="usage"),
            path("history/<int:pk>/", self._view(views.TicketHistoryView), name="history"),
            path(
                "history-results/<int:pk>/",
                self._view(views.TicketHistoryView, results_only=True),
                name="history_results",
            ),
        ]

    def _view(self, view_class: type, **kwargs: Any) -> Callable[..., Any]:
        """Return the view with this viewset's address names."""
        return self.construct_view(view_class, history_results_url_name=self.get_url_name("history_results"), **kwargs)
