"""Let a ticket close by itself at a certain time, and take that time away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.changes import FieldChange
from wagtail_helpdesk.inbox.closing import CloseOnForm
from wagtail_helpdesk.inbox.head import head_of
from wagtail_helpdesk.inbox.undoing import field_steps
from wagtail_helpdesk.inbox.views.work.base import WorkPage
from wagtail_helpdesk.tickets.actions.close_on import CloseOn, closing_state, closing_step
from wagtail_helpdesk.tickets.permissions import may

MENU = "wagtail_helpdesk/inbox/close_on_menu.html"


class CloseOnView(WorkPage):
    """GET is the menu as a page; POST sets the time, or takes it away. What cannot be read is said at its field."""

    template_name = "wagtail_helpdesk/inbox/close_on.html"
    page_title = gettext_lazy("Close on …")
    header_icon = "calendar-check"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not change the ticket."""
        if not may(request.user, "change", self.ticket):
            raise PermissionDenied
        return self._page(CloseOnForm())

    def act(self) -> HttpResponse:
        if "remove" in self.request.POST:
            return self._set(None)
        form = CloseOnForm(self.request.POST)
        return self._set(form.cleaned_data["until"]) if form.is_valid() else self._refuse_form(form)

    def _set(self, at: Any) -> HttpResponse:
        before, old = closing_state(self.ticket), self.ticket.status_id
        ticket = CloseOn(ticket=self.ticket, at=at, actor=self.actor)()
        steps = field_steps(ticket, {"status": old}, {"status": FieldChange(ticket.status)})
        if not steps and closing_state(ticket) == before:
            return self.done()
        return self.done(_said(at), undo=[*steps, closing_step(before, ticket)])

    def _refuse_form(self, form: CloseOnForm) -> HttpResponse:
        if not self.is_fetched:
            return self._page(form, status=REFUSED)
        head = head_of(self.ticket, self.request, close_on=form)
        context = {"standing_view": self.standing_view, "is_open": True, **head}
        return answer(self.request, then=self.ticket_url, parts={"close-on-menu": (MENU, context)}, status=REFUSED)

    def _page(self, form: CloseOnForm, status: int = 200) -> HttpResponse:
        context = {"standing_view": self.standing_view, **head_of(self.ticket, self.request, close_on=form)}
        return self.render_to_response(self.get_context_data(**context), status=status)


def _said(at: Any) -> str:
    if at is None:
        return _("The ticket does not close on that day any more.")
    time = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return _("Closes by itself on %(time)s unless the customer answers.") % {"time": time}
