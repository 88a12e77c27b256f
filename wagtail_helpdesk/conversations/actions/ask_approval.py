"""A colleague looks at a reply before it leaves. Whoever may only write notes can answer in this way."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import blind_rows
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.approving import approvers_of, may_be_approved_by
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Approval, Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import TicketParticipant


class AskApproval(Reply):
    """Write a reply that waits for approval: only agents see it. Nobody is taken into the ticket by it before.

    ``approver`` is who is asked, None for anybody of the ticket's team; ``note`` is for that person. All else is as for
    Reply; ``publish_at`` holds once it is approved.
    """

    verb = "note"
    state: ClassVar[str] = MessageState.WAITING

    def __init__(self, *, approver: Any | None = None, note: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.approver, self.note = approver, " ".join(note.split())[:500]

    def check(self) -> None:
        """As the base; ActionRefused where nobody could approve it."""
        super().check()
        if self.approver is None:
            if not any(user.in_ticket_team for user in approvers_of(self.ticket, self.user)):
                raise ActionRefused(_("Nobody else in the team may send replies: choose somebody by name."))
        elif not may_be_approved_by(self.approver, self.ticket, self.user):
            name = Actor.of_user(self.approver).name
            raise ActionRefused(_("%(name)s cannot approve this reply.") % {"name": name})

    def _written(self, message: Message) -> None:
        team = self.ticket.team if self.approver is None else None
        Approval.objects.create(message=message, asked_user=self.approver, asked_team=team, note=self.note)
        asked = str(team) if team else Actor.of_user(self.approver).name
        self.record(EventKind.APPROVAL, message=message.pk, what="asked", name=asked)
        self.publish(
            events.ApprovalAsked,
            ticket_id=self.ticket.pk,
            message_id=message.pk,
            user_id=None if team else self.approver.pk,
            team_id=team.pk if team else None,
        )

    def _leaves_at(self, now: datetime) -> datetime | None:
        return self.publish_at

    def _confirm(self, person: TicketParticipant) -> None:
        """That waits for the approval too."""

    def _recipients(self) -> dict[str, list[dict[str, Any]]]:
        recipients = self._recipients_with(set())
        reached = [*recipients["to"], *recipients["cc"]]
        recipients["cc"] += blind_rows(self.ticket, self.copies, reached=reached, third_party=False)
        return recipients
