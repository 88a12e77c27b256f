"""Answer, make a note, or pass something on."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.actions.write_outgoing import once_key
from wagtail_helpdesk.conversations.approving import approvers_of
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.drafts import DraftChanged, draft_of
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.answers import answer
from wagtail_helpdesk.inbox.changes import FieldChange
from wagtail_helpdesk.inbox.composer import NOTE, REPLY, VERBS, ComposerForm
from wagtail_helpdesk.inbox.composer_page import forwardable_messages
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.extras import carried, carried_keys, extras_of
from wagtail_helpdesk.inbox.guarding import reasons_to_wait
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.rich_text import composer_widget
from wagtail_helpdesk.inbox.sending import SentBefore, has_same_words, html_of, remember_choice, send
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.thread import last_event_of
from wagtail_helpdesk.inbox.undoing import field_steps, remember
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.inbox.views.drafts import keep_words
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.blocking import ItemsOpen
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: The answer to a form that could not be taken as it is.
REFUSED = 422


class WriteView(ConversationView):
    """POST sends. What is refused comes back with its text, by the reason why, beside what arrived meanwhile."""

    http_method_names = ["post", "options"]
    goes_along = True
    #: What takes the tags of saved replies back.
    tag_steps: list[dict[str, Any]] = []
    #: What gives a ticket back that was nobody's before.
    assignee_steps: list[dict[str, Any]] = []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the message; show it on the ticket's page. PermissionDenied for who may not write here."""
        asks = bool(request.POST.get("approval"))
        self._check_rights(request.POST.get("mode", ""), asks=asks)
        if self.merged is not None:
            return self._keep(self.merged)
        # Asked before the message is there: it may lead out of the view.
        goes_on = request.POST.get("after") == "next" and not self.focus
        following = self._way().get("next_url", "") if goes_on else ""
        messages = forwardable_messages(self.ticket) if may(request.user, "reply", self.ticket) else []
        form = ComposerForm(
            request.POST,
            request.FILES,
            ticket=self.ticket,
            user=request.user,
            people=self.people,
            forwardable=list(messages),
            approvers=approvers_of(self.ticket, request.user) if asks else [],
        )
        if not form.is_valid():
            return self._refuse(form, " ".join(error for errors in form.errors.values() for error in errors))
        if reasons := self._reasons_to_wait(form.cleaned_data["mode"]):
            return self._refuse(form, " ".join(reasons), guarded=True)
        try:
            message = self._send(form.cleaned_data)
        except NewerMessages as error:
            return self._refuse(form, str(error), newer=error.messages)
        except ItemsOpen as error:
            self.request.session[self._asked] = True
            again = _("Send it once more to resolve the ticket all the same.")
            return self._refuse(form, f"{error} {again}")
        except DraftChanged as error:
            return self._refuse(form, str(error), version=error.draft.version if error.draft else 0)
        except SentBefore as error:
            draft = draft_of(request.user, self.ticket)
            again = {"once": secrets.token_hex(16), "version": draft.version if draft else 0}
            return self._refuse(form, str(error), **again)
        except ActionRefused as error:
            return self._refuse(form, str(error))
        # Within a focus session one goes on to the next ticket, whatever one does elsewhere.
        remember_choice(request.user, form.cleaned_data, but=("after",) if self.focus else ())
        if self.focus and (form.cleaned_data["after"] or form.cleaned_data["then"] == "resolve"):
            return self._sent(message, "next", self.move_on())
        return self._sent(message, form.cleaned_data["after"], following)

    def _keep(self, merged: Ticket) -> HttpResponse:
        """Keep what was written on ``merged`` for its survivor, where other people read along; unless it was sent."""
        post = self.request.POST
        key = once_key(post.get("mode", ""), merged.pk, post.get("once", ""))
        sent = Message.objects.filter(external_key=key).first() if key else None
        body = composer_widget().value_from_datadict(post, {}, "body") or ""
        if sent is not None and has_same_words(sent, html_of(body, merged.site)):
            return self.lead_to(self.ticket, _("What you wrote was sent before."))
        said = _("What you wrote waits there, not sent yet.")
        if sent is not None:
            said = _("What you wrote was sent before you changed it. As you changed it, it waits there.")
        return self.lead_to(self.ticket, " ".join([said, *keep_words(self, above=True)]))

    def _check_rights(self, mode: str, *, asks: bool) -> None:
        """PermissionDenied for who may not write this; whoever ``asks`` for approval need not be allowed to send it."""
        user = self.request.user
        if not may(user, "note", self.ticket) and not may(user, "reply", self.ticket):
            raise PermissionDenied
        if mode in VERBS and not may(user, VERBS[mode], self.ticket) and not (asks and mode == REPLY):
            raise PermissionDenied

    def _send(self, data: dict[str, Any]) -> Message:
        user = self.request.user
        extras = extras_of(self.request.POST, user, ticket=self.ticket)
        # Asked about the checklist, the person sent once more.
        anyway = bool(data.get("then")) and self.request.session.pop(self._asked, False)
        before = set(self.ticket.tags.names()) if extras.tags else set()
        message = send(self.ticket, user, data, extras, anyway=anyway)
        self.assignee_steps = self._take_over() if self.focus and data["mode"] != NOTE else []
        if extras.tags:
            # The way back takes the tags of a saved reply along.
            change = FieldChange(sorted(set(self.ticket.tags.names())), sorted(before))
            self.tag_steps = field_steps(self.ticket, {"tags": sorted(before)}, {"tags": change})
        return message

    def _take_over(self) -> list[dict[str, Any]]:
        """A ticket of nobody is the agent's who answers it in a focus session; return what takes that back."""
        user = self.request.user
        if self.ticket.assignee_id is not None or not may(user, "assign", self.ticket):
            return []
        try:
            AssignTicket(ticket=self.ticket, assignee=user, seen=None, actor=self.actor)()
        except ActionRefused:
            # Somebody took it at this very moment.
            return []
        return field_steps(self.ticket, {"assignee": None}, {"assignee": FieldChange(user)})

    def _sent(self, message: Message, after: str, following: str) -> HttpResponse:
        """Say what was done and offer the way back; go where the person wants to be."""
        scheduled = message.state == MessageState.SCHEDULED
        sent = {"kind": "message", "ticket": self.ticket.pk, "message": message.pk}
        steps = [*self.assignee_steps, *self.tag_steps, sent] if scheduled else []
        then, leave = f"{self.ticket_url}#message-{message.pk}", False
        if after == "next" and following:
            then, leave = following, True
        elif after == "list" or after == "next":
            then, leave = view_url(self.standing_view or DEFAULT), True
        return answer(
            self.request,
            then=then,
            leave=leave,
            said=_said(message),
            undo=remember(self.request.user, steps),
            seconds=conf.get("UNDO_SECONDS") + 2 if scheduled else None,
            parts=None if leave else self._parts(message),
            tickets=[self.ticket.pk],
            sent=message.pk,
        )

    def _parts(self, message: Message) -> dict[str, Any]:
        """An empty composer. The message itself comes with the page's next look at what is new."""
        return {
            "composer": (
                "wagtail_helpdesk/inbox/composer.html",
                self._composer_context(message.pk, last_event_of(self.ticket)),
            )
        }

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
        self,
        form: ComposerForm,
        why: str,
        newer: list[Message] | None = None,
        *,
        version: int | None = None,
        guarded: bool = False,
        once: str = "",
    ) -> HttpResponse:
        """Say why, keeping what was written; the next attempt knows the newer messages, what colleagues did, and the
        other draft, and with ``once`` is another click.
        """
        guarded = guarded or bool(newer)
        if self.is_fetched:
            body = {**self._refusal_parts(why, newer or []), "version": version}
            if once:
                body["once"] = once
            if guarded:
                body |= {"anyway": True, "seen_event": last_event_of(self.ticket)}
            return JsonResponse(body, status=REFUSED)
        self.anyway = guarded
        form.data = form.data.copy()
        if newer:
            form.data["last_seen"] = max(message.pk for message in newer)
        if version is not None:
            form.data["version"] = version
        if once:
            form.data["once"] = once
        if self.request.FILES:
            choose_again = _("Please choose your files again.")
            why = f"{why} {choose_again}"
        self.composer, self.refusal = form, why
        kept = carried(carried_keys(self.request.POST), self.request.user, ticket=self.ticket)
        return self.render_to_response(self.get_context_data(carried=kept), status=REFUSED)

    def _refusal_parts(self, why: str, newer: list[Message]) -> dict[str, Any]:
        keys = [message.pk for message in newer]
        shown = messages_for([self.ticket.pk]).filter(pk__in=keys)
        items = [message_item(message, self.request.user) for message in shown]
        context = {"items": items, "ticket": self.ticket, **self._rights()}
        html = render_to_string("wagtail_helpdesk/inbox/items.html", context, self.request) if keys else ""
        return {"refusal": why, "messages": html, "last_seen": max(keys, default=None)}


def _said(message: Message) -> str:
    if message.is_note:
        return _("The note was added.")
    if message.state == MessageState.WAITING:
        return _("It waits for approval, and nobody but agents sees it.")
    if message.state != MessageState.SCHEDULED:
        return _("Sent.")
    if message.mailing.get("later"):
        time = date_format(timezone.localtime(message.publish_at), "SHORT_DATETIME_FORMAT")
        return _("It leaves on %(time)s.") % {"time": time}
    seconds = max(round((message.publish_at - timezone.now()).total_seconds()), 1)
    return ngettext("It leaves in %(count)d second.", "It leaves in %(count)d seconds.", seconds) % {"count": seconds}
