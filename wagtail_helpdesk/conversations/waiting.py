"""Since when somebody waits for an answer, told from the messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.querysets import MessageQuerySet
from wagtail_helpdesk.desk.choices import FINISHED, Category
from wagtail_helpdesk.tickets.actions.merge_tickets import brings_wait, live_merges
from wagtail_helpdesk.tickets.actions.recount_ticket import keep_open, wait_since
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge


def waiting_since(*ticket_ids: int) -> datetime | None:
    """Return when the oldest message came that nobody has answered, None for none; of several, as if they were one."""
    return _unanswered_since(Message.objects.filter(ticket__in=ticket_ids))


def _unanswered_since(messages: MessageQuerySet) -> datetime | None:
    public = messages.public()
    answered = public.filter(direction=Direction.OUTBOUND).order_by("-created_at").first()
    asked = public.filter(direction=Direction.INBOUND).in_order()
    if answered is not None:
        asked = asked.filter(created_at__gt=answered.created_at)
    return next((one.created_at for one in asked.only("created_at", "flags") if Flag.AUTO_REPLY not in one.flags), None)


def wait_after_unmerge(merge: TicketMerge) -> None:
    """Bring the waits of both tickets in line once ``merge`` is undone and each has its messages again.

    Nobody begins to wait by it: where an answer left since the merge, the source was answered too, and what the target
    waits for came after that. Else each waits for its own, and the target also for what is still merged into it.
    """
    source, target = (Ticket.objects.get(pk=pk) for pk in (merge.source_id, merge.target_id))
    others = list(live_merges(target.pk))
    if _is_answered(merge, others):
        if source.customer_waiting_since is not None:
            wait_since(source.pk, None)
        return
    if target.customer_waiting_since is None or target.category in FINISHED:
        return
    waiting = [one.source for one in others if brings_wait(one.source) and not _is_answered(one, others)]
    waits = [_own_wait(target, others), *(one.customer_waiting_since for one in waiting)]
    wait_since(target.pk, min((since for since in waits if since), default=None))
    if target.category == Category.PENDING and any(one.category != Category.PENDING for one in waiting):
        keep_open(target.pk)


def _is_answered(merge: TicketMerge, others: Iterable[TicketMerge]) -> bool:
    """Tell whether a reply left from the merged ticket; what came into it with one of ``others`` had left before."""
    came = {pk: other.merged_at for other in others for pk in _moved(other)}
    replies = Message.objects.public().filter(
        ticket__in=[merge.source_id, merge.target_id], direction=Direction.OUTBOUND, created_at__gt=merge.merged_at
    )
    return any(pk not in came or at > came[pk] for pk, at in replies.values_list("pk", "created_at"))


def _own_wait(target: Ticket, others: Iterable[TicketMerge]) -> datetime | None:
    """Return since when somebody waits for the ticket's own sake.

    Where nobody waited as something was merged into it, whatever its older messages say: an agent had seen to them.
    """
    own = Message.objects.filter(ticket=target).exclude(pk__in=[pk for other in others for pk in _moved(other)])
    nobody = [
        one.merged_at for one in target.merges_in.all() if one.moved.get("tickets", {}).get("waited", "?") is None
    ]
    return _unanswered_since(own.filter(created_at__gt=max(nobody)) if nobody else own)


def _moved(merge: TicketMerge) -> list[int]:
    return merge.moved.get("conversations", {}).get("messages", [])
