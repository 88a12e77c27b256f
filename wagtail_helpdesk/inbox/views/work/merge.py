"""Make one ticket of several, and several of one again."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.answers import REFUSED
from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.merging import AT_ONCE, merge_into, mergeable, plan_merge, suggestions
from wagtail_helpdesk.inbox.views.work.base import WorkPage, WorkView
from wagtail_helpdesk.inbox.work import find_ticket
from wagtail_helpdesk.tickets.actions.merge_tickets import UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge
from wagtail_helpdesk.tickets.permissions import may


class MergeView(WorkPage):
    """GET chooses (``with``, ``number``, ``into``) and shows what will happen; POST merges."""

    template_name = "wagtail_helpdesk/inbox/merge.html"
    page_title = gettext_lazy("Merge tickets")
    header_icon = "resubmit"
    #: The ticket that is left is the one to go on with.
    moves_on = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As the base; PermissionDenied for who may not merge this ticket."""
        self.asked = request.POST if request.method == "POST" else request.GET
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        self._require_right()
        return self._page()

    def _require_right(self) -> None:
        if not may(self.request.user, "merge", self.ticket):
            raise PermissionDenied

    @cached_property
    def wrong_number(self) -> str:
        """Why a number that was typed is none to merge with, "" where it is."""
        return self._typed[1]

    @cached_property
    def _typed(self) -> tuple[Ticket | None, str]:
        words = self.asked.get("number", "").strip()
        if not words:
            return None, ""
        try:
            found = find_ticket(self.request.user, words)
        except ActionRefused as refusal:
            return None, str(refusal)
        if found.pk == self.ticket.pk:
            return None, _("A ticket cannot be merged with itself.")
        return found, ""

    @cached_property
    def chosen(self) -> list[Ticket]:
        """The tickets of the merge, this one first; those that one may not work on are none."""
        keys = {int(key[:18]) for key in self.asked.getlist("with") if key.isdecimal()} - {self.ticket.pk}
        if self._typed[0] is not None:
            keys.add(self._typed[0].pk)
        found = mergeable(self.request.user).in_bulk([self.ticket.pk, *sorted(keys)[:AT_ONCE]])
        return [found[key] for key in (self.ticket.pk, *sorted(keys)) if key in found]

    def _target(self) -> Ticket:
        wanted = self.asked.get("into", "")
        return next((ticket for ticket in self.chosen if str(ticket.pk) == wanted), self.chosen[0])

    def _page(self, refusal: str = "", status: int = 200) -> HttpResponse:
        chosen = self.chosen
        target = self._target()
        others = [ticket for ticket in chosen if ticket.pk != target.pk]
        keys = {ticket.pk for ticket in chosen}
        context = self.get_context_data(
            ticket=self.ticket,
            standing_view=self.standing_view,
            chosen=chosen if others else [],
            plan=plan_merge(target, others) if others else None,
            suggestions=[one for one in suggestions(self.ticket, self.request.user) if one.pk not in keys],
            wrong_number=self.wrong_number,
            number=self.asked.get("number", "") if self.wrong_number else "",
            refusal=refusal,
        )
        return self.render_to_response(context, status=status)

    def act(self) -> HttpResponse:
        self._require_right()
        target = self._target()
        sources = [ticket for ticket in self.chosen if ticket.pk != target.pk]
        if not sources:
            return self._page(self.wrong_number or _("Choose what to merge with."), status=REFUSED)
        try:
            steps = merge_into(target, sources, self.actor)
        except ActionRefused as refusal:
            return self._page(str(refusal), status=REFUSED)
        said = ngettext(
            "%(tickets)s was merged into %(target)s.", "%(tickets)s were merged into %(target)s.", len(sources)
        ) % {"tickets": ", ".join(one.reference for one in sources), "target": target.reference}
        return self.done(said, undo=steps, then=ticket_url(target, self.standing_view), leave=True)


class UnmergeView(WorkView):
    """POST takes a merge back, at any later time."""

    def act(self) -> HttpResponse:
        merge = get_object_or_404(
            TicketMerge.objects.select_related("target"),
            pk=self.kwargs["merge"],
            target=self.ticket,
            source__in=Ticket.objects.visible_to(self.request.user),
        )
        source = UnmergeTickets(merge=merge, actor=self.actor)()
        said = _("%(ticket)s stands for itself again.") % {"ticket": source.reference}
        if may(self.request.user, "view", source):
            # Its own page is where one goes on; the words are those of the next page, whoever asked.
            messages.success(self.request, said, buttons=[messages.button(ticket_url(source), source.reference)])
            said = ""
        return self.done(said, leave=True)
