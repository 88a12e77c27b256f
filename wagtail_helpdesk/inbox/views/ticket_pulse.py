"""What an open page asks every few seconds: who else is here, and whether something is new."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.focus import sessions
from wagtail_helpdesk.inbox.last_seen import note_seen
from wagtail_helpdesk.inbox.news import News, news_since, with_version
from wagtail_helpdesk.inbox.presence import come, go, present_at
from wagtail_helpdesk.inbox.reading import mark_seen
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.notifications.actions.mark_read import mark_read

#: What is made anew when something happened: {id of the element: template}. Each gets the context of the whole page.
LIVE_PARTS = {
    "ticket-head": "wagtail_helpdesk/inbox/head.html",
    "ticket-properties": "wagtail_helpdesk/inbox/properties.html",
    "ticket-people": "wagtail_helpdesk/inbox/about.html",
    "ticket-work": "wagtail_helpdesk/inbox/work.html",
    "composer-sends": "wagtail_helpdesk/inbox/composer_sends.html",
}


class TicketPulseView(ConversationView):
    """POST: the agent is here. ``message`` and ``event`` are the newest keys that the page knows.

    ``here``: "1" while somebody sits before it; ``typing``; ``seen``: the newest message that was on the screen.
    """

    http_method_names = ["post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As any ticket's screen: the number of a merged one is not looked up every few seconds."""
        return TicketMixin.dispatch(self, request, *args, **kwargs)

    def get_tickets(self) -> Any:
        """Return the tickets with what a page compares."""
        return with_version(super().get_tickets())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return who is here, and the news where there are some."""
        user, ticket = request.user, self.ticket
        if request.POST.get("here") == "1":
            note_seen(user)
            come(user, ticket, typing=request.POST.get("typing") == "1")
        seen = min(_key(request.POST.get("seen")), ticket.newest_message)
        if seen:
            mark_seen(user, ticket, seen)
            mark_read(user, ticket_id=ticket.pk)
        known = (_key(request.POST.get("message")), _key(request.POST.get("event")))
        context = {"present": present_at([ticket.pk], user).get(ticket.pk, [])}
        answer = {"presence": render_to_string("wagtail_helpdesk/inbox/presence.html", context, request)}
        if known != (ticket.newest_message, ticket.newest_event):
            news = news_since(ticket, user, message=known[0], event=known[1])
            answer |= {"message": ticket.newest_message, "event": ticket.newest_event, **self._news(news)}
        return _private(JsonResponse(answer))

    def _news(self, news: News) -> dict[str, Any]:
        if news.reordered:
            return {"reload": _("The messages of this ticket are in another order now.")}
        context = self.get_context_data()
        return {
            "items": self._items(context, news.items),
            "changed": {f"message-{item.message.pk}": self._items(context, [item]) for item in news.changed},
            "gone": [f"message-{pk}" for pk in news.gone],
            "arrivals": [{"id": f"message-{arrival.pk}", "words": arrival.words} for arrival in news.arrivals],
            "changes": news.changes,
            "parts": {key: render_to_string(name, context, self.request) for key, name in LIVE_PARTS.items()},
        }

    def _items(self, context: dict[str, Any], items: list[Any]) -> str:
        return render_to_string("wagtail_helpdesk/inbox/items.html", {**context, "items": items}, self.request)


class LeaveView(TicketMixin):
    """POST: the agent closes the ticket's page."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget the presence; a focus session's ticket is free for others."""
        go(request.user, self.ticket)
        if self.focus:
            sessions.leave(self.focus, self.ticket.pk)
        return HttpResponse(status=204)


def _key(text: str | None) -> int:
    """Return the key that ``text`` is, 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
