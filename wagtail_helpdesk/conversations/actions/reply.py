"""An agent answers the customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed, recipient_of, take_in
from wagtail_helpdesk.conversations.actions.write_outgoing import WriteOutgoing
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


class Reply(WriteOutgoing):
    """Write a public reply.

    ``cc`` are keys of participants to copy in; None takes all active ones; a pending one becomes active. ``copies`` are
    people at further addresses, who take part in the ticket from now on. ``unquoted`` leaves out the earlier words that
    the mailbox would quote.
    """

    kind = "reply"

    def __init__(
        self,
        *,
        cc: Iterable[int] | None = None,
        copies: Sequence[Addressed] = (),
        unquoted: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cc = None if cc is None else set(cc)
        self.copies, self.unquoted = tuple(copies), unquoted

    def _mailing(self) -> dict[str, Any]:
        return super()._mailing() | ({"unquoted": True} if self.unquoted else {})

    def _recipients(self) -> dict[str, list[dict[str, Any]]]:
        return self._recipients_with(self._take_in_copies())

    def recipients_now(self) -> dict[str, list[dict[str, Any]]]:
        """Return who would get it, who is copied in by an address having been taken in. Must run in an action."""
        return self._recipients()

    def _take_in_copies(self) -> set[int]:
        """Let those who are copied in by their address take part; return their keys."""
        people = dict.fromkeys(self.copies)
        return {take_in(self.ticket, person, role=Role.CC, actor=self.actor).pk for person in people}

    def _confirm(self, person: TicketParticipant) -> None:
        """Who is written to takes part from now on."""
        TicketParticipant.objects.filter(pk=person.pk).update(state=ParticipantState.ACTIVE)

    def _recipients_with(self, added: set[int]) -> dict[str, list[dict[str, Any]]]:
        people = self.ticket.participants.select_related("contact").order_by("pk")
        to, cc = [], []
        for person in people:
            if not _is_reached(person):
                continue
            if person.role == Role.REQUESTER:
                to.append(recipient_of(person))
            elif person.role == Role.CC and (person.pk in added or self._is_copied(person)):
                if person.state == ParticipantState.PENDING:
                    self._confirm(person)
                cc.append(recipient_of(person))
        if not to:
            raise _nobody()
        return {"to": to, "cc": cc, "bcc": []}

    def _is_copied(self, person: TicketParticipant) -> bool:
        if self.cc is None:
            return person.state == ParticipantState.ACTIVE
        return person.pk in self.cc and person.state in (ParticipantState.ACTIVE, ParticipantState.PENDING)


def refuse_without_reader(ticket: Ticket) -> None:
    """Raise ActionRefused where a reply would have nobody to go to. One query."""
    if not any(map(_is_reached, ticket.participants.filter(role=Role.REQUESTER))):
        raise _nobody()


def _is_reached(person: TicketParticipant) -> bool:
    return bool(person.mail_address) and not person.muted and person.may_see


def _nobody() -> ActionRefused:
    return ActionRefused(_("There is no address to send this reply to."))
