"""What a site itself knows of a ticket or its customer, beside the conversation: orders, accounts, subscriptions.

A site registers a function with Wagtail's hook ``helpdesk_ticket_panels``; it gets the ticket and the agent who looks
at it, and returns :class:`TicketPanel` objects, as many as it likes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail import hooks

from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.tickets.models import Ticket

logger = logging.getLogger(__name__)

HOOK = "helpdesk_ticket_panels"


@dataclass(frozen=True)
class Fact:
    """One line: a name, a value, and the address that the value leads to ("" for none)."""

    name: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class TicketPanel:
    """A part of the side panel: facts, and below them a template of the site's own with its context."""

    title: str
    facts: Sequence[Fact] = ()
    template_name: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    #: Stands in the place of the rest where it could not be made.
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to show."""
        return not (self.facts or self.template_name or self.problem)


def site_panels(ticket: Ticket, user: Any) -> list[TicketPanel]:
    """Return the panels of the site, without the empty ones. A function that fails is told in its place, and logged."""
    panels: list[TicketPanel] = []
    for function in hooks.get_hooks(HOOK):
        try:
            # An error of the database's must not break the rest of the page.
            with transaction.atomic():
                panels += function(ticket, user)
        except Exception as error:  # noqa: BLE001 - the site's code: agents go on working whatever it does
            logger.error("ticket_panel_failed hook=%s error=%s", function.__name__, describe_error(error))
            panels.append(TicketPanel(_("From the site"), problem=_("This could not be loaded.")))
    return [panel for panel in panels if not panel.is_empty]
