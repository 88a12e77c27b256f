"""What a ticket is to one agent: starred, watched, muted. Nobody else's business, so the timeline is silent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.models import TicketReader


class _ReaderAction(TicketAction):
    """For users only; whoever may see the ticket may do it."""

    verb: ClassVar[str] = "view"

    def check(self) -> None:
        """As the base; ActionRefused for anybody but a user."""
        super().check()
        if self.user is None:
            raise ActionRefused(_("Only agents can do this."))

    def write(self, **values: Any) -> TicketReader:
        """Return the agent's row with ``values``."""
        return write_reader(self.ticket.pk, self.user.pk, **values)


def write_reader(ticket_id: int, user_id: Any, **values: Any) -> TicketReader:
    """Return the row of one agent and ticket, with ``values`` written; made when there is none."""
    try:
        with transaction.atomic():
            reader, created = TicketReader.objects.get_or_create(ticket_id=ticket_id, user_id=user_id, defaults=values)
    except IntegrityError:
        reader, created = TicketReader.objects.get(ticket_id=ticket_id, user_id=user_id), False
    if not created:
        for column, value in values.items():
            setattr(reader, column, value)
        reader.save(update_fields=list(values))
    return reader


class StarTicket(_ReaderAction):
    """Give a ticket a star, or take it away."""

    def __init__(self, *, starred: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.starred = starred

    def execute(self) -> TicketReader:
        """Return the agent's row."""
        return self.write(starred=self.starred)


class WatchTicket(_ReaderAction):
    """Watch a ticket (hear of everything), mute it (hear of mentions only), or "" for neither."""

    def __init__(self, *, watch: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.watch = Watch(watch) if watch else ""

    def execute(self) -> TicketReader:
        """Return the agent's row."""
        return self.write(watch=self.watch)
