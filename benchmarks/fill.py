"""Fills the database with a desk that has been in use for two years. The same tickets in every run.

Rows are written past the actions, in bulk: a hundred thousand tickets in minutes. They hold what the actions would
have written.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import words
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.choices import Direction, IdRole
from wagtail_helpdesk.conversations.models import Draft, Message, MessageIdIndex
from wagtail_helpdesk.desk.choices import ACTIVE, FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.desk.models import Mailbox, Team
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.mail.choices import (
    Audience,
    InboundState,
    MailKind,
    MailOutcome,
    OutboundState,
    RecipientState,
)
from wagtail_helpdesk.mail.models import AutoReplyLedger, InboundMail, OutboundMail, OutboundRecipient
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import Channel, EventKind, Role, Visibility
from wagtail_helpdesk.tickets.models import (
    TaggedTicket,
    Ticket,
    TicketEvent,
    TicketParticipant,
    TicketReader,
    TicketTag,
)

BATCH = 2000
TEAMS = ("Billing", "Repairs", "Orders", "Website", "Wholesale")
AGENTS_IN_A_TEAM = 4
TAGS = 40
TWO_YEARS = timedelta(days=730)
#: Share of each category, in percent.
CATEGORIES = {
    Category.NEW: 3,
    Category.OPEN: 5,
    Category.PENDING: 4,
    Category.RESOLVED: 8,
    Category.CLOSED: 72,
    Category.SPAM: 7,
    Category.TRASH: 1,
}
#: Messages in a ticket, and how often so many.
MESSAGES = {1: 30, 2: 28, 3: 16, 4: 11, 6: 8, 10: 5, 25: 2}


@dataclass
class BusyDesk:
    """The desk's set-up. ``agent`` is of the first team; ``manager`` sees all teams."""

    teams: list[Team]
    agents: dict[int, list[Any]]
    mailbox: Mailbox
    agent: Any
    manager: Any
    superuser: Any
    tags: list[TicketTag]

    @classmethod
    def make(cls) -> BusyDesk:
        """Make teams, agents, a mailbox and tags."""
        teams = [factories.make_team(name) for name in TEAMS]
        agents = {
            team.pk: [
                factories.make_user(f"agent{team.pk}x{number}", group=factories.AGENTS, teams=[team])
                for number in range(AGENTS_IN_A_TEAM)
            ]
            for team in teams
        }
        return cls(
            teams=teams,
            agents=agents,
            mailbox=factories.make_mailbox("support@desk.example", team=teams[0]),
            agent=agents[teams[0].pk][0],
            manager=factories.make_user("manager", group=factories.MANAGERS),
            superuser=factories.make_user("root", is_superuser=True),
            tags=[TicketTag.objects.create(name=f"topic {number}") for number in range(TAGS)],
        )


def fill(desk: BusyDesk, total: int) -> None:
    """Bring the number of tickets to ``total``."""
    now = timezone.now()
    start = Ticket.objects.count()
    for first in range(start, total, BATCH):
        _Batch(desk, first, min(BATCH, total - first), now).write()
    if connection.vendor == "postgresql":
        # What autovacuum does in a server that is left alone for a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class _Batch:
    """Some tickets with all that belongs to them."""

    def __init__(self, desk: BusyDesk, first: int, size: int, now: datetime) -> None:
        self.desk, self.first, self.size, self.now = desk, first, size, now
        self.chance = random.Random(first)
        self.statuses = {category: default_status(category) for category in CATEGORIES}
        self.priority = default_priority()

    @transaction.atomic
    def write(self) -> None:
        """Insert the rows, table by table."""
        contacts = self._contacts()
        tickets = Ticket.objects.bulk_create([self._ticket(self.chance.choice(contacts)) for _ in range(self.size)])
        TicketParticipant.objects.bulk_create(
            TicketParticipant(
                ticket=ticket,
                contact=ticket.requester,
                address=ticket.requester.known_address,
                role=Role.REQUESTER,
                joined_at=ticket.created_at,
            )
            for ticket in tickets
        )
        TicketEvent.objects.bulk_create(event for ticket in tickets for event in self._events(ticket))
        TaggedTicket.objects.bulk_create(
            TaggedTicket(content_object=ticket, tag=tag)
            for ticket in tickets
            if self.chance.random() < 0.4
            for tag in self.chance.sample(self.desk.tags, self.chance.randint(1, 3))
        )
        self._marks(tickets)
        messages = Message.objects.bulk_create([row for ticket in tickets for row in self._messages(ticket)])
        arrived = [message for message in messages if message.channel == Channel.EMAIL]
        self._mails(arrived)
        left = [message for message in messages if message.direction == Direction.OUTBOUND]
        self._sent([(message, MailKind.REPLY) for message in left])
        first = {message.ticket_id: message for message in reversed(arrived)}
        self._sent([(message, MailKind.ACKNOWLEDGEMENT) for message in first.values()])

    def _marks(self, tickets: list[Ticket]) -> None:
        """What some of the tickets are to the two people whose lists are measured."""
        ours = [ticket for ticket in tickets if ticket.team_id == self.desk.teams[0].pk]
        for user in (self.desk.agent, self.desk.manager):
            TicketReader.objects.bulk_create(
                TicketReader(ticket=ticket, user=user, starred=number < 5) for number, ticket in enumerate(ours[:100])
            )
            Mention.objects.bulk_create(Mention(ticket=ticket, user=user) for ticket in ours[5:8])
            Draft.objects.bulk_create(Draft(ticket=ticket, user=user, mode="reply") for ticket in ours[8:9])

    def _contacts(self) -> list[Contact]:
        numbers = range(self.first, self.first + max(1, self.size // 3))
        contacts = Contact.objects.bulk_create([Contact(name=f"Customer {number}") for number in numbers])
        for number, contact in zip(numbers, contacts, strict=True):
            contact.known_address = f"customer{number}@example{number % 97}.org"
        ContactEmail.objects.bulk_create(
            ContactEmail(
                contact=contact, address=contact.known_address, address_hash=address_hash(contact.known_address)
            )
            for contact in contacts
        )
        return contacts

    def _ticket(self, requester: Contact) -> Ticket:
        chance = self.chance
        category = chance.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        # What is still open is young; the rest came at any time.
        created = self.now - TWO_YEARS * (chance.random() ** 2 / 20 if category in ACTIVE else chance.random())
        count = chance.choices(list(MESSAGES), list(MESSAGES.values()))[0]
        last = min(self.now, created + timedelta(hours=5 * (count - 1) * chance.random()))
        team = chance.choice(self.desk.teams)
        assigned = category not in (Category.NEW, Category.SPAM) and chance.random() < 0.8
        return Ticket(
            subject=words.subject(chance),
            status=self.statuses[category],
            category=category,
            priority=self.priority,
            channel=chance.choices((Channel.EMAIL, Channel.FORM), (3, 1))[0],
            team=team,
            assignee=chance.choice(self.desk.agents[team.pk]) if assigned else None,
            requester=requester,
            mailbox=self.desk.mailbox,
            language="en",
            customer_waiting_since=last if category in ACTIVE and chance.random() < 0.8 else None,
            last_activity_at=last,
            created_at=created,
            resolved_at=last if category in FINISHED else None,
            closed_at=last if category == Category.CLOSED else None,
            message_count=count,
            asleep=category in UNRESOLVED and chance.random() < 0.1,
            preview=words.text(chance)[:200],
        )

    def _events(self, ticket: Ticket) -> Iterator[TicketEvent]:
        yield TicketEvent(ticket=ticket, kind=EventKind.OPENED, actor_kind="contact", created_at=ticket.created_at)
        if ticket.assignee:
            yield TicketEvent(
                ticket=ticket,
                kind=EventKind.ASSIGNEE,
                actor_kind="user",
                actor_user=ticket.assignee,
                data={"old": "", "new": str(ticket.assignee)},
                created_at=ticket.created_at,
            )

    def _messages(self, ticket: Ticket) -> Iterator[Message]:
        step = (ticket.last_activity_at - ticket.created_at) / max(1, ticket.message_count - 1)
        for number in range(ticket.message_count):
            text = words.text(self.chance)
            inbound = number % 2 == 0
            note = not inbound and self.chance.random() < 0.2
            direction = Direction.INBOUND if inbound else Direction.INTERNAL if note else Direction.OUTBOUND
            yield Message(
                ticket=ticket,
                direction=direction,
                visibility=Visibility.INTERNAL if note else Visibility.PUBLIC,
                channel=ticket.channel if inbound else Channel.AGENT,
                author_contact=ticket.requester if inbound else None,
                author_user=None if inbound else ticket.assignee,
                author_name=ticket.requester.name if inbound else "Agent",
                from_address=ticket.requester.known_address if inbound else "",
                subject=ticket.subject,
                text=text,
                reply_text=text,
                external_key=_sha256(f"{ticket.pk}/{number}"),
                created_at=ticket.created_at + step * number,
            )

    def _mails(self, messages: list[Message]) -> None:
        """The Message-IDs and the log of what came by mail."""
        MessageIdIndex.objects.bulk_create(
            MessageIdIndex(
                id_hash=_sha256(f"{message.external_key}@example.org"),
                ticket=message.ticket,
                message=message,
                role=IdRole.THEIRS,
                created_at=message.created_at,
            )
            for message in messages
        )
        InboundMail.objects.bulk_create(
            InboundMail(
                raw_ref=f"raw/{message.external_key[:2]}/{message.external_key[2:4]}/{message.external_key}.eml.gz",
                raw_sha256=message.external_key,
                size=3000,
                dedupe_key=message.external_key,
                message_id_header=f"{message.external_key}@example.org",
                message_id_header_hash=_sha256(f"{message.external_key}@example.org"),
                twin_hash=_sha256(f"twin {message.external_key}"),
                from_header=message.from_address,
                subject=message.subject,
                mailbox=self.desk.mailbox,
                origin="import",
                state=InboundState.DONE,
                outcome=MailOutcome.OPENED,
                ticket=message.ticket,
                message=message,
                received_at=message.created_at,
            )
            for message in messages
        )

    def _sent(self, mails: list[tuple[Message, str]]) -> None:
        """The outbox: replies and acknowledgements, all gone out long ago."""
        rows = OutboundMail.objects.bulk_create(
            OutboundMail(
                public_id=_sha256(f"{kind} {message.external_key}")[:12],
                audience=Audience.CUSTOMER,
                kind=kind,
                purpose_key=_sha256(f"purpose {kind} {message.external_key}"),
                ticket=message.ticket,
                message=message,
                queue_key=_sha256(f"queue {message.ticket_id}"),
                mailbox=self.desk.mailbox,
                message_id_header=f"{_sha256(kind + message.external_key)}@desk.example",
                subject=f"Re: {message.subject}",
                from_header="Support <support@desk.example>",
                headers=[["Content-Language", "en"]],
                text=message.text,
                html=f"<p>{message.text}</p>",
                state=OutboundState.SENT,
                attempts=1,
                sent_at=message.created_at,
                next_try_at=message.created_at,
                created_at=message.created_at,
            )
            for message, kind in mails
        )
        OutboundRecipient.objects.bulk_create(
            OutboundRecipient(
                outbound=row,
                address=row.ticket.requester.known_address,
                address_hash=address_hash(row.ticket.requester.known_address),
                state=RecipientState.ACCEPTED,
                smtp_code=250,
            )
            for row in rows
        )
        AutoReplyLedger.objects.bulk_create(
            AutoReplyLedger(
                address_hash=address_hash(row.ticket.requester.known_address),
                domain_hash=_sha256(row.ticket.requester.known_address.partition("@")[2]),
                mailbox=row.mailbox,
                at=min(row.created_at, self.now - timedelta(days=2)),
            )
            for row in rows
            if row.kind == MailKind.ACKNOWLEDGEMENT
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
