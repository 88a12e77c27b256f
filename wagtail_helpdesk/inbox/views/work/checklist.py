"""A ticket's checklist."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.reversers import item_step
from wagtail_helpdesk.inbox.views.work.base import WorkView
from wagtail_helpdesk.inbox.work import find_ticket, templates_for
from wagtail_helpdesk.tickets.actions.checklist import AddItems, MoveItem, RemoveItem, TickItem


class AddItemView(WorkView):
    """POST ``text``, ``about`` (a ticket) or ``template`` puts things on the list."""

    def act(self) -> HttpResponse:
        post = self.request.POST
        if post.get("template"):
            return self._add_template(post["template"])
        text, about = post.get("text", ""), post.get("about", "").strip()
        other = find_ticket(self.request.user, about) if about else None
        AddItems(ticket=self.ticket, texts=[text], about=other, actor=self.actor)()
        return self.done()

    def _add_template(self, key: str) -> HttpResponse:
        if not key.isdecimal():
            raise Http404
        template = get_object_or_404(templates_for(self.ticket), pk=int(key[:18]))
        AddItems(ticket=self.ticket, texts=template.lines, actor=self.actor)()
        return self.done(_("“%(name)s” is on the checklist.") % {"name": template.name})


class ItemView(WorkView):
    """POST ``do``: "tick", "untick", "up", "down" or "remove" one thing of the list."""

    def act(self) -> HttpResponse:
        item = get_object_or_404(self.ticket.checklist, pk=self.kwargs["item"])
        common = {"ticket": self.ticket, "item": item, "actor": self.actor}
        do = self.request.POST.get("do", "")
        if do in ("tick", "untick"):
            TickItem(done=do == "tick", **common)()
        elif do in ("up", "down"):
            MoveItem(down=do == "down", **common)()
        elif do == "remove":
            kept = RemoveItem(**common)()
            return self.done(_("Taken off the checklist."), undo=[item_step(self.ticket, kept)])
        else:
            raise Http404
        return self.done()
