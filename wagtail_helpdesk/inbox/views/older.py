"""Messages of a long conversation that do not stand in its page yet."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from wagtail_helpdesk.inbox.thread import unfold
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.choices import ParticipantState
from wagtail_helpdesk.tickets.permissions import may


class OlderView(TicketMixin):
    """GET ``?after=&before=``: the messages that a gap between two messages stands for, the newest ones of them.

    ``message``: those around this one instead.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return what takes the gap's place. Http404 for a gap that is not there."""
        keys = {}
        for name in ("after", "before", "message"):
            text = request.GET.get(name, "0")
            if not (text.isascii() and text.isdigit()):
                raise Http404
            keys[name] = int(text[:18])
        items = unfold(
            self.ticket, request.user, after=keys["after"], before=keys["before"], around=keys["message"] or None
        )
        if not items:
            raise Http404
        return TemplateResponse(request, "wagtail_helpdesk/inbox/items.html", {"items": items, **self._rights()})

    def _rights(self) -> dict[str, Any]:
        user, ticket = self.request.user, self.ticket
        blocked = ticket.participants.filter(state=ParticipantState.BLOCKED).values_list("contact", flat=True)
        return {
            "ticket": ticket,
            "standing_view": self.standing_view,
            "may_promote": may(user, "promote", ticket),
            "may_reply": may(user, "reply", ticket),
            "may_change": may(user, "change", ticket),
            "blocked": set(blocked),
        }
