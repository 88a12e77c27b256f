"""An agent goes on with what another one has begun."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import DraftMode
from wagtail_helpdesk.conversations.draft_moves import give_draft
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.tickets.actions.base import TicketAction


class TakeOverDraft(TicketAction):
    """Make somebody's draft one's own, above what one has written on the ticket oneself. The other is told."""

    def __init__(self, *, draft: Draft, **kwargs: Any) -> None:
        super().__init__(ticket=draft.ticket, **kwargs)
        self.draft = draft
        # What it is to become decides who may write it.
        self.verb = "note" if draft.mode == DraftMode.NOTE else "reply"

    def execute(self) -> Draft:
        """Return the draft. ActionRefused when it is not there any more, or one's own."""
        draft = Draft.objects.living().select_for_update().filter(pk=self.draft.pk).first()
        if draft is None or draft.user_id == self.actor.id:
            raise ActionRefused(_("This draft is not there any more."))
        before = draft.user_id
        mine = give_draft(draft, self.user)
        self.publish(events.DraftMoved, ticket_id=self.ticket.pk, user_id=before, what="taken")
        return mine
