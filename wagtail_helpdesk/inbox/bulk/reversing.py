"""Takes back what the actions on many tickets did, beside the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.actions import set_star
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.inbox.undoing import REVERSERS
from wagtail_helpdesk.tickets.actions.merge_tickets import UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge


def _put_star_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    set_star(ticket, actor.instance, step["starred"])


def _mention_again(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    Mention.objects.get_or_create(ticket=ticket, user=actor.instance)


def _unmerge(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    merge = TicketMerge.objects.select_related("target").filter(pk=step["merge"]).first()
    if merge is None:
        raise ActionRefused(_("This merge does not exist any more."))
    UnmergeTickets(merge=merge, actor=actor)()


def _cancel_reply(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    message = Message.objects.filter(pk=step["message"], ticket=ticket).first()
    if message is None:
        raise ActionRefused(_("This reply does not exist any more."))
    CancelMessage(message=message, actor=actor)()


def install() -> None:
    """Register them. Called once, from ``pipeline``."""
    REVERSERS.update({"star": _put_star_back, "mention": _mention_again, "merge": _unmerge, "reply": _cancel_reply})
