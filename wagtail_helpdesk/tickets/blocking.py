"""What stands in the way of resolving a ticket: open blockers, and a checklist that is not done."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketLink


class ItemsOpen(ActionRefused):
    """The checklist is not done: a person is asked once, and may resolve the ticket anyway."""


def refuse_while_open(ticket: Ticket, new_category: str, user: Any, *, anyway: bool = False) -> None:
    """Raise ActionRefused where ``ticket`` must not be resolved or closed now; ItemsOpen unless ``anyway``.

    Names only tickets that ``user`` may see; rules and the worker (None) are told of none, and not asked of items.
    """
    if new_category not in FINISHED or ticket.category in FINISHED:
        return
    blockers = open_blockers(ticket)
    if blockers:
        raise ActionRefused(_blocked_by(blockers, user))
    if user is not None and ticket.items_open and not anyway:
        raise ItemsOpen(
            ngettext(
                "%(count)s thing of the checklist is not done.",
                "%(count)s things of the checklist are not done.",
                ticket.items_open,
            )
            % {"count": ticket.items_open}
        )


def open_blockers(ticket: Ticket) -> list[Ticket]:
    """Return the tickets that ``ticket`` waits for and that are not over. One query, more where one was merged."""
    links = TicketLink.objects.filter(source=ticket, kind=LinkKind.BLOCKED).select_related("target").order_by("pk")
    found = {target.pk: target for target in (link.target.current() for link in links)}
    found.pop(ticket.pk, None)
    return [one for one in found.values() if one.category not in (*FINISHED, *HIDDEN) and not one.erased_at]


def _blocked_by(blockers: list[Ticket], user: Any) -> str:
    visible = set()
    if user is not None:
        keys = [one.pk for one in blockers]
        visible = set(Ticket.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    names = [one.reference for one in blockers if one.pk in visible]
    if len(names) < len(blockers):
        # How many is nothing to know either.
        names.append(_("others that you do not see"))
    return _("This ticket waits for %(tickets)s: resolve that first.") % {"tickets": ", ".join(names)}
