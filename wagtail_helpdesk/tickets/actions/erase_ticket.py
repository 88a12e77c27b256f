"""Forget what a ticket said; its row stays for statistics, and so that old mail is not read again."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.timeline import write_event


class EraseTicket(TicketAction):
    """Erase a ticket that is in the trash. There is no way back."""

    verb = "delete"

    def check(self) -> None:
        """As the base; ActionRefused for a ticket that is not in the trash."""
        super().check()
        if self.ticket.category != Category.TRASH:
            raise ActionRefused(_("Only a ticket in the trash can be erased."))

    def execute(self) -> Ticket:
        """Return the emptied ticket. Messages, files and mails go with the other packages' reactors.

        Tickets that were merged into it are part of it, and go with it.
        """
        now = timezone.now()
        for ticket in (*Ticket.objects.filter(merged_into=self.ticket), self.ticket):
            self._forget(ticket, now)
            write_event(ticket, EventKind.ERASED, actor=self.actor)
            self.publish(events.TicketErased, ticket_id=ticket.pk)
        return self.ticket

    @staticmethod
    def _forget(ticket: Ticket, now: datetime) -> None:
        worded = ("subject", "preview", "source_title", "source_url", "snooze_reason", "snooze_words")
        for column in worded:
            setattr(ticket, column, "")
        ticket.erased_at, ticket.item_count, ticket.items_done, ticket.custom_fields = now, 0, 0, {}
        ticket.save(update_fields=[*worded, "erased_at", "item_count", "items_done", "custom_fields"])
        ticket.field_values.all().delete()
        ticket.checklist.all().delete()
        ticket.readers.all().delete()
        ticket.tags.clear()
        ticket.tokens.filter(revoked_at__isnull=True).update(revoked_at=ticket.erased_at)
        ticket.participants.update(address="", reply_address="")
        ticket.events.update(data={})
        ticket.events.filter(actor_kind="contact").update(actor_name="")
