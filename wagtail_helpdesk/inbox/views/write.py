"""Answer, or make a note."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contact_forms.uploads import new_files
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.inbox.composer import NOTE, THEN, ComposerForm
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.extras import Extras, carried, extras_of
from wagtail_helpdesk.inbox.guarding import reasons_to_wait
from wagtail_helpdesk.inbox.rich_text import is_empty, to_message_html
from wagtail_helpdesk.inbox.thread import last_event_of
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.tickets.blocking import ItemsOpen
from wagtail_helpdesk.tickets.permissions import may

#: The answer to a form that could not be taken as it is.
REFUSED = 422


class WriteView(ConversationView):
    """POST sends. What is refused comes back with its text, by the reason why, beside what arrived meanwhile."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the message; go to it on the ticket's page. PermissionDenied for who may not write here."""
        if not may(request.user, "note", self.ticket) and not may(request.user, "reply", self.ticket):
            raise PermissionDenied
        mode = request.POST.get("mode", "")
        if mode in ("reply", "note") and not may(request.user, mode, self.ticket):
            raise PermissionDenied
        form = ComposerForm(request.POST, request.FILES, ticket=self.ticket, user=request.user, people=self.people)
        if not form.is_valid():
            return self._refuse(form, " ".join(error for errors in form.errors.values() for error in errors))
        if reasons := self._reasons_to_wait(form.cleaned_data["mode"]):
            return self._refuse(form, " ".join(reasons), guarded=True)
        try:
            message = self._write(form.cleaned_data)
        except NewerMessages as error:
            return self._refuse(form, str(error), newer=error.messages)
        except ItemsOpen as error:
            self.request.session[self._asked] = True
            again = _("Send it once more to resolve the ticket all the same.")
            return self._refuse(form, f"{error} {again}")
        except ActionRefused as error:
            return self._refuse(form, str(error))
        address = f"{self.ticket_url}#message-{message.pk}"
        return JsonResponse({"redirect": address}) if self.is_fetched else redirect(address)

    def _write(self, data: dict[str, Any]) -> Message:
        extras = extras_of(self.request.POST, self.request.user, ticket=self.ticket)
        with events.unit_of_work():
            message = self._send(data, extras)
            extras.settle(message, actor=self.actor)
        return message

    def _send(self, data: dict[str, Any], extras: Extras) -> Message:
        html = "" if is_empty(data["body"]) else to_message_html(data["body"], site=self.ticket.site)
        files = [*(_as_new(file) for file in data["kept"]), *new_files(data["files"]), *extras.files]
        common = {"ticket": self.ticket, "html": html, "files": files, "once": data["once"], "actor": self.actor}
        if data["mode"] == NOTE:
            return AddNote(**common)()
        category = THEN[data["then"]]
        return Reply(
            **common,
            cc=[int(pk) for pk in data["cc"]],
            status=default_status(category) if category else extras.status_for(self.request.user, self.ticket),
            last_seen=data["last_seen"],
            anyway=bool(category) and self.request.session.pop(self._asked, False),
        )()

    @property
    def _asked(self) -> str:
        """Where the session keeps that a person was asked about the checklist of this ticket."""
        return f"helpdesk_items_{self.ticket.pk}"

    def _reasons_to_wait(self, mode: str) -> list[str]:
        """What colleagues do meanwhile, told once: who sends ``anyway`` knows it."""
        seen_event = self.request.POST.get("seen_event", "")
        if mode == NOTE or not seen_event.isdigit() or self.request.POST.get("anyway"):
            return []
        return reasons_to_wait(self.ticket, self.request.user, seen_event=int(seen_event[:18]))

    def _refuse(
        self, form: ComposerForm, why: str, newer: list[Message] | None = None, *, guarded: bool = False
    ) -> HttpResponse:
        """Say why, keeping what was written; the next attempt knows the newer messages, and what colleagues did."""
        guarded = guarded or bool(newer)
        if self.is_fetched:
            parts = self._refusal_parts(why, newer or [])
            if guarded:
                parts |= {"anyway": True, "seen_event": last_event_of(self.ticket)}
            return JsonResponse(parts, status=REFUSED)
        self.anyway = guarded
        form.data = form.data.copy()
        if newer:
            form.data["last_seen"] = max(message.pk for message in newer)
        if self.request.FILES:
            choose_again = _("Please choose your files again.")
            why = f"{why} {choose_again}"
        self.composer, self.refusal = form, why
        return self.render_to_response(self.get_context_data(carried=carried(self.request.POST)), status=REFUSED)

    def _refusal_parts(self, why: str, newer: list[Message]) -> dict[str, Any]:
        keys = [message.pk for message in newer]
        shown = messages_for([self.ticket.pk]).filter(pk__in=keys)
        context = {"items": [message_item(message, self.request.user) for message in shown], "ticket": self.ticket}
        html = render_to_string("wagtail_helpdesk/inbox/items.html", context, self.request) if keys else ""
        return {"refusal": why, "messages": html, "last_seen": max(keys, default=None)}


def _as_new(file: Any) -> NewFile:
    return NewFile(name=file.display_name, content=read_file(file), declared_type=file.declared_type)
