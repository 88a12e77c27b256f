"""Open a ticket for somebody who called, came by, or is written to first."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.models import TicketTemplate
from wagtail_helpdesk.automation.saved_replies import replies_for
from wagtail_helpdesk.contact_forms.uploads import new_files
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.open_for_customer import OpenForCustomer
from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.extras import carried, carried_keys, extras_of
from wagtail_helpdesk.inbox.insertions import contentstate
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.new_ticket import NewTicketForm, fill, templates_for, written_in
from wagtail_helpdesk.inbox.sending import SentBefore, has_same_words, html_of
from wagtail_helpdesk.inbox.similar import open_tickets_of, similar_tickets, visible_contact, visible_contacts
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.typed_triggers import writing_media
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

MAX_QUERY = 100
MAX_PEOPLE = 8
MAX_DUPLICATES = 5


class OpensTickets(InboxMixin):
    """For those who may reply to customers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise PermissionDenied without that right."""
        if not may(request.user, "view") or not may(request.user, "reply"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class NewTicketView(OpensTickets, WagtailAdminTemplateMixin):
    """GET shows the form, POST opens the ticket, or fills in a template where that was asked for."""

    template_name = "wagtail_helpdesk/inbox/new_ticket.html"
    page_title = gettext_lazy("New ticket")
    header_icon = "plus"
    http_method_names = ["get", "head", "post", "options"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, this page."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form; ``?contact=`` names who asks."""
        contact = visible_contact(request.user, request.GET.get("contact", ""))
        initial = {"contact": contact.pk, "name": contact.name, "address": contact.address} if contact else {}
        return self._show(NewTicketForm(user=request.user, initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open it and go to it; what is refused comes back with all that was typed."""
        if "use_template" in request.POST:
            return self._fill()
        form = NewTicketForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self._refuse(form)
        try:
            ticket = self._open(form)
        except ActionRefused as error:
            form.add_error(None, str(error))
            return self._refuse(form, once=secrets.token_hex(16) if isinstance(error, SentBefore) else "")
        return self._go_to(ticket)

    def _open(self, form: NewTicketForm) -> Ticket:
        data = form.cleaned_data
        mailbox = data["mailbox"]
        html = html_of(data["body"], mailbox.site)
        extras = extras_of(self.request.POST, self.request.user, mailbox=mailbox)
        with events.unit_of_work():
            ticket, message = OpenForCustomer(
                mailbox=mailbox,
                subject=data["subject"],
                html=html,
                address=data["address"],
                name=data["name"],
                contact=data["contact"],
                channel=data["channel"],
                first=data["first"],
                files=[*new_files(data["files"]), *extras.files],
                fields=form.ticket_fields(),
                acknowledge=data["acknowledge"],
                once=data["once"],
                actor=self.actor,
            )()
            extras.settle(message, actor=self.actor)
        if message.created_at < extras.since and not has_same_words(message, html):
            raise SentBefore(
                _("This was opened as %(ticket)s before you changed it. If you open it again, it is another ticket.")
                % {"ticket": ticket.reference}
            )
        return ticket

    def _go_to(self, ticket: Ticket) -> HttpResponse:
        said = _("%(ticket)s was opened.") % {"ticket": ticket.reference}
        sees = Ticket.objects.visible_to(self.request.user).filter(pk=ticket.pk).exists()
        if not sees:
            given = _("It was given away: you do not see it.")
            said = f"{said} {given}"
        then = ticket_url(ticket) if sees else view_url(DEFAULT)
        return answer(self.request, then=then, said=said, leave=True)

    def _refuse(self, form: NewTicketForm, *, once: str = "") -> HttpResponse:
        """``once``: the next attempt is another click."""
        if self.is_fetched:
            words = [str(error) for errors in form.errors.values() for error in errors]
            fields = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            body = {"refusal": " ".join(words), "errors": fields} | ({"once": once} if once else {})
            return JsonResponse(body, status=REFUSED)
        if once:
            form.data = form.data.copy()
            form.data["once"] = once
        return self._show(form, status=REFUSED)

    def _fill(self) -> HttpResponse:
        """Put a template into the fields that nobody has filled."""
        request = self.request
        form = NewTicketForm(request.POST, user=request.user)
        key = request.POST.get("template", "")
        usable = {str(template.pk): template for template in templates_for(request.user)}
        contact = visible_contact(request.user, request.POST.get("contact", ""))
        filled = fill(usable[key], form, contact) if key in usable else {}
        if filled:
            TicketTemplate.objects.filter(pk=key).update_use()
        if self.is_fetched:
            if "body" in filled:
                filled["body"] = json.loads(contentstate(filled["body"]))
            return JsonResponse({"values": filled})
        return self._show(NewTicketForm(user=request.user, initial={**written_in(form), **filled}))

    def _show(self, form: NewTicketForm, *, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            templates=templates_for(self.request.user),
            chosen_template=self.request.POST.get("template", ""),
            choose_reply=replies_for(self.request.user) if self.request.method == "POST" else (),
            carried=carried(carried_keys(self.request.POST), self.request.user),
            duplicates=self._duplicates(form),
            media=form.media + writing_media("people", "reference", "new_ticket"),
        )
        return self.render_to_response(context, status=status)

    def _duplicates(self, form: NewTicketForm) -> list[Ticket]:
        value = form["contact"].value()
        contact = visible_contact(self.request.user, str(value or ""))
        return likely_duplicates(self.request.user, contact, form["subject"].value() or "")


def likely_duplicates(user: Any, contact: Contact | None, subject: str) -> list[Ticket]:
    """Return open tickets that may be the same case: those of the same person first, then those with such a subject."""
    found = open_tickets_of(user, contact, limit=MAX_DUPLICATES) if contact else []
    if subject.strip() and len(found) < MAX_DUPLICATES:
        known = {ticket.pk for ticket in found}
        alike = similar_tickets(user, subject, limit=MAX_DUPLICATES)
        found += [ticket for ticket in alike if ticket.pk not in known]
    return found[:MAX_DUPLICATES]


class DuplicatesView(OpensTickets):
    """``?contact=&subject=``: the list of likely duplicates, for our JavaScript."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the list as a part of the page."""
        contact = visible_contact(request.user, request.GET.get("contact", ""))
        subject = request.GET.get("subject", "")[:MAX_QUERY]
        context = {"duplicates": likely_duplicates(request.user, contact, subject)}
        html = render_to_string("wagtail_helpdesk/inbox/duplicates.html", context, request)
        return HttpResponse(html, headers={"Cache-Control": "private, no-store"})


class PeopleView(OpensTickets):
    """``?q=``: people whose tickets one may see."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return {"items": [{"key": contact, "label": name, "detail": address}]}."""
        query = request.GET.get("q", "").replace("\x00", "")[:MAX_QUERY]
        people = visible_contacts(request.user, query, limit=MAX_PEOPLE)
        items = [
            {"key": str(person.pk), "label": str(person), "name": person.name, "detail": person.address}
            for person in people
        ]
        response = JsonResponse({"items": items})
        response["Cache-Control"] = "private, no-store"
        return response
