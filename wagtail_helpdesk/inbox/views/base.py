"""What the inbox's screens have in common."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_scopes, visible_tickets
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.querysets import Parts


class InboxMixin(View):
    """For users who may view tickets; everybody else gets the admin's own answer."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise PermissionDenied without the right to view tickets."""
        if not may(request.user, "view"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.of_user(self.request.user)

    @cached_property
    def scopes(self) -> Parts:
        """What makes tickets visible to the user: the list and the counts of a page draw from the same."""
        return visible_scopes(self.request.user)

    @property
    def is_fetched(self) -> bool:
        """Whether our JavaScript asks, and wants a part of the page instead of a new one."""
        return self.request.headers.get("X-Requested-With") == "XMLHttpRequest"


class TicketMixin(InboxMixin):
    """For screens of one ticket: one that the user may not see does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 404, not "denied", to whoever may see no tickets: nothing is told about any."""
        self.ticket = get_object_or_404(self.get_tickets(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_tickets(self) -> Any:
        """Return the tickets that the user may see."""
        related = ("status", "priority", "team", "mailbox", "requester__organisation")
        tickets = visible_tickets(self.request.user).select_related(*related)
        return tickets.select_related("assignee__helpdesk_absence__substitute")

    @cached_property
    def standing_view(self) -> Place | None:
        """The place (a view, and what narrowed it) that the user came from, None when it is not known."""
        return Place.parse(self.request.GET.get("view", ""), self.request.user)

    @property
    def ticket_url(self) -> str:
        """The address of the conversation, with the view that the user came from."""
        return ticket_url(self.ticket, self.standing_view)


def inbox_breadcrumb() -> dict[str, Any]:
    """Return the crumb that leads to the inbox."""
    return {"url": view_url(DEFAULT), "label": _("Inbox")}
