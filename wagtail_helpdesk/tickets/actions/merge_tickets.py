"""Two tickets are one case: the source's words, people and threads go on in the target."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction, lock_ticket
from wagtail_helpdesk.tickets.choices import EventKind, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess, TicketMerge, TicketToken
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.state import STAYS_OPEN, silence_from
from wagtail_helpdesk.tickets.timeline import write_event


class _Merging(TicketAction):
    """What both have in common."""

    @staticmethod
    def _wait_anew(ticket: Ticket) -> None:
        """A ticket that waits for its customer holds other words than before: its silence begins now."""
        if ticket.category == Category.PENDING:
            fields = silence_from(timezone.now())
            for column, value in fields.items():
                setattr(ticket, column, value)
            ticket.save(update_fields=list(fields))


class MergeTickets(_Merging):
    """Merge ``source`` into ``target`` (the survivor). Can be undone by UnmergeTickets at any later time."""

    verb = "merge"

    def __init__(self, *, source: Ticket, target: Ticket, actor: Actor, depth: int = 0) -> None:
        super().__init__(ticket=target, actor=actor, depth=depth)
        self.source = source

    def check(self) -> None:
        """As the base, for both tickets; ActionRefused for a ticket and itself."""
        if self.source.pk == self.ticket.pk:
            raise ActionRefused(_("A ticket cannot be merged with itself."))
        for pk in sorted((self.source.pk, self.ticket.pk)):
            # In one order, so that two people who merge the same tickets both ways do not wait for each other.
            lock_ticket(pk)
        super().check()
        self.source = lock_ticket(self.source.pk)
        if self.actor.kind == "user" and not may(self.user, self.verb, self.source):
            raise PermissionDenied
        if self.source.merged_into_id or self.source.erased_at:
            raise ActionRefused(_("This ticket was merged or erased before."))

    def execute(self) -> TicketMerge:
        """Return the record of the merge."""
        source, target = self.source, self.ticket
        waited = target.customer_waiting_since
        moved = {
            **self._move_participants(),
            "tags": self._add_tags(),
            "access": self._keep_access(),
            "waited": waited.isoformat() if waited else None,
            "merged": list(Ticket.objects.filter(merged_into=source).values_list("pk", flat=True)),
        }
        merge = TicketMerge.objects.create(source=source, target=target, moved={"tickets": moved})
        Ticket.objects.filter(merged_into=source).update(merged_into=target)
        source.merged_into = target
        for column in STAYS_OPEN:
            setattr(source, column, None)
        source.save(update_fields=["merged_into", *STAYS_OPEN])
        self._go_on_waiting()
        write_event(source, EventKind.MERGED, actor=self.actor, ticket=target.pk, into=True)
        self.record(EventKind.MERGED, ticket=source.pk, into=False)
        self.publish(events.TicketsMerged, source_id=source.pk, target_id=target.pk, merge_id=merge.pk)
        return merge

    def _go_on_waiting(self) -> None:
        """A customer who waits for an answer to the source waits in the target, and that does not close meanwhile.

        The source keeps its own time, for the day it stands for itself again.
        """
        source, target = self.source, self.ticket
        if not brings_wait(source) or target.category in FINISHED:
            self._wait_anew(target)
            return
        since = source.customer_waiting_since
        target.customer_waiting_since = min(since, target.customer_waiting_since or since)
        target.save(update_fields=["customer_waiting_since"])
        if target.category != Category.PENDING or source.category == Category.PENDING:
            self._wait_anew(target)
            return
        if target.close_on:
            self.record(EventKind.CLOSING, what="answered")
        for column, value in STAYS_OPEN.items():
            setattr(target, column, value)
        target.save(update_fields=list(STAYS_OPEN))

    def _move_participants(self) -> dict[str, list[Any]]:
        """Move people and their tokens; somebody who is in both keeps the target's row, tokens of both go on."""
        existing = {row.contact_id: row for row in self.ticket.participants.all()}
        participants, tokens = [], []
        for row in self.source.participants.all():
            twin = existing.get(row.contact_id)
            for token in row.tokens.all():
                tokens.append([token.pk, row.pk])
            if twin is None:
                participants.append([row.pk, row.role])
                row.role = Role.CC if row.role == Role.REQUESTER else row.role
                row.ticket = self.ticket
                row.save(update_fields=["ticket", "role"])
                twin = row
            TicketToken.objects.filter(participant=row).update(ticket=self.ticket, participant=twin)
        return {"participants": participants, "tokens": tokens}

    def _add_tags(self) -> list[str]:
        added = sorted(set(self.source.tags.names()) - set(self.ticket.tags.names()))
        if added:
            self.ticket.tags.add(*added)
        return added

    def _keep_access(self) -> list[int]:
        """Whoever could see the source goes on seeing its words."""
        wanted = [{"team_id": row.team_id, "user_id": row.user_id} for row in self.source.access.all()]
        if self.source.team_id != self.ticket.team_id:
            wanted.append({"team_id": self.source.team_id, "user_id": None})
        if self.source.assignee_id and self.source.assignee_id != self.ticket.assignee_id:
            wanted.append({"team_id": None, "user_id": self.source.assignee_id})
        rows = [TicketAccess.objects.get_or_create(ticket=self.ticket, **who) for who in wanted]
        return [row.pk for row, created in rows if created]


class UnmergeTickets(_Merging):
    """Take ``merge`` back: each package puts what it had moved where it was."""

    verb = "merge"

    def __init__(self, *, merge: TicketMerge, actor: Actor, depth: int = 0) -> None:
        super().__init__(ticket=merge.target, actor=actor, depth=depth)
        self.merge = merge

    def check(self) -> None:
        """As the base; ActionRefused for a merge that was undone before."""
        super().check()
        self.merge = TicketMerge.objects.select_related("source").get(pk=self.merge.pk)
        if self.merge.undone_at:
            raise ActionRefused(_("This merge was undone before."))

    def execute(self) -> Ticket:
        """Return the ticket that stands for itself again."""
        source, target = self.merge.source, self.ticket
        moved = self.merge.moved["tickets"]
        for pk, role in moved["participants"]:
            target.participants.filter(pk=pk).update(ticket=source, role=role)
        for pk, participant in moved["tokens"]:
            TicketToken.objects.filter(pk=pk).update(ticket=source, participant=participant)
        if moved["tags"]:
            target.tags.remove(*moved["tags"])
        TicketAccess.objects.filter(pk__in=moved["access"]).delete()
        Ticket.objects.filter(pk__in=moved["merged"]).update(merged_into=source)
        source.merged_into = None
        source.save(update_fields=["merged_into"])
        for ticket in (source, target):
            self._wait_anew(ticket)
        self.merge.undone_at = timezone.now()
        self.merge.save(update_fields=["undone_at"])
        write_event(source, EventKind.UNMERGED, actor=self.actor, ticket=target.pk)
        self.record(EventKind.UNMERGED, ticket=source.pk)
        self.publish(events.TicketsUnmerged, source_id=source.pk, target_id=target.pk, merge_id=self.merge.pk)
        return source


def brings_wait(source: Ticket) -> bool:
    """Tell whether somebody waits in the ticket that a merge of ``source`` makes. Not for what is over or put away."""
    return source.category in UNRESOLVED and source.customer_waiting_since is not None


def note_moved(merge_id: int, package: str, moved: dict[str, list[Any]]) -> None:
    """Let a package's reactor write down what it moved in a merge, for the day it is undone."""
    merge = TicketMerge.objects.get(pk=merge_id)
    merge.moved[package] = moved
    merge.save(update_fields=["moved"])
