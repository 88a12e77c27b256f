"""Who takes part in a ticket, and what becomes of somebody whom nobody asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.confirm_sender import ConfirmSender
from wagtail_helpdesk.conversations.actions.split_messages import SplitMessages
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.actions.change_participant import ChangeParticipant
from wagtail_helpdesk.tickets.actions.change_requester import ChangeRequester
from wagtail_helpdesk.tickets.actions.change_rights import ChangeRights
from wagtail_helpdesk.tickets.actions.participants import RIGHTS
from wagtail_helpdesk.tickets.choices import ParticipantState
from wagtail_helpdesk.tickets.models import TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

_STATES = {
    "confirm": ParticipantState.ACTIVE,
    "remove": ParticipantState.LEFT,
    "unblock": ParticipantState.LEFT,
}


class RequesterView(TicketMixin):
    """POST makes somebody else the requester: ``address``, ``name``, ``keep_in_copy``."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change it and go back to the ticket. PermissionDenied without the right to change it."""
        try:
            ChangeRequester(
                ticket=self.ticket,
                address=request.POST.get("address", ""),
                name=request.POST.get("name", "")[:200],
                keep_in_copy="keep_in_copy" in request.POST,
                actor=self.actor,
            )()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The requester was changed. Answers go there from now on."))
        return redirect(self.ticket_url)


class ParticipantView(TicketMixin):
    """POST ``decision``: "confirm", "remove" or "unblock" a participant; or "rights": set what this one may do."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, participant: int) -> HttpResponse:
        """Carry it out and go back to the ticket. PermissionDenied without the right to change it."""
        people = TicketParticipant.objects.select_related("contact")
        person = get_object_or_404(people, pk=participant, ticket=self.ticket)
        decision = request.POST.get("decision", "")
        if decision not in _STATES and decision != "rights":
            raise Http404
        common = {"ticket": self.ticket, "contact": person.contact, "actor": self.actor}
        try:
            if decision == "rights":
                ChangeRights(rights={name: name in request.POST for name in RIGHTS}, **common)()
                messages.success(request, _("Saved what %(name)s may do.") % {"name": person.contact})
            else:
                ChangeParticipant(state=_STATES[decision], **common)()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(self.ticket_url)


class SenderView(TicketMixin):
    """POST ``decision`` on who wrote a message: "confirm" (the requester), "split" (a ticket of its own), "block"."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Carry it out; a split leads to the new ticket. PermissionDenied without the right to change this one."""
        arrived = Message.objects.filter(direction=Direction.INBOUND).select_related("ticket", "author_contact")
        chosen = get_object_or_404(arrived, pk=message, ticket=self.ticket)
        decisions = {"confirm": self._confirm, "split": self._split, "block": self._block}
        decide = decisions.get(request.POST.get("decision", ""))
        if decide is None:
            raise Http404
        try:
            return decide(chosen)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return self._back_to(chosen)

    def _back_to(self, message: Message) -> HttpResponse:
        return redirect(f"{self.ticket_url}#message-{message.pk}")

    def _confirm(self, message: Message) -> HttpResponse:
        requester = ConfirmSender(message=message, actor=self.actor)()
        messages.success(self.request, _("The address belongs to %(name)s now.") % {"name": requester})
        return self._back_to(message)

    def _split(self, message: Message) -> HttpResponse:
        ticket = SplitMessages(ticket=self.ticket, messages=[message], actor=self.actor)()
        said = _("The message has a ticket of its own: %(reference)s.") % {"reference": ticket.reference}
        messages.success(self.request, said)
        if not may(self.request.user, "view", ticket):
            return redirect(self.ticket_url)
        return redirect("helpdesk_tickets:ticket", pk=ticket.pk)

    def _block(self, message: Message) -> HttpResponse:
        if message.author_contact is None:
            raise ActionRefused(_("Nobody knows any more who wrote this message."))
        ChangeParticipant(
            ticket=self.ticket,
            contact=message.author_contact,
            state=ParticipantState.BLOCKED,
            address=message.from_address,
            actor=self.actor,
        )()
        messages.success(self.request, _("Blocked: further mail to this ticket goes to Spam."))
        return self._back_to(message)
