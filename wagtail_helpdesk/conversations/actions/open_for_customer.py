"""An agent opens a ticket for somebody: who called, came by, or is written to first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.addresses import address_hash, is_address, normalise_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.write_message import write_message
from wagtail_helpdesk.conversations.actions.write_outgoing import once_key
from wagtail_helpdesk.conversations.choices import Direction, FirstMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, Prepared, prepare_agent
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.tickets.actions.open_ticket_row import open_ticket_row
from wagtail_helpdesk.tickets.actions.record_activity import first_activity
from wagtail_helpdesk.tickets.choices import Channel, Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.state import fields_for_category


@dataclass(frozen=True)
class TicketFields:
    """What an agent chooses for a new ticket; None leaves it to the desk."""

    team: Team | None = None
    assignee: Any = None
    status: Status | None = None
    priority: Priority | None = None
    tags: Sequence[str] = field(default=())
    ticket_type: TicketType | None = None
    due_on: date | None = None
    #: Values that were cleaned, by the key of their TicketField.
    custom_fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def are_changes(self) -> bool:
        """Whether something is chosen that takes the right to change tickets."""
        return bool(self.status or self.priority or self.tags or self.ticket_type or self.due_on or self.custom_fields)


class OpenForCustomer(Action):
    """Open a ticket in the name of whoever has ``address``, or of ``contact``, or of somebody known by ``name`` only.

    ``first`` says what ``html`` is: the customer's words, a mail to the customer (which leaves as any reply does), or
    a note. ``acknowledge`` mails the customer that we have it, with the tracking link. ``once`` is the same for the
    same click: a second call returns what the first one made. Needs the right to reply; who chooses a team or an
    assignee also that to assign, who chooses anything else that to change.
    """

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        subject: str,
        html: str = "",
        address: str = "",
        name: str = "",
        contact: Contact | None = None,
        channel: str = Channel.PHONE,
        first: str = FirstMessage.CUSTOMER,
        files: Iterable[NewFile] = (),
        fields: TicketFields | None = None,
        acknowledge: bool = False,
        once: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mailbox, self.subject, self.html, self.files = mailbox, subject, html, tuple(files)
        self.address, self.name, self.contact = address.strip(), " ".join(name.split()), contact
        self.channel, self.first, self.acknowledge = channel, first, acknowledge
        self.fields = fields or TicketFields()
        # A user's own clicks only.
        self.external_key = once_key("new", self.actor.id, once)

    def check(self) -> None:
        """PermissionDenied without the rights; ActionRefused for no words, nobody to write to, a hidden status."""
        self._check_rights()
        self.prepared = prepare_agent(self.html, self.files)
        if not self.prepared.text.strip() and not self.files:
            raise ActionRefused(_("Write something first."))
        self._check_requester()
        chosen = self.fields
        if chosen.status is not None and chosen.status.category in HIDDEN:
            raise ActionRefused(_("A new ticket cannot begin in spam or trash."))
        if chosen.assignee is not None and not may(chosen.assignee, "view"):
            raise ActionRefused(_("This user cannot see tickets."))

    def _check_rights(self) -> None:
        chosen, verbs = self.fields, ["view", "reply"]
        if chosen.team or chosen.assignee:
            verbs.append("assign")
        if chosen.are_changes:
            verbs.append("change")
        if not all(may(self.user, verb) for verb in verbs):
            raise PermissionDenied

    def _check_requester(self) -> None:
        if self.address and not is_address(self.address):
            raise ActionRefused(_("This is not an e-mail address."))
        if self.address and normalise_address(self.address) in own_addresses():
            raise ActionRefused(_("This is one of our own addresses: the ticket is for whoever asks."))
        if not (self.address or self.name or self.contact):
            raise ActionRefused(_("Say who the ticket is for: an address or a name."))
        if self.first == FirstMessage.MAIL and not (self.address or (self.contact and self.contact.address)):
            raise ActionRefused(_("There is no address to send this mail to."))

    def __call__(self) -> tuple[Ticket, Message]:
        """As every action, and the same click counts once."""
        made = self._made_before()
        if made is not None:
            return made
        try:
            return super().__call__()
        except IntegrityError:
            # The same click came twice at once, and the other one was first.
            made = self._made_before()
            if made is None:
                raise
            return made

    def execute(self) -> tuple[Ticket, Message]:
        """Return the ticket and its first message; a mail is scheduled, as every reply."""
        contact = self._contact()
        ticket = self._open(contact)
        message = {
            FirstMessage.CUSTOMER: self._customers_words,
            FirstMessage.MAIL: self._mail,
            FirstMessage.NOTE: self._note,
        }[self.first](ticket)
        if self.external_key:
            Message.objects.filter(pk=message.pk).update(external_key=self.external_key)
        # So far it was the author's, who could write on it whatever team it goes to.
        ticket = Ticket.objects.get(pk=ticket.pk)
        ticket.assignee = self.fields.assignee
        ticket.save(update_fields=["assignee"])
        message.ticket = ticket
        tells = self.acknowledge and self.first == FirstMessage.CUSTOMER
        self.publish(
            events.TicketOpened,
            ticket_id=ticket.pk,
            message_id=message.pk,
            channel=self.channel,
            may_acknowledge=Verdict(tells, "opened_by_agent"),
        )
        return ticket, message

    def _made_before(self) -> tuple[Ticket, Message] | None:
        if not self.external_key:
            return None
        message = Message.objects.filter(external_key=self.external_key).select_related("ticket").first()
        return (message.ticket, message) if message else None

    def _contact(self) -> Contact:
        known = self.contact
        if known is not None and (
            not self.address or known.emails.filter(address_hash=address_hash(self.address)).exists()
        ):
            return known
        if self.address:
            return find_or_create_contact(address=self.address, name=self.name)[0]
        return Contact.objects.create(name=self.name[:200])

    def _open(self, contact: Contact) -> Ticket:
        now, chosen = timezone.now(), self.fields
        is_theirs = self.first == FirstMessage.CUSTOMER
        # The status chosen with a mail is set when the mail leaves, as with every reply.
        status = None if self.first == FirstMessage.MAIL else chosen.status
        category = status.category if status else Category.NEW
        columns = fields_for_category(old=Category.NEW, new=category, now=now, resolved_at=None, old_status_id=None)
        if is_theirs:
            columns |= first_activity(
                at=now,
                text=self.prepared.text,
                attachments=len(self.files),
                category=category,
                counts_as_waiting=True,
            )
        ticket, _participant = open_ticket_row(
            subject=self.subject,
            channel=self.channel,
            requester=contact,
            address=self.address or contact.address,
            mailbox=self.mailbox,
            actor=self.actor,
            at=now,
            team=chosen.team,
            status=status,
            tags=tuple(chosen.tags),
            priority=chosen.priority,
            ticket_type=chosen.ticket_type,
            due_on=chosen.due_on,
            custom_fields=chosen.custom_fields,
            assignee=self.user,
            language=contact.language or self.mailbox.language,
            site=self.mailbox.site,
            **columns,
        )
        return ticket

    def _customers_words(self, ticket: Ticket) -> Message:
        prepared: Prepared = replace(self.prepared, subject=ticket.subject)
        return write_message(
            ticket=ticket,
            prepared=prepared,
            actor=Actor.of_contact(ticket.requester),
            direction=Direction.INBOUND,
            visibility=Visibility.PUBLIC,
            channel=self.channel,
            from_address=self.address or ticket.requester.address,
            created_at=ticket.created_at,
        )

    def _mail(self, ticket: Ticket) -> Message:
        return Reply(
            ticket=ticket,
            html=self.html,
            files=self.files,
            status=self.fields.status,
            is_first=True,
            actor=self.actor,
        ).as_part()

    def _note(self, ticket: Ticket) -> Message:
        return AddNote(ticket=ticket, html=self.html, files=self.files, actor=self.actor).as_part()
