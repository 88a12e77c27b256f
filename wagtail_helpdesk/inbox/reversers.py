"""What takes each kind of step back that is no change of a field. See ``inbox.undoing``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.split_messages import JoinSplit
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.waiting import waiting_since
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.actions.checklist import AddItems, TickItem
from wagtail_helpdesk.tickets.actions.close_on import CloseOn, closing_state
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets, UnlinkTickets
from wagtail_helpdesk.tickets.actions.merge_tickets import UnmergeTickets
from wagtail_helpdesk.tickets.actions.recount_ticket import wait_since
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, WakeTicket, snooze_state
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketLink, TicketMerge

Step = dict[str, Any]


def merge_step(merge: TicketMerge) -> Step:
    """Return the step that undoes a merge."""
    return {"kind": "merge", "ticket": merge.target_id, "merge": merge.pk}


def split_step(ticket: Ticket, new: Ticket, messages: list[Message]) -> Step:
    """Return the step that brings ``messages``, as they are now, back from ``new`` when they have gone there."""
    before = {str(message.pk): [message.visibility, list(message.flags)] for message in messages}
    return {"kind": "split", "ticket": ticket.pk, "new": new.pk, "before": before}


def link_step(ticket: Ticket, link: TicketLink) -> Step:
    """Return the step that takes a new link away."""
    return {"kind": "link", "ticket": ticket.pk, "link": link.pk}


def unlink_step(ticket: Ticket, link: TicketLink) -> Step:
    """Return the step that makes a link anew."""
    backwards = link.target_id == ticket.pk
    other = link.source_id if backwards else link.target_id
    return {"kind": "unlink", "ticket": ticket.pk, "other": other, "link": link.kind, "backwards": backwards}


def item_step(ticket: Ticket, kept: Mapping[str, Any]) -> Step:
    """Return the step that puts something on the checklist again; ``kept`` is what RemoveItem returned."""
    return {"kind": "item", "ticket": ticket.pk, **kept}


def _sleep_as_before(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    ticket = Ticket.objects.get(pk=ticket.pk)
    if snooze_state(ticket) != step["new"]:
        raise ActionRefused(_("Somebody has snoozed or woken this ticket meanwhile."))
    old = step["old"]
    until: datetime | None = parse_datetime(old["until"]) if old["until"] else None
    if not old["asleep"] or (until is not None and until <= timezone.now()):
        WakeTicket(ticket=ticket, actor=actor)()
    else:
        SnoozeTicket(
            ticket=ticket,
            until=until,
            through_replies=old["through"],
            reason=old["reason"],
            words=old["words"],
            actor=actor,
        )()


def _close_as_before(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    ticket = Ticket.objects.get(pk=ticket.pk)
    if closing_state(ticket) != step["new"]:
        raise ActionRefused(_("Somebody has changed meanwhile when this ticket closes."))
    old = step["old"]["close_on"]
    at = parse_datetime(old) if old else None
    CloseOn(ticket=ticket, at=at if at and at > timezone.now() else None, actor=actor)()


def _wait_as_before(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    """The customer waits again since then, unless somebody has answered, or the ticket is over."""
    now = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if now.category in UNRESOLVED and now.customer_waiting_since is None and waiting_since(now.pk):
        wait_since(now.pk, parse_datetime(step["since"]))


def _unmerge(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    merge = TicketMerge.objects.filter(pk=step["merge"]).select_related("target").first()
    if merge is None:
        raise ActionRefused(_("This cannot be undone any more."))
    UnmergeTickets(merge=merge, actor=actor)()


def _join(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    new = Ticket.objects.filter(pk=step["new"]).first()
    if new is None:
        raise ActionRefused(_("This cannot be undone any more."))
    JoinSplit(source=new, target=ticket, before=step["before"], actor=actor)()


def _unlink(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    link = TicketLink.objects.filter(pk=step["link"]).first()
    if link is not None:
        UnlinkTickets(ticket=ticket, link=link, actor=actor)()


def _visible(actor: Actor, pk: int) -> Ticket:
    user = actor.instance or get_user_model()._default_manager.get(pk=actor.id)
    other = visible_tickets(user).filter(pk=pk).first()
    if other is None:
        raise ActionRefused(_("This cannot be undone any more."))
    return other


def _link(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    other = _visible(actor, step["other"])
    kind, backwards = LinkKind(step["link"]), step["backwards"]
    LinkTickets(ticket=ticket, other=other, kind=kind, backwards=backwards, actor=actor)()


def _put_item_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    about = _visible(actor, step["about"]) if step["about"] else None
    rows = AddItems(ticket=ticket, texts=[step["text"]], about=about, actor=actor)()
    for row in rows:
        if step["done"] and row.about_id is None:
            TickItem(ticket=ticket, item=row, done=True, actor=actor)()


REVERSERS: dict[str, Callable[[Ticket, Mapping[str, Any], Actor], None]] = {
    "snooze": _sleep_as_before,
    "close_on": _close_as_before,
    "wait": _wait_as_before,
    "merge": _unmerge,
    "split": _join,
    "link": _unlink,
    "unlink": _link,
    "item": _put_item_back,
}
