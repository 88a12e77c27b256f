"""Snooze a ticket, wake it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.head import head_of
from wagtail_helpdesk.inbox.snoozing import SnoozeForm, remember_choice
from wagtail_helpdesk.inbox.views.work.base import WorkPage, WorkView
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, WakeTicket, snooze_state, snooze_step
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

MENU = "wagtail_helpdesk/inbox/snooze_menu.html"


class SnoozeView(WorkPage):
    """GET is the menu as a page; POST snoozes. What cannot be read is said at its field."""

    template_name = "wagtail_helpdesk/inbox/snooze.html"
    page_title = gettext_lazy("Snooze")
    header_icon = "time"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not change the ticket."""
        if not may(request.user, "change", self.ticket):
            raise PermissionDenied
        return self._page(SnoozeForm())

    def act(self) -> HttpResponse:
        form = SnoozeForm(self.request.POST)
        if not form.is_valid():
            return self._refuse_form(form)
        before = snooze_state(self.ticket)
        ticket = SnoozeTicket(ticket=self.ticket, actor=self.actor, **form.values())()
        remember_choice(self.request, ticket.snooze_words)
        return self.done(snoozed_words(ticket), undo=[snooze_step(before, ticket)])

    def _refuse_form(self, form: SnoozeForm) -> HttpResponse:
        if not self.is_fetched:
            return self._page(form, status=REFUSED)
        context = {
            "standing_view": self.standing_view,
            "is_open": True,
            **head_of(self.ticket, self.request, snooze=form),
        }
        return answer(self.request, then=self.ticket_url, parts={"snooze-menu": (MENU, context)}, status=REFUSED)

    def _page(self, form: SnoozeForm, status: int = 200) -> HttpResponse:
        context = {"standing_view": self.standing_view, **head_of(self.ticket, self.request, snooze=form)}
        return self.render_to_response(self.get_context_data(**context), status=status)


class WakeView(WorkView):
    """POST wakes a snoozed ticket."""

    def act(self) -> HttpResponse:
        before = snooze_state(self.ticket)
        ticket = WakeTicket(ticket=self.ticket, actor=self.actor)()
        if ticket is None:
            return self.done()
        return self.done(_("The ticket is awake."), undo=[snooze_step(before, ticket)])


def snoozed_words(ticket: Ticket) -> str:
    """Return until when a ticket sleeps, as a sentence."""
    if ticket.snoozed_until is None:
        return _("Snoozed until somebody answers")
    until = date_format(timezone.localtime(ticket.snoozed_until), "DATETIME_FORMAT")
    return _("Snoozed until %(time)s") % {"time": until}
