"""Things to do on a ticket: add, tick, move, remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import FINISHED
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import ChecklistItem, Ticket
from wagtail_helpdesk.tickets.permissions import may

#: A longer list is no list.
MOST_ITEMS = 100


def recount_items(*ticket_ids: int) -> None:
    """Bring the numbers on the tickets in line with their checklists."""
    counted = ChecklistItem.objects.filter(ticket__in=ticket_ids).values_list("ticket")
    rows = {pk: (items, done) for pk, items, done in counted.annotate(Count("pk"), Count("done_at")).order_by()}
    for pk in ticket_ids:
        items, done = rows.get(pk, (0, 0))
        Ticket.objects.filter(pk=pk).update(item_count=items, items_done=done)


class _ChecklistAction(TicketAction):
    """Whoever may write notes may tick; what is on the list is changed with the right to change."""

    def recount(self) -> None:
        """Write the numbers, and bring ``ticket`` in line with them."""
        recount_items(self.ticket.pk)
        self.ticket.refresh_from_db(fields=["item_count", "items_done"])


class AddItems(_ChecklistAction):
    """Add things to do: ``texts``, and ``about``, a ticket that is done when it is resolved."""

    def __init__(self, *, texts: Sequence[str] = (), about: Ticket | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.texts = [" ".join(text.split())[:300] for text in texts if text.strip()]
        self.about = about

    def check(self) -> None:
        """As the base; ActionRefused for nothing, too much, and the ticket itself."""
        super().check()
        if self.about is not None:
            if self.actor.kind == "user" and not may(self.user, "view", self.about):
                raise PermissionDenied
            if self.about.pk == self.ticket.pk:
                raise ActionRefused(_("A ticket cannot be a thing to do of its own."))
        if not self.texts and self.about is None:
            raise ActionRefused(_("Write what is to be done."))
        if self.ticket.item_count + len(self.texts) > MOST_ITEMS:
            raise ActionRefused(_("A checklist holds at most %(count)s things.") % {"count": MOST_ITEMS})

    def execute(self) -> list[ChecklistItem]:
        """Return the new items; a ticket that stands there already is not put there twice."""
        last = self.ticket.checklist.aggregate(last=Max("position"))["last"] or 0
        rows = [ChecklistItem(ticket=self.ticket, text=text) for text in self.texts]
        if self.about is not None and not self.ticket.checklist.filter(about=self.about).exists():
            done_at = timezone.now() if self.about.category in FINISHED else None
            rows.append(ChecklistItem(ticket=self.ticket, about=self.about, done_at=done_at))
        for position, row in enumerate(rows, last + 1):
            row.position = position
            row.save()
        if rows:
            self.record(EventKind.CHECKLIST, what="added", count=len(rows), **_named(rows[0]))
        self.recount()
        return rows


class _ItemAction(_ChecklistAction):
    """On one item of the ticket."""

    def __init__(self, *, item: ChecklistItem, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.item = item

    def check(self) -> None:
        """As the base; ActionRefused for an item that is not there any more."""
        super().check()
        found = self.ticket.checklist.filter(pk=self.item.pk).first()
        if found is None:
            raise ActionRefused(_("This is not on the checklist any more."))
        self.item = found


class TickItem(_ItemAction):
    """Say that something is done, or that it is not."""

    verb = "note"

    def __init__(self, *, done: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.done = done

    def execute(self) -> ChecklistItem:
        """Return the item; nothing is written when it is so already."""
        item = self.item
        if bool(item.done_at) == self.done:
            return item
        item.done_at = timezone.now() if self.done else None
        item.done_by = self.user if self.done else None
        item.done_name = self.actor.name[:200] if self.done else ""
        item.save(update_fields=["done_at", "done_by", "done_name"])
        self.record(EventKind.CHECKLIST, what="ticked" if self.done else "unticked", **_named(item))
        self.recount()
        return item


class MoveItem(_ItemAction):
    """Move something one place up or down."""

    def __init__(self, *, down: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.down = down

    def execute(self) -> None:
        """Write the new order; nothing for the first that goes up and the last that goes down. No timeline."""
        rows = list(self.ticket.checklist.all())
        place = next(number for number, row in enumerate(rows) if row.pk == self.item.pk)
        other = place + (1 if self.down else -1)
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows, 1):
            row.position = position
        ChecklistItem.objects.bulk_update(rows, ["position"])


class RemoveItem(_ItemAction):
    """Take something off the list."""

    def execute(self) -> dict[str, Any]:
        """Return what is needed to put it back."""
        item = self.item
        kept = {"text": item.text, "about": item.about_id, "done": bool(item.done_at)}
        self.record(EventKind.CHECKLIST, what="removed", **_named(item))
        item.delete()
        self.recount()
        return kept


def _named(item: ChecklistItem) -> dict[str, Any]:
    return {"name": item.text} if item.about_id is None else {"ticket": item.about_id}
