"""What the composer fetches while one writes, and the same without JavaScript."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from wagtail_helpdesk.automation.saved_replies import replies_for
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.inbox.composer import ComposerForm
from wagtail_helpdesk.inbox.extras import REPLY_FIELD, carried, carried_keys
from wagtail_helpdesk.inbox.insertions import Insertion, article_insertion, contentstate, reply_insertion
from wagtail_helpdesk.inbox.similar import visible_contact
from wagtail_helpdesk.inbox.suggestions import MAX_QUERY, SUGGEST, Place
from wagtail_helpdesk.inbox.views.base import InboxMixin, TicketMixin
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.tickets.permissions import may


class _Offer:
    """Answers with JSON that nobody keeps."""

    request: HttpRequest
    place: Place

    def suggest(self, kind: str) -> HttpResponse:
        """Return {"items": [...]} for the words in ``?q=``."""
        if kind not in SUGGEST:
            raise Http404
        query = self.request.GET.get("q", "").replace("\x00", "")[:MAX_QUERY]
        return _private({"items": [one.as_json() for one in SUGGEST[kind](self.place, query)]})

    def ready(self, kind: str, key: int) -> HttpResponse:
        """Return the text that is put in; Http404 for what the user may not use."""
        insertion: Insertion | None = None
        if kind == "replies":
            insertion = reply_insertion(self.place, key)
        elif kind == "articles":
            insertion = article_insertion(key, self.request.GET.get("as", ""))
        if insertion is None:
            raise Http404
        return _private(insertion.as_json())


def _private(data: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(data)
    response["Cache-Control"] = "private, no-store"
    return response


class _OnTicket(_Offer, TicketMixin):
    """On a ticket that the user may write on."""

    http_method_names = ["get", "head", "options"]

    @cached_property
    def place(self) -> Place:
        """Where the user writes. PermissionDenied for who may not."""
        user = self.request.user
        if not may(user, "note", self.ticket) and not may(user, "reply", self.ticket):
            raise PermissionDenied
        return Place(self.request, self.ticket)


class SuggestView(_OnTicket):
    """``suggest/<kind>/?q=``."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Return what fits."""
        return self.suggest(kind)


class ReadyView(_OnTicket):
    """``ready/<kind>/<key>/``."""

    def get(self, request: HttpRequest, pk: int, kind: str, key: int) -> HttpResponse:
        """Return the text."""
        return self.ready(kind, key)


class _OnNewTicket(_Offer, InboxMixin):
    """On a ticket that is only being written; the mailbox and the contact stand in the address."""

    http_method_names = ["get", "head", "options"]

    @cached_property
    def place(self) -> Place:
        """Where the user writes. PermissionDenied for who opens no tickets."""
        if not may(self.request.user, "reply"):
            raise PermissionDenied
        key = self.request.GET.get("mailbox", "")
        mailbox = Mailbox.objects.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
        contact = visible_contact(self.request.user, self.request.GET.get("contact", ""))
        return Place(self.request, mailbox=mailbox, contact=contact)


class NewSuggestView(_OnNewTicket):
    """``new/suggest/<kind>/?q=``."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return what fits."""
        return self.suggest(kind)


class NewReadyView(_OnNewTicket):
    """``new/ready/<kind>/<key>/``."""

    def get(self, request: HttpRequest, kind: str, key: int) -> HttpResponse:
        """Return the text."""
        return self.ready(kind, key)


class InsertReplyView(ConversationView):
    """POST shows the page again with the saved reply that was chosen in the text, or with a list to choose from."""

    http_method_names = ["post", "options"]
    goes_along = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what was written. PermissionDenied for who may not write here."""
        if not may(request.user, "note", self.ticket) and not may(request.user, "reply", self.ticket):
            raise PermissionDenied
        form = ComposerForm(request.POST, request.FILES, ticket=self.ticket, user=request.user, people=self.people)
        place = Place(request, self.ticket)
        key = request.POST.get("insert_reply", "")
        insertion = reply_insertion(place, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
        if insertion is not None:
            form.is_valid()
            form.data = form.data.copy()
            form.data["body"] = contentstate(form.cleaned_data.get("body", "") + insertion.html)
            form.data.appendlist(REPLY_FIELD, str(insertion.key))
        self.composer = form
        context = self.get_context_data(
            choose_reply=replies_for(request.user, ticket=self.ticket),
            carried=carried(carried_keys(form.data), request.user, ticket=self.ticket),
        )
        return self.render_to_response(context)
