"""Change a ticket's fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.changes import FieldChange, apply_by_field
from wagtail_helpdesk.inbox.composer_page import sends_part
from wagtail_helpdesk.inbox.forms import PropertiesForm
from wagtail_helpdesk.inbox.head import head_of
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.people import away_notice
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.tickets.actions.base import Conflict
from wagtail_helpdesk.tickets.blocking import ItemsOpen
from wagtail_helpdesk.tickets.permissions import may

CONFLICT = 409
#: What our JavaScript puts in the place of what the page showed.
PARTS = ("properties", "head")


class PropertiesView(ConversationView):
    """POST changes the fields whose value is another one than the person had seen; a conflict is told by field."""

    http_method_names = ["post", "options"]
    #: Whether the ticket can be resolved all the same, by pressing another button.
    asks_anyway = False
    #: Whether other ways to send follow from the change.
    has_other_status = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change what was changed. PermissionDenied for who may change nothing here."""
        user = request.user
        if not may(user, "change", self.ticket) and not may(user, "assign", self.ticket):
            raise PermissionDenied
        data = request.POST.copy()
        if "assign_to_me" in data:
            data["assignee"] = str(user.pk)
        form = PropertiesForm(data, ticket=self.ticket, user=user)
        if not form.is_valid():
            return self._answer(form, {name: " ".join(errors) for name, errors in form.errors.items()}, {})
        changes = form.changes()
        if "status" in changes and "anyway" in data:
            changes["status"] = replace(changes["status"], anyway=True)
        errors = apply_by_field(self.ticket, changes, actor=self.actor)
        refused = {field: _sentence(error) for field, error in errors.items()}
        self.asks_anyway = isinstance(errors.get("status"), ItemsOpen)
        ticket = self.get_tickets().filter(pk=self.ticket.pk).first()
        following = None if refused else self.move_on_if_over(ticket)
        self.has_other_status = ticket is not None and ticket.status_id != self.ticket.status_id
        if following:
            return self._go(following, _("Saved."))
        if ticket is None:
            said = _("The ticket was given away: you do not see it any more.")
            return self._go(view_url(self.standing_view or DEFAULT), said)
        self.ticket = ticket
        return self._answer(form, refused, changes)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows, with the way to resolve the ticket all the same."""
        return super().get_context_data(asks_anyway=self.asks_anyway, **kwargs)

    def _answer(self, form: PropertiesForm, refused: dict[str, str], changes: dict[str, FieldChange]) -> HttpResponse:
        """Show the fields as they are now, and in those that were refused what the person chose."""
        if not refused and not self.is_fetched:
            if changes:
                messages.success(self.request, _("Saved."))
            return redirect(self.ticket_url)
        chosen = {field: form.data.get(field) for field in refused if field in form.data}
        self.properties = PropertiesForm(ticket=self.ticket, user=self.request.user, chosen=chosen)
        self.conflicts = refused
        status = CONFLICT if refused else 200
        if not self.is_fetched:
            return self.render_to_response(self.get_context_data(), status=status)
        context = {"ticket": self.ticket, "properties": self.properties, "conflicts": refused, "saved": bool(changes)}
        context["standing_view"] = self.standing_view
        context["asks_anyway"] = self.asks_anyway
        context["away_notice"] = away_notice(self.ticket.assignee)
        context |= head_of(self.ticket, self.request)
        parts = {part: render_to_string(f"wagtail_helpdesk/inbox/{part}.html", context, self.request) for part in PARTS}
        if self.has_other_status:
            for key, (template, more) in sends_part(self.ticket, self.request.user).items():
                parts[key] = render_to_string(template, more, self.request)
        return JsonResponse(parts, status=status)

    def _go(self, address: str, said: str) -> HttpResponse:
        """Go on elsewhere: the ticket is done with, or went to people who see other tickets than this user."""
        messages.success(self.request, said)
        return JsonResponse({"redirect": address}) if self.is_fetched else redirect(address)


def _sentence(error: ActionRefused) -> str:
    """Return what is said at a field; what somebody else changed meanwhile can be changed all the same."""
    if not isinstance(error, Conflict):
        return str(error)
    hint = _("Your choice is still here: save it to set it all the same.")
    return f"{error} {hint}"
