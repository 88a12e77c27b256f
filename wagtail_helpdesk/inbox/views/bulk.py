"""Change several tickets at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_valid_next_url_from_request

from wagtail_helpdesk.inbox.changes import FieldChange, apply_all_or_nothing
from wagtail_helpdesk.inbox.forms import BulkForm
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.seen import Seen
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.tickets.models import Ticket


class BulkView(InboxMixin):
    """POST changes each chosen ticket wholly or not at all, and says for each what became of it."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back to the list, with the results as messages."""
        form = BulkForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
            return self._back()
        rows, values = form.rows(), form.new_values()
        if not rows:
            messages.warning(request, _("Choose at least one ticket."))
        elif not values:
            messages.warning(request, _("Choose what to change."))
        else:
            self._change(rows, values)
        return self._back()

    def _change(self, rows: list[Seen], values: dict[str, Any]) -> None:
        # A ticket that one may not see is passed over in silence: it does not exist.
        tickets = visible_tickets(self.request.user).in_bulk([row.ticket for row in rows])
        done: list[Ticket] = []
        for row in rows:
            ticket = tickets.get(row.ticket)
            if ticket is None:
                continue
            changes = {field: FieldChange(value, row.values[field]) for field, value in values.items()}
            why = apply_all_or_nothing(ticket, changes, actor=self.actor)
            if why:
                messages.error(self.request, _("%(ticket)s: %(why)s") % {"ticket": ticket.reference, "why": why})
            else:
                done.append(ticket)
        if done:
            names = ", ".join(ticket.reference for ticket in done)
            messages.success(self.request, _("Changed: %(tickets)s") % {"tickets": names})

    def _back(self) -> HttpResponse:
        return redirect(get_valid_next_url_from_request(self.request) or view_url(DEFAULT))
