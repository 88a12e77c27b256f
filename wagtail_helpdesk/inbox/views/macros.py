"""Macros on one ticket: which there are, what one would change, and do it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.rich_text import expand_db_html

from wagtail_helpdesk.automation.macros import MacroResult, macros_for, preview_macro, run_macro
from wagtail_helpdesk.automation.models import Macro
from wagtail_helpdesk.automation.questions import PREFIX, AnswersForm
from wagtail_helpdesk.automation.runs import Line
from wagtail_helpdesk.conversations.sanitising import clean_agent_html
from wagtail_helpdesk.inbox.answering import answers_of
from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.composer_page import sends_part
from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.forms import PropertiesForm
from wagtail_helpdesk.inbox.insertions import contentstate
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.undoing import remember
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.permissions import may


class MacroMixin(TicketMixin, WagtailAdminTemplateMixin):
    """A page about macros on one ticket."""

    header_icon = "cogs"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the ticket, this page."""
        ticket = {"url": self.ticket_url, "label": self.ticket.reference}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), ticket, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the ticket and where it leads back to."""
        return super().get_context_data(
            ticket=self.ticket, ticket_url=self.ticket_url, standing_view=self.standing_view, **kwargs
        )


class MacrosView(MacroMixin):
    """The list, for browsers without JavaScript; the panel on the ticket's page has the same."""

    template_name = "wagtail_helpdesk/inbox/macros.html"
    page_title = gettext_lazy("Macros")
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the macros that may be run here."""
        macros = macros_for(request.user, self.ticket)
        return self.render_to_response(self.get_context_data(macros=macros, media=inbox_media()))


class MacroView(MacroMixin):
    """GET shows what a macro would change, POST does it."""

    template_name = "wagtail_helpdesk/inbox/macro.html"
    http_method_names = ["get", "head", "post", "options"]

    @cached_property
    def macro(self) -> Macro:
        """The macro. Http404 for one that is not for this ticket."""
        macro = macros_for(self.request.user, self.ticket).filter(pk=self.kwargs["macro"]).first()
        if macro is None:
            raise Http404
        return macro

    def get_page_title(self) -> str:
        """Return the macro's name."""
        return self.macro.name

    def get(self, request: HttpRequest, pk: int, macro: int) -> HttpResponse:
        """Show it; only the part of the panel to our JavaScript."""
        asked = any(name.startswith(f"{PREFIX}-") for name in request.GET)
        given = request.GET if asked else None
        context = self._preview(self._form(given, detached=self.is_fetched))
        if self.is_fetched:
            html = render_to_string("wagtail_helpdesk/inbox/macro_preview.html", {**context, "detached": True}, request)
            return HttpResponse(html, headers={"Cache-Control": "private, no-store"})
        return self.render_to_response(self.get_context_data(**context, media=inbox_media()))

    def _form(self, data: Any, *, detached: bool = False) -> AnswersForm:
        return AnswersForm(self.macro, data, of=answers_of(self.request.user, self.ticket), detached=detached)

    def _preview(self, form: AnswersForm) -> dict[str, Any]:
        """Return what shows the macro, with the answers as far as they are given."""
        answers = form.answers if form.is_bound else {}
        lines = preview_macro(self.macro, self.ticket, self.request.user, answers=answers)
        shown = [(line, _shown(line)) for line in lines]
        problems = any(line.problem for line in lines)
        return {"macro": self.macro, "lines": shown, "problems": problems, "questions": form}

    def post(self, request: HttpRequest, pk: int, macro: int) -> HttpResponse:
        """Run it. PermissionDenied for who may not write here at all."""
        if not may(request.user, "note", self.ticket) and not may(request.user, "change", self.ticket):
            raise PermissionDenied
        form = self._form(request.POST)
        if not form.is_valid() and not self.is_fetched:
            context = self.get_context_data(**self._preview(form), media=inbox_media())
            return self.render_to_response(context, status=REFUSED)
        seen = request.POST.get("last_seen", "")
        (result,) = run_macro(
            self.macro,
            [self.ticket],
            self.actor,
            last_seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None,
            # Only the page of the ticket has a composer that can take up a text.
            has_composer=self.is_fetched,
            answers=form.answers,
        )
        return self._answer(result)

    def _answer(self, result: MacroResult) -> HttpResponse:
        name, then = self.macro.name, self.ticket_url
        if result.why:
            said = _("“%(macro)s” was not run. %(why)s") % {"macro": name, "why": result.why}
            return answer(self.request, then=then, said=said, level="error", status=REFUSED)
        undo = remember(self.request.user, result.undo)
        said = _("“%(macro)s” was run.") % {"macro": name}
        ticket = self.get_tickets().filter(pk=self.ticket.pk).first()
        if following := self.move_on_if_over(ticket):
            return answer(self.request, then=following, said=said, undo=undo, leave=True)
        if ticket is None:
            return answer(self.request, then=view_url(self.standing_view or DEFAULT), said=said, undo=undo, leave=True)
        has_other_status, self.ticket = ticket.status_id != self.ticket.status_id, ticket
        if result.message is not None and not result.draft:
            return answer(
                self.request,
                then=f"{then}#message-{result.message}",
                said=said,
                undo=undo,
                leave=True,
                tickets=[ticket.pk],
            )
        more = {"insert": contentstate(result.draft)} if result.draft else {}
        parts = self._parts() | (sends_part(ticket, self.request.user) if has_other_status else {})
        return answer(self.request, then=then, said=said, undo=undo, parts=parts, tickets=[ticket.pk], **more)

    def _parts(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """What the page of the ticket shows of its fields."""
        user, ticket = self.request.user, self.ticket
        context = {
            "ticket": ticket,
            "standing_view": self.standing_view,
            "properties": PropertiesForm(ticket=ticket, user=user),
            "conflicts": {},
            "waits": short_time_since(ticket.customer_waiting_since),
            "may_promote": may(user, "promote", ticket),
        }
        return {
            "properties": ("wagtail_helpdesk/inbox/properties.html", context),
            "ticket-head": ("wagtail_helpdesk/inbox/head.html", context),
        }


def _shown(line: Line) -> str:
    return clean_agent_html(expand_db_html(line.html)) if line.html else ""
