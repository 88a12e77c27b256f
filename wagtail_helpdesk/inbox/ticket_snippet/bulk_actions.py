"""Wagtail's bulk "delete" of tickets, through our trash and per ticket."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class TrashTickets(SnippetBulkAction):
    """Takes the place of Wagtail's own "delete", which would drop the rows of whatever keys it is given."""

    display_name = _("Move to trash")
    action_type = "delete"
    aria_label = _("Move selected tickets to the trash")
    template_name = "wagtail_helpdesk/inbox/ticket_snippet/confirm_bulk_trash.html"
    action_priority = 30
    classes = {"serious"}
    models = [Ticket]

    def check_perm(self, ticket: Ticket) -> bool:
        """Tell whether the user may trash this ticket."""
        return may(self.request.user, "delete", ticket)

    @cached_property
    def _sorted(self) -> tuple[list[Ticket], dict[str, list[Ticket]]]:
        keys = [key for key in self.request.GET.getlist("id") if key.isdecimal() and len(key) < 19]
        tickets = list(Ticket.objects.visible_to(self.request.user).filter(pk__in=keys))
        if not tickets:
            raise Http404
        allowed = [ticket for ticket in tickets if self.check_perm(ticket)]
        return allowed, {"items_with_no_access": [ticket for ticket in tickets if ticket not in allowed]}

    def get_actionable_objects(self) -> tuple[list[Ticket], dict[str, list[Ticket]]]:
        """Return the tickets named by key, those that may be trashed and those that may not.

        One that the user may not see is in neither. "All" names none: there is no listing it could mean.
        """
        return self._sorted

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "user": self.request.user, "request": self.request}

    @classmethod
    def execute_action(cls, objects: list[Ticket], **kwargs: Any) -> tuple[int, int]:
        """Trash each ticket; one that refuses is named and does not hold up the others."""
        done = 0
        for ticket in objects:
            try:
                TrashTicket(ticket=ticket, actor=Actor.of_user(kwargs["user"]))()
            except ActionRefused as refusal:
                messages.error(kwargs["request"], f"{ticket.reference}: {refusal}")
            else:
                done += 1
        return done, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects:
            return None
        return ngettext(
            "%(count)d ticket was moved to the trash.", "%(count)d tickets were moved to the trash.", num_parent_objects
        ) % {"count": num_parent_objects}
