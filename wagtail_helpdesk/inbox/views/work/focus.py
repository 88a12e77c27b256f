"""Go on to the next ticket of a focus session, after this one was worked on or without that."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.focus.forms import SkipForm
from wagtail_helpdesk.inbox.focus.summary import did_something
from wagtail_helpdesk.inbox.views.work.base import WorkPage
from wagtail_helpdesk.tickets.actions.skip_ticket import SkipTicket

MENU = "wagtail_helpdesk/inbox/skip_menu.html"


class SkipView(WorkPage):
    """GET asks why, as a page; POST skips the ticket. Without a session it leads to the ticket."""

    template_name = "wagtail_helpdesk/inbox/skip.html"
    page_title = gettext_lazy("Skip")
    header_icon = "arrow-right"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        return self._page(SkipForm()) if self.focus else redirect(self.ticket_url)

    def act(self) -> HttpResponse:
        if self.focus is None:
            return self.refuse(_("The focus session is over."))
        form = SkipForm(self.request.POST)
        if not form.is_valid():
            return self.ask(form)
        SkipTicket(ticket=self.ticket, actor=self.actor, **form.cleaned_data)()
        said = _("%(ticket)s was skipped.") % {"ticket": self.ticket.reference}
        return answer(self.request, then=self.move_on(skips=True), said=said, leave=True)

    def ask(self, form: SkipForm, said: str = "") -> HttpResponse:
        """Ask why."""
        if not self.is_fetched:
            return self._page(form, said, status=REFUSED)
        context = {**self._context(form, said), "is_open": True}
        return answer(self.request, then=self.ticket_url, parts={"skip-menu": (MENU, context)}, status=REFUSED)

    def _page(self, form: SkipForm, said: str = "", status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**self._context(form, said)), status=status)

    def _context(self, form: SkipForm, said: str) -> dict[str, Any]:
        return {"ticket": self.ticket, "standing_view": self.standing_view, "skip_form": form, "skip_said": said}


class NextView(SkipView):
    """POST goes on where something was done with the ticket, else asks why it is skipped."""

    http_method_names = ["post", "options"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """There is nothing to look at."""
        raise Http404

    def act(self) -> HttpResponse:
        if self.focus is None:
            return self.refuse(_("The focus session is over."))
        has_it = self.focus.ticket_id == self.ticket.pk
        if has_it and not did_something(self.focus, self.request.user, self.ticket.pk):
            return self.ask(SkipForm(), _("Nothing was done with it yet. Why do you go on?"))
        return answer(self.request, then=self.move_on(), leave=True)
