"""Link a ticket to another one; find that other one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.reversers import link_step, unlink_step
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.inbox.views.work.base import WorkView
from wagtail_helpdesk.inbox.work import FOUND, RELATIONS, find_ticket, search_tickets
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets, UnlinkTickets
from wagtail_helpdesk.tickets.models import TicketLink


class LinkView(WorkView):
    """POST ``relation`` and ``other`` (a number, or words that one ticket fits) links; ``remove`` takes a link away."""

    def act(self) -> HttpResponse:
        post = self.request.POST
        if "remove" in post:
            return self._remove(post["remove"])
        if post.get("relation") not in RELATIONS:
            raise Http404
        kind, backwards = RELATIONS[post["relation"]]
        other = find_ticket(self.request.user, post.get("other", ""))
        link = LinkTickets(ticket=self.ticket, other=other, kind=kind, backwards=backwards, actor=self.actor)()
        if link is None:
            return self.done(_("These tickets were linked before."))
        said = _("Linked to %(ticket)s.") % {"ticket": other.reference}
        return self.done(said, undo=[link_step(self.ticket, link)])

    def _remove(self, key: str) -> HttpResponse:
        """One that leads to a ticket that one does not see is not there."""
        if not key.isdecimal():
            raise Http404
        link = get_object_or_404(TicketLink, pk=int(key[:18]))
        other = link.target_id if link.source_id == self.ticket.pk else link.source_id
        get_object_or_404(self.get_tickets(), pk=other)
        step = unlink_step(self.ticket, link)
        if not UnlinkTickets(ticket=self.ticket, link=link, actor=self.actor)():
            raise Http404
        return self.done(_("The link was taken away."), undo=[step])


class OthersView(TicketMixin):
    """GET ``?q=``: the other tickets that these words fit, for a field that completes them."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return [{"value": number, "label": subject}]."""
        words = request.GET.get("q", "").strip()
        found = search_tickets(request.user, words).exclude(pk=self.ticket.pk)[:FOUND] if len(words) > 1 else []
        rows = [{"value": one.reference, "label": one.display_subject} for one in found]
        response = JsonResponse({"found": rows})
        response["Cache-Control"] = "private, no-store"
        return response
