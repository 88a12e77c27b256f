"""Two tickets are one case: the source's words, people and threads go on in the target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction, lock_ticket
from wagtail_helpdesk.tickets.actions.participants import RIGHTS
from wagtail_helpdesk.tickets.choices import EventKind, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess, TicketMerge, TicketParticipant, TicketToken
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

    def _move_participants(self) -> dict[str, Any]:
        """Move people and their tokens; somebody who is in both keeps the target's row, tokens of both go on."""
        existing = {row.contact_id: row for row in self.ticket.participants.all()}
        moved: dict[str, Any] = {"participants": [], "tokens": [], "states": {}}
        for row in self.source.participants.all():
            twin = existing.get(row.contact_id)
            for token in row.tokens.all():
                moved["tokens"].append([token.pk, row.pk])
            if twin is None:
                _move_person(row, self.ticket, moved)
                twin = row
            TicketToken.objects.filter(participant=row).update(ticket=self.ticket, participant=twin)
        return moved

    def _add_tags(self) -> list[str]:
        added = sorted(set(self.source.tags.names()) - set(self.ticket.tags.names()))
        if added:
            self.ticket.tags.add(*added)
        return added

    def _keep_access(self) -> list[int]:
        """Whoever could see the source goes on seeing its words."""
        rows = [
            TicketAccess.objects.get_or_create(ticket=self.ticket, team_id=team, user_id=user)
            for team, user in _who_sees(self.source, self.ticket)
        ]
        return [row.pk for row, created in rows if created]


class UnmergeTickets(_Merging):
    """Take ``merge`` back: each package puts what it had moved where it was.

    What several merges brought came with the first of them, and is written down with that one. Where it is undone
    while another one that brought the same is not, the target keeps it, and it is written down with the other one.
    """

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
        self.others = list(live_merges(target.pk).exclude(pk=self.merge.pk))
        self._return_people(moved)
        self._take_tags_away(moved)
        self._take_access_away(moved)
        for other in self.others:
            other.save(update_fields=["moved"])
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

    def _return_people(self, moved: dict[str, Any]) -> None:
        """Let the source's people and their tokens go back; who came with another ticket too has that one's row now."""
        source, target = self.merge.source, self.ticket
        there = set(source.participants.values_list("contact", flat=True))
        gone: list[tuple[TicketParticipant, TicketParticipant | None]] = []
        roles = dict(moved["participants"])
        for row in target.participants.filter(pk__in=roles).order_by("pk"):
            if row.contact_id in there:
                # Two people have turned out to be one, who is there already.
                continue
            role = row.role
            row.ticket, row.role = source, roles[row.pk]
            row.save(update_fields=["ticket", "role"])
            gone.append((row, self._in_place_of(row, role, moved)))
        self._return_tokens(moved)
        for row, heir in gone:
            # What was sent since the merge goes on with the ticket that it was about, where the person takes part.
            later = TicketToken.objects.filter(participant=row).exclude(pk__in=[pk for pk, _row in moved["tokens"]])
            later.update(ticket=target if heir else source, participant=heir or row)

    def _in_place_of(self, row: TicketParticipant, role: str, moved: dict[str, Any]) -> TicketParticipant | None:
        """Return who takes part in the target instead of ``row``, which was there with ``role``; None for nobody."""
        target = self.ticket
        is_requester = target.requester_id == row.contact_id
        for other in self.others:
            heir = other.source.participants.filter(contact=row.contact_id).first()
            if heir is None:
                continue
            _move_person(heir, target, other.moved["tickets"])
            changed = _state_of(row)
            if changed != moved.get("states", {}).get(str(row.pk), changed):
                # Who has left meanwhile, or may not read any more, has left.
                heir.state, *rights = changed
                for name, value in zip(RIGHTS, rights, strict=True):
                    setattr(heir, name, value)
                heir.save(update_fields=["state", *RIGHTS])
            if is_requester:
                heir.role = role
                heir.save(update_fields=["role"])
            return heir
        if not is_requester:
            return None
        # The requester was changed since the merge.
        kept = {name: getattr(row, name) for name in ("contact_id", "address", "reply_address", "state", *RIGHTS)}
        return TicketParticipant.objects.create(ticket=target, role=role, **kept)

    def _return_tokens(self, moved: dict[str, Any]) -> None:
        rows = {row.pk: row for row in self.merge.source.participants.all()}
        people = {row.contact_id: row for row in rows.values()}
        before = dict(moved["tokens"])
        for token in TicketToken.objects.filter(pk__in=before).select_related("participant"):
            # Two people who turned out to be one have one row now.
            row = rows.get(before[token.pk]) or people.get(token.participant.contact_id)
            if row is not None:
                token.ticket, token.participant = self.merge.source, row
                token.save(update_fields=["ticket", "participant"])

    def _take_tags_away(self, moved: dict[str, Any]) -> None:
        gone = set(moved["tags"]) & set(self.ticket.tags.names())
        for other in self.others:
            kept = gone & set(other.source.tags.names())
            other.moved["tickets"]["tags"] += sorted(kept)
            gone -= kept
        if gone:
            self.ticket.tags.remove(*gone)

    def _take_access_away(self, moved: dict[str, Any]) -> None:
        gone = {(row.team_id, row.user_id): row for row in TicketAccess.objects.filter(pk__in=moved["access"])}
        for other in self.others:
            for who in _who_sees(other.source, self.ticket):
                if who in gone:
                    other.moved["tickets"]["access"].append(gone.pop(who).pk)
        TicketAccess.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()


def _state_of(row: TicketParticipant) -> list[Any]:
    return [row.state, *(getattr(row, name) for name in RIGHTS)]


def _move_person(row: TicketParticipant, target: Ticket, moved: dict[str, Any]) -> None:
    """Let the person take part in ``target`` with this row, and write down in ``moved`` what it was before."""
    moved["participants"].append([row.pk, row.role])
    moved.setdefault("states", {})[str(row.pk)] = _state_of(row)
    row.role = Role.CC if row.role == Role.REQUESTER else row.role
    row.ticket = target
    row.save(update_fields=["ticket", "role"])


def _who_sees(source: Ticket, target: Ticket) -> Iterable[tuple[Any, Any]]:
    """Yield (team, user) of those who could see ``source`` and need an access to see ``target``."""
    yield from source.access.values_list("team", "user")
    if source.team_id != target.team_id:
        yield source.team_id, None
    if source.assignee_id and source.assignee_id != target.assignee_id:
        yield None, source.assignee_id


def live_merges(target_id: int) -> QuerySet[TicketMerge]:
    """Return the merges into a ticket that nobody has undone, with their sources, in their order."""
    return TicketMerge.objects.filter(target=target_id, undone_at=None).select_related("source").order_by("pk")


def brings_wait(source: Ticket) -> bool:
    """Tell whether somebody waits in the ticket that a merge of ``source`` makes. Not for what is over or put away."""
    return source.category in UNRESOLVED and source.customer_waiting_since is not None


def note_moved(merge_id: int, package: str, moved: dict[str, list[Any]]) -> None:
    """Let a package's reactor write down what it moved in a merge, for the day it is undone."""
    merge = TicketMerge.objects.get(pk=merge_id)
    merge.moved[package] = moved
    merge.save(update_fields=["moved"])
