"""Begin a focus session, find the way back into it, end it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from wagtail_helpdesk.inbox.focus import sessions
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.focus.page import session_url
from wagtail_helpdesk.inbox.focus.summary import summary_of
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.inbox.views.board import BoardView


class FocusView(BoardView):
    """Leads to the ticket of the session that runs. Where none is left it says so; where none runs it offers views."""

    template_name = "wagtail_helpdesk/inbox/focus.html"
    page_title = gettext_lazy("Focus session")
    header_icon = "arrow-right-full"
    board = "focus"

    @cached_property
    def session(self) -> FocusSession | None:
        """The user's session."""
        return sessions.session_of(self.request.user)

    @cached_property
    def place(self) -> Place | None:
        """Where it runs; None where that place is not there any more."""
        return Place.parse(self.session.place, self.request.user) if self.session else None

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect, or show the page."""
        key = self.session.ticket_id if self.session and self.place else None
        if key and visible_tickets(request.user).filter(pk=key).exists():
            return redirect(session_url(self.session, self.place))
        return super().get(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what came of the session, as far as there is one."""
        summary = summary_of(self.session) if self.session else None
        return super().get_context_data(focus=self.session, played=self.place, summary=summary, **kwargs)


class StartFocusView(InboxMixin):
    """POST ``place`` begins there, or goes on with the session that runs there."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go to the first ticket; to the list where the place is not the user's."""
        place = Place.parse(request.POST.get("place", ""), request.user)
        if place is None:
            messages.warning(request, _("This view is not there any more."))
            return redirect(view_url(DEFAULT))
        return redirect(session_url(sessions.start(request.user, place), place))


class EndFocusView(InboxMixin):
    """POST ends the session."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back to the list, which says what came of it."""
        session = sessions.session_of(request.user)
        if session is None:
            return redirect(view_url(DEFAULT))
        place = Place.parse(session.place, request.user)
        said = _("The focus session is over: %(summary)s") % {"summary": summary_of(session).words}
        sessions.end(session)
        messages.success(request, said)
        return redirect(view_url(place or DEFAULT))
