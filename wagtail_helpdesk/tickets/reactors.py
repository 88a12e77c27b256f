"""What tickets do when contacts or tickets are merged or erased, and when a ticket that others wait for is resolved."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wagtail_helpdesk.desk.choices import FINISHED
from wagtail_helpdesk.events import ContactErased, ContactsMerged, TicketsMerged, TicketsUnmerged, TicketUpdated
from wagtail_helpdesk.tickets.actions.checklist import recount_items
from wagtail_helpdesk.tickets.actions.merge_tickets import live_merges, note_moved
from wagtail_helpdesk.tickets.actions.participants import ALL_RIGHTS
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import (
    ChecklistItem,
    Ticket,
    TicketEvent,
    TicketMerge,
    TicketParticipant,
    TicketReader,
    TicketToken,
)


def move_contact(event: ContactsMerged) -> None:
    """The merged contact's tickets, participations and timeline lines become the survivor's."""
    Ticket.objects.filter(requester=event.source_id).update(requester=event.target_id)
    TicketEvent.objects.filter(actor_contact=event.source_id).update(actor_contact=event.target_id)
    for row in TicketParticipant.objects.filter(contact=event.source_id):
        twin = TicketParticipant.objects.filter(ticket=row.ticket_id, contact=event.target_id).first()
        if twin is None:
            row.contact_id = event.target_id
            row.save(update_fields=["contact"])
        else:
            TicketToken.objects.filter(participant=row).update(participant=twin)
            if row.role == Role.REQUESTER:
                TicketParticipant.objects.filter(pk=twin.pk).update(
                    role=Role.REQUESTER, state=ParticipantState.ACTIVE, **ALL_RIGHTS
                )
            row.delete()


def forget_contact(event: ContactErased) -> None:
    """Names and addresses go from the tickets; links stop working."""
    TicketParticipant.objects.filter(contact=event.contact_id).update(
        address="", reply_address="", state=ParticipantState.LEFT
    )
    TicketEvent.objects.filter(actor_contact=event.contact_id).update(actor_name="")
    living = TicketToken.objects.filter(participant__contact=event.contact_id, revoked_at__isnull=True)
    living.update(revoked_at=timezone.now())


def merge_belongings(event: TicketsMerged) -> None:
    """The source's checklist goes on in the target; who starred or watched it stars or watches the target."""
    items = list(ChecklistItem.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    about = list(ChecklistItem.objects.filter(about=event.source_id).values_list("pk", flat=True))
    ChecklistItem.objects.filter(pk__in=items).update(ticket=event.target_id)
    ChecklistItem.objects.filter(pk__in=about).update(about=event.target_id)
    moved = {"items": items, "about": about, "readers": _share_readers(event.source_id, event.target_id)}
    note_moved(event.merge_id, "belongings", moved)
    if items:
        recount_items(event.source_id, event.target_id)


def _share_readers(source_id: int, target_id: int) -> list[list[object]]:
    """Give the source's stars and watches to the target; return [row, what it was before] for each, None: not there.

    Somebody who muted the target knew what for.
    """
    marked = TicketReader.objects.filter(ticket=source_id).exclude(starred=False, watch="")
    there = {row.user_id: row for row in TicketReader.objects.filter(ticket=target_id)}
    shared: list[list[object]] = []
    for row in marked:
        twin = there.get(row.user_id)
        if twin is None:
            new = TicketReader.objects.create(
                ticket_id=target_id, user_id=row.user_id, starred=row.starred, watch=row.watch
            )
            shared.append([new.pk, None])
            continue
        before = _marks(twin)
        twin.starred, twin.watch = _with_marks(before, _marks(row))
        if _marks(twin) != before:
            twin.save(update_fields=["starred", "watch"])
            shared.append([twin.pk, before])
    return shared


def unmerge_belongings(event: TicketsUnmerged) -> None:
    """They go back with their ticket."""
    moved = TicketMerge.objects.get(pk=event.merge_id).moved.get("belongings", {})
    ChecklistItem.objects.filter(pk__in=moved.get("items", ())).update(ticket=event.source_id)
    ChecklistItem.objects.filter(pk__in=moved.get("about", ()), about=event.target_id).update(about=event.source_id)
    if moved.get("readers"):
        _take_marks_back(event, moved["readers"])
    if moved.get("items"):
        recount_items(event.source_id, event.target_id)


def _take_marks_back(event: TicketsUnmerged, shared: list[list[Any]]) -> None:
    """Take the source's stars and watches from the target, which has those of what is still merged all the same.

    A later merge found them there: what it wrote down is told anew, as if this one had never been.
    """
    later = list(live_merges(event.target_id).filter(pk__gt=event.merge_id))
    tickets = [event.source_id, *(merge.source_id for merge in later)]
    marks = {(row.ticket_id, row.user_id): _marks(row) for row in TicketReader.objects.filter(ticket__in=tickets)}
    rows = TicketReader.objects.in_bulk([pk for pk, _before in shared])
    notes = {merge.pk: dict(merge.moved.get("belongings", {}).get("readers", ())) for merge in later}
    for pk, before in shared:
        row = rows.get(pk)
        if row is None:
            continue
        expected = now = before or _NO_MARKS
        expected = _with_marks(expected, marks.get((event.source_id, row.user_id), _NO_MARKS))
        for merge in later:
            brought = marks.get((merge.source_id, row.user_id), _NO_MARKS)
            expected, before_it, now = _with_marks(expected, brought), now, _with_marks(now, brought)
            notes[merge.pk].pop(pk, None)
            if now != before_it:
                notes[merge.pk][pk] = None if before is None and before_it == _NO_MARKS else before_it
        # What somebody has changed meanwhile stays so.
        left = [new if there == was else there for there, was, new in zip(_marks(row), expected, now, strict=True)]
        _mark(row, left, is_new=before is None)
    for merge in later:
        readers = [[pk, before] for pk, before in notes[merge.pk].items()]
        note_moved(merge.pk, "belongings", {**merge.moved.get("belongings", {}), "readers": readers})


_NO_MARKS: list[Any] = [False, ""]


def _marks(row: TicketReader) -> list[Any]:
    return [row.starred, row.watch]


def _with_marks(there: list[Any], brought: list[Any]) -> list[Any]:
    return [there[0] or brought[0], there[1] or brought[1]]


def _mark(row: TicketReader, marks: list[Any], *, is_new: bool) -> None:
    """Write what is left. Whoever has looked at the target meanwhile keeps knowing how far."""
    if is_new and marks == _NO_MARKS and row.seen_at is None:
        row.delete()
        return
    row.starred, row.watch = marks
    row.save(update_fields=["starred", "watch"])


def tick_items_about(event: TicketUpdated) -> None:
    """A thing to do that is a ticket is done when that is resolved, and not done any more when that is reopened."""
    changed = next((change for change in event.changes if change.field == "category"), None)
    if changed is None or (changed.old in FINISHED) == (changed.new in FINISHED):
        return
    done = changed.new in FINISHED
    items = ChecklistItem.objects.filter(about=event.ticket_id, done_at__isnull=done)
    if not done:
        # What a person ticked stays ticked.
        items = items.filter(done_name="")
    rows = list(items.values_list("pk", "ticket"))
    if rows:
        ChecklistItem.objects.filter(pk__in=[pk for pk, _ticket in rows]).update(
            done_at=timezone.now() if done else None
        )
        recount_items(*{ticket for _pk, ticket in rows})
