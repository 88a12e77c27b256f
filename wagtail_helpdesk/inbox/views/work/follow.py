"""A star, and what one wants to hear of a ticket."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.views.work.base import WorkView
from wagtail_helpdesk.tickets.actions.follow_ticket import StarTicket, WatchTicket
from wagtail_helpdesk.tickets.choices import Watch


class StarView(WorkView):
    """POST ``star``: "1" gives one, "" takes it away."""

    def act(self) -> HttpResponse:
        StarTicket(ticket=self.ticket, starred=bool(self.request.POST.get("star")), actor=self.actor)()
        return self.done()


class WatchView(WorkView):
    """POST ``watch``: "watching", "muted" or "" for neither."""

    def act(self) -> HttpResponse:
        watch = self.request.POST.get("watch", "")
        said = {
            "": _("You hear of this ticket as your preferences say."),
            Watch.WATCHING: _("You hear of everything that happens on this ticket."),
            Watch.MUTED: _("You hear of this ticket only when somebody mentions you."),
        }
        if watch not in said:
            raise Http404
        WatchTicket(ticket=self.ticket, watch=watch, actor=self.actor)()
        return self.done(said[watch])
