"""What the views of this package have in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.composer_page import sends_part
from wagtail_helpdesk.inbox.head import head_of
from wagtail_helpdesk.inbox.undoing import Step, remember
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.inbox.work import work_of

HEAD = "wagtail_helpdesk/inbox/head.html"
WORK = "wagtail_helpdesk/inbox/work.html"


class WorkView(TicketMixin):
    """POST does one thing (:meth:`act`) and answers with the parts of the page that show it."""

    http_method_names = ["post", "options"]
    #: Whether a focus session goes on to its next ticket where the work on this one is over by it.
    moves_on = True

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it; what is refused is said. PermissionDenied for who may not."""
        try:
            return self.act()
        except ActionRefused as refusal:
            return self.refuse(str(refusal))

    def act(self) -> HttpResponse:
        """Do what was asked and return :meth:`done`."""
        raise NotImplementedError

    def done(self, said: str = "", *, undo: list[Step] | None = None, **more: Any) -> HttpResponse:
        """Show the ticket as it is now; ``undo`` are the steps that take it back."""
        record = remember(self.request.user, undo) if undo else None
        if self.focus and self.moves_on:
            following = self.move_on_if_over(self.get_tickets().filter(pk=self.ticket.pk).first())
            more |= {"then": following, "leave": True} if following else {}
        more.setdefault("then", self.ticket_url)
        return answer(self.request, said=said, undo=record, parts=self.parts(), tickets=[self.ticket.pk], **more)

    def refuse(self, why: str) -> HttpResponse:
        """Say why not; everything stays as it is."""
        return answer(self.request, then=self.ticket_url, said=why, level="warning", status=REFUSED)

    def parts(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the parts of the page that may have changed; none for a plain form, which loads the page anew."""
        ticket = self.get_tickets().filter(pk=self.ticket.pk).first() if self.is_fetched else None
        if ticket is None:
            return {}
        shared = {"ticket": ticket, "standing_view": self.standing_view}
        # Which ways to send there are depends on the status.
        sends = sends_part(ticket, self.request.user) if ticket.status_id != self.ticket.status_id else {}
        return sends | {
            "ticket-head": (HEAD, shared | head_of(ticket, self.request)),
            "ticket-work": (WORK, shared | work_of(ticket, self.request.user)),
        }


class WorkPage(WorkView, WagtailAdminTemplateMixin):
    """A page that asks before it does something."""

    http_method_names = ["get", "head", "post", "options"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the ticket, this page."""
        ticket = {"url": self.ticket_url, "label": self.ticket.reference}
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), ticket, here]
