"""The single door: any arriving message is ignored, appended to its ticket, or opens one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.addresses import MAX_LENGTH, is_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.add_message import AddMessage
from wagtail_helpdesk.conversations.actions.open_ticket import OpenTicket
from wagtail_helpdesk.conversations.characters import scrub
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import FINISHED, Category
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.intake.agents import is_for_agents, note_forward, take_answer
from wagtail_helpdesk.intake.candidates import find_candidates, note_changed
from wagtail_helpdesk.intake.incoming import IncomingMessage, Outcome, Person, Receipt
from wagtail_helpdesk.intake.matching import Decision, Verb, decide
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.choices import Channel, EventKind, LinkKind, ParticipantState, Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent
from wagtail_helpdesk.tickets.state import may_still_reopen


def receive(incoming: IncomingMessage, mailbox: Mailbox | None = None, *, source: Any = None) -> Receipt:
    """Take one message in, in one transaction, and say what became of it.

    ``mailbox``: its row, where it is at hand. ``source``: the row that the channel keeps of the message, for reactors.
    The same message (same ``key``) handed in again, at once or later, answers DUPLICATE with the first one's ticket.
    """
    # A mail that was taken before is known by its row long before it comes here; forms are sent twice every day.
    before = None if incoming.channel == Channel.EMAIL else _first_of(incoming.key)
    if before is not None:
        return Receipt(Outcome.DUPLICATE, *before, trace=("key known",))
    try:
        with events.unit_of_work():
            return take_answer(incoming) if is_for_agents(incoming) else _Door(incoming, mailbox, source).take_in()
    except IntegrityError:
        # The same message came through another process between our look and our insert.
        before = _first_of(incoming.key)
        if before is None:
            raise
        return Receipt(Outcome.DUPLICATE, *before, trace=("key known by now",))


def _first_of(key: str) -> tuple[int, int] | None:
    return Message.objects.filter(external_key=key).values_list("ticket_id", "pk").first()


class _Door:
    """One message on its way through the door."""

    def __init__(self, incoming: IncomingMessage, mailbox: Mailbox | None, source: Any) -> None:
        copied = tuple(_storable(person) for person in incoming.copied)
        self.source = source
        self.incoming = incoming = replace(incoming, sender=_storable(incoming.sender), copied=copied)
        mailboxes = Mailbox.objects.select_related("team", "site", "mail_options")
        self.mailbox = mailbox or mailboxes.get(pk=incoming.mailbox_id)
        self.contact, self.is_new = _identify(incoming)
        self.actor = Actor.of_contact(self.contact)
        # A form or a tracking page makes no claim that somebody else could check.
        self.sender_auth = incoming.auth if incoming.channel == Channel.EMAIL else ""

    def take_in(self) -> Receipt:
        incoming = self.incoming
        self.found = find_candidates(incoming, self.contact, is_new=self.is_new)
        tickets = self.found.tickets
        decision = decide(
            self.found.candidates, incoming.auth, strict=incoming.strict, may_append=incoming.forward is None
        )
        if decision.verb == Verb.QUARANTINE:
            self.incoming = incoming = replace(incoming, is_spam=True)
        if decision.ticket_id is not None:
            ticket = tickets[decision.ticket_id]
            # A third party's answer never opens a ticket that could become the customer's.
            visibility = self._visibility(ticket)
            if visibility == Visibility.INTERNAL or self._goes_on(ticket):
                return self._append(ticket, decision, visibility)
            decision = replace(decision, trace=(*decision.trace, "finished too long ago: new ticket"))
            return self._open(decision, link_to=ticket, kind=LinkKind.CONTINUES)
        return self._open(decision, link_to=tickets.get(decision.suggest_id), kind=LinkKind.POSSIBLY)

    def _goes_on(self, ticket: Ticket) -> bool:
        if not self.incoming.may_open or ticket.category not in FINISHED:
            return True
        mailbox = self.mailbox if ticket.mailbox_id == self.mailbox.pk else ticket.mailbox
        return may_still_reopen(
            category=ticket.category,
            resolved_at=ticket.resolved_at,
            closed_at=ticket.closed_at,
            reopen_days=mailbox.reopen_days,
            now=self.incoming.received_at,
        )

    def _append(self, ticket: Ticket, decision: Decision, visibility: str) -> Receipt:
        incoming, outside = self.incoming, decision.verb == Verb.APPEND_OUTSIDE
        marks = {"T4": (Flag.OUTSIDE_SENDER,), "T7": (Flag.MATCHED_BY_SUBJECT,)}
        flags = (*incoming.words.flags, *marks.get(decision.rule, ()))
        if ticket.pk in self.found.silent_in:
            flags = (*flags, Flag.MAY_NOT_ANSWER)
        message = AddMessage(
            ticket=ticket,
            words=replace(incoming.words, may_quote=True, flags=flags),
            channel=incoming.channel,
            at=incoming.received_at,
            address=incoming.sender.address,
            visibility=visibility,
            may_reopen=self._may_reopen(ticket),
            may_notify=incoming.may_notify,
            counts_as_waiting=incoming.counts_as_waiting,
            external_key=incoming.key,
            sent_at=incoming.sent_at,
            ids=incoming.ids,
            recipients=incoming.recipients,
            language="" if outside or ticket.requester_id != self.contact.pk else incoming.language,
            sender_auth=self.sender_auth,
            actor=self.actor,
        ).as_part()
        note_changed(ticket.pk)
        if decision.rule in ("T3", "T5") and message.visibility == Visibility.PUBLIC:
            self._add_copied(ticket, ParticipantState.PENDING)
        return Receipt(Outcome.APPENDED, ticket.pk, message.pk, decision.rule, decision.trace)

    def _may_reopen(self, ticket: Ticket) -> Verdict:
        """A machine reopens a ticket now and then, not again and again."""
        most = self.incoming.reopenings_per_hour
        if most is None or ticket.category not in FINISHED:
            return self.incoming.may_reopen
        since = self.incoming.received_at - timedelta(hours=1)
        reopened = TicketEvent.objects.filter(ticket=ticket, kind=EventKind.REOPENED, created_at__gt=since).count()
        reopened += sum(
            line.ticket_id == ticket.pk and line.kind == EventKind.REOPENED for line in events.unwritten(TicketEvent)
        )
        return Verdict(False, "reopened_too_often") if reopened >= most else self.incoming.may_reopen

    def _visibility(self, ticket: Ticket) -> str:
        """What a third party writes is for agents, whatever it answers; so is what anybody answers to its mail, and
        what somebody writes who may not answer: it is kept, and nobody outside takes it for a part of the case."""
        if self.incoming.visibility:
            return self.incoming.visibility
        if any(one.visibility == Visibility.INTERNAL for one in self.incoming.evidence):
            return Visibility.INTERNAL
        for_agents = self.found.third_party_in | self.found.silent_in
        return Visibility.INTERNAL if ticket.pk in for_agents else Visibility.PUBLIC

    def _open(self, decision: Decision, *, link_to: Ticket | None, kind: LinkKind) -> Receipt:
        incoming = self.incoming
        if not incoming.may_open:
            return Receipt(Outcome.IGNORED, rule=decision.rule, trace=(*decision.trace, "opens no ticket"))
        acknowledge = incoming.may_acknowledge
        if incoming.is_spam:
            acknowledge = Verdict(False, "spam")
        ticket, message = OpenTicket(
            words=incoming.words,
            requester=self.contact,
            address=incoming.sender.address,
            mailbox=self.mailbox,
            channel=incoming.channel,
            at=incoming.received_at,
            actor=self.actor,
            category=Category.SPAM if incoming.is_spam else Category.NEW,
            may_acknowledge=acknowledge,
            may_notify=incoming.may_notify,
            counts_as_waiting=incoming.counts_as_waiting,
            external_key=incoming.key,
            sent_at=incoming.sent_at,
            ids=incoming.ids,
            recipients=incoming.recipients,
            sender_auth=self.sender_auth,
            reply_address=incoming.reply_address,
            is_first_contact=self.is_new,
            source=self.source,
            ticket_fields={
                "language": incoming.language or self.contact.language or self.mailbox.language,
                "site": self.mailbox.site,
                **incoming.ticket_fields,
            },
        ).as_part()
        if incoming.forward is not None:
            note_forward(ticket, incoming.forward)
        if link_to is not None:
            link_tickets(source=ticket, target=link_to, kind=kind, actor=Actor.system())
        if kind == LinkKind.CONTINUES and link_to is not None and decision.verb == Verb.APPEND:
            self._invite_again(ticket, link_to)
        self._add_copied(ticket, ParticipantState.ACTIVE)
        outcome = Outcome.QUARANTINED if incoming.is_spam else Outcome.OPENED
        return Receipt(outcome, ticket.pk, message.pk, decision.rule, decision.trace)

    def _invite_again(self, ticket: Ticket, old: Ticket) -> None:
        """A ticket that continues another has its people too."""
        for person in old.participants.filter(state=ParticipantState.ACTIVE).select_related("contact"):
            if person.contact_id != self.contact.pk:
                role = Role.CC if person.role == Role.REQUESTER else person.role
                add_participant(ticket=ticket, contact=person.contact, address=person.address, role=role, like=person)

    def _add_copied(self, ticket: Ticket, state: str) -> None:
        for person in self.incoming.copied[: conf.get("MAX_MAIL_PARTICIPANTS")]:
            if is_address(person.address):
                contact, _new = find_or_create_contact(address=person.address, name=person.name)
                add_participant(ticket=ticket, contact=contact, address=person.address, role=Role.CC, state=state)


def _storable(person: Person) -> Person:
    """Return the person as every database can keep it, whatever a stranger called himself."""
    return Person(scrub(person.address)[:MAX_LENGTH], scrub(person.name)[:200])


def _identify(incoming: IncomingMessage) -> tuple[Contact, bool]:
    """Return who writes, and whether we know him only now. A mail without a usable sender is still somebody's: a
    contact without an address.
    """
    sender = incoming.sender
    if is_address(sender.address):
        # Who uses a page of the site chose its language; who writes a mail may write in another one tomorrow.
        language = "" if incoming.channel == Channel.EMAIL else incoming.language
        return find_or_create_contact(address=sender.address, name=sender.name, language=language)
    return Contact.objects.create(name=sender.name[:200]), True
