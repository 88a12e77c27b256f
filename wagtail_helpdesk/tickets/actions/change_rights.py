"""What somebody who takes part may do: read the conversation, answer in it, get copies of replies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.participants import RIGHTS
from wagtail_helpdesk.tickets.choices import EventKind, ParticipantState, Role
from wagtail_helpdesk.tickets.models import TicketParticipant

#: What the timeline says when a right is given and taken.
_SAID: dict[str, tuple[str, str]] = {
    "muted": ("muted", "unmuted"),
    "may_see": ("may_see", "may_not_see"),
    "may_answer": ("may_answer", "may_not_answer"),
}


class ChangeRights(TicketAction):
    """Set what a participant who is copied in may do. What is not named stays as it is.

    Who may not read gets no copies, and the tracking link shows what one that was revoked shows; it works again with
    the right. What somebody who may not answer writes is kept, for agents only.
    """

    def __init__(self, *, contact: Contact, rights: dict[str, bool], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        unknown = rights.keys() - set(RIGHTS)
        if unknown:
            raise ValueError(f"no rights: {sorted(unknown)}")
        self.contact, self.rights = contact, rights

    def check(self) -> None:
        """As the base; ActionRefused for anybody who is not copied in: the requester has all rights, a third party
        none, and whoever has left or is blocked has none either."""
        super().check()
        self.row = self.ticket.participants.filter(contact=self.contact).first()
        if self.row is None or self.row.state in (ParticipantState.LEFT, ParticipantState.BLOCKED):
            raise ActionRefused(_("This person takes no part in the ticket."))
        if self.row.role != Role.CC:
            raise ActionRefused(_("Only people who are copied in have rights that can be changed."))

    def execute(self) -> TicketParticipant:
        """Return the participation."""
        changed = {name: value for name, value in self.rights.items() if getattr(self.row, name) != value}
        for name, value in changed.items():
            setattr(self.row, name, value)
            on, off = _SAID[name]
            self.record(EventKind.PARTICIPANT, what=on if value else off, name=str(self.contact))
        if changed:
            self.row.save(update_fields=list(changed))
        return self.row
