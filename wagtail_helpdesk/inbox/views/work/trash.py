"""Spam, trash, back from there, and gone for good."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk import conf
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.views.work.base import WorkPage, WorkView
from wagtail_helpdesk.tickets.actions.beside_status import beside_status, steps_beside_status
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.permissions import may


class PutAwayView(WorkView):
    """POST ``do``: "trash", "spam", or "restore" from either."""

    def act(self) -> HttpResponse:
        do, old = self.request.POST.get("do", ""), self.ticket.status_id
        beside = beside_status(self.ticket)
        common = {"ticket": self.ticket, "actor": self.actor}
        if do == "trash":
            ticket, said = TrashTicket(**common)(), _("%(ticket)s is in the trash.")
        elif do == "spam":
            ticket, said = ChangeStatus(status=default_status(Category.SPAM), **common)(), _("%(ticket)s is spam.")
        elif do == "restore":
            ticket, said = RestoreTicket(**common)(), _("%(ticket)s is back.")
        else:
            raise Http404
        new = ticket.status_id
        step = {"kind": "field", "ticket": ticket.pk, "field": "status", "old": old, "new": new}
        undo = [*steps_beside_status(beside, ticket), step] if old != new else None
        said = said % {"ticket": ticket.reference}
        if do == "restore":
            return self.done(said, undo=undo)
        return self.done(said, undo=undo, then=view_url(self.standing_view or DEFAULT), leave=True)


class EraseView(WorkPage):
    """GET asks; POST erases a ticket of the trash for good."""

    template_name = "wagtail_helpdesk/inbox/erase.html"
    page_title = gettext_lazy("Erase for good")
    header_icon = "bin"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not delete; Http404 for what is not in the trash."""
        if not may(request.user, "delete", self.ticket):
            raise PermissionDenied
        if self.ticket.category != Category.TRASH:
            raise Http404
        days = conf.get("TRASH_DAYS")
        context = self.get_context_data(ticket=self.ticket, standing_view=self.standing_view, days=days)
        return self.render_to_response(context)

    def act(self) -> HttpResponse:
        EraseTicket(ticket=self.ticket, actor=self.actor)()
        said = _("%(ticket)s was erased.") % {"ticket": self.ticket.reference}
        return self.done(said, then=view_url(self.standing_view or DEFAULT), leave=True)
