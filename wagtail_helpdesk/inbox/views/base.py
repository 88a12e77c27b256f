"""What the inbox's screens have in common."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.focus import sessions
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.focus.order import State, is_over
from wagtail_helpdesk.inbox.focus.page import session_url
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_scopes, visible_tickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.querysets import Parts


class InboxMixin(View):
    """For users who may view tickets; everybody else gets the admin's own answer."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise PermissionDenied without the right to view tickets."""
        if not may(request.user, "view"):
            raise PermissionDenied
        if "%00" in request.META.get("QUERY_STRING", ""):
            # No text has such a character, and PostgreSQL refuses to look for one.
            request.GET = QueryDict(request.META["QUERY_STRING"].replace("%00", ""), encoding=request.encoding)
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
    def _named_place(self) -> Place | None:
        return Place.parse(self.request.GET.get("view", ""), self.request.user)

    @cached_property
    def focus(self) -> FocusSession | None:
        """The user's focus session, where this page is a part of it. One query, and only where the address says so."""
        place = self._named_place
        if place is None or not place.is_in_focus:
            return None
        session = sessions.session_of(self.request.user)
        return session if session is not None and session.place == place.out_of_focus.slug else None

    @cached_property
    def standing_view(self) -> Place | None:
        """The place (a view, and what narrowed it) that the user came from, None when it is not known."""
        place = self._named_place
        return place.out_of_focus if place and place.is_in_focus and self.focus is None else place

    def move_on(self, *, skips: bool = False) -> str:
        """Be done with the ticket in the focus session; return where the next one is."""
        place = self.standing_view
        session = sessions.move_on(self.request.user, place, self.ticket.pk, skips=skips)
        return session_url(session, place) if session else view_url(place)

    def move_on_if_over(self, after: Ticket | None) -> str | None:
        """As :meth:`move_on` where what was just done ends the work on the ticket; None where one stays on it.

        ``after``: the ticket as it is now, None where the user does not see it any more; ``self.ticket`` is as it was.
        """
        if self.focus is None or not is_over(state_of(self.ticket), state_of(after), self.request.user.pk):
            return None
        return self.move_on()

    @property
    def ticket_url(self) -> str:
        """The address of the conversation, with the view that the user came from."""
        return ticket_url(self.ticket, self.standing_view)


def state_of(ticket: Ticket | None) -> State | None:
    """Return what of a ticket matters to focus sessions."""
    return State(ticket.category, ticket.asleep, ticket.assignee_id) if ticket else None


def inbox_breadcrumb() -> dict[str, Any]:
    """Return the crumb that leads to the inbox."""
    return {"url": view_url(DEFAULT), "label": _("Inbox")}
