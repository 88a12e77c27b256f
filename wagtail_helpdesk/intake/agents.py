"""An agent answers by mail (T1), or somebody who is not proven to be that agent does (T2)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind, Forward, IncomingMessage, Outcome, Receipt
from wagtail_helpdesk.intake.matching import Candidate, Decision, Strength, Verb, decide
from wagtail_helpdesk.tickets.choices import EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.timeline import write_event


def is_for_agents(incoming: IncomingMessage) -> bool:
    """Tell whether the message came to an address, or answers a mail, that only an agent was given."""
    return any(one.kind == EvidenceKind.AGENT for one in incoming.evidence)


def take_answer(incoming: IncomingMessage) -> Receipt:
    """Take an agent's answer: a reply or a note by who may read what was answered, or nothing and a person decides.

    Rights count as they are now. Must run in a unit of work.
    """
    return _AgentDoor(incoming).take_in()


class _AgentDoor:
    """One message to an agent's address."""

    def __init__(self, incoming: IncomingMessage) -> None:
        self.incoming = incoming
        self.hints: list[Evidence] = [one for one in incoming.evidence if one.kind == EvidenceKind.AGENT]
        self.users = get_user_model()._default_manager.in_bulk([one.user_id for one in self.hints if one.user_id])
        named = Ticket.objects.in_bulk([one.ticket_id for one in self.hints])
        self.tickets = {pk: ticket.current() for pk, ticket in named.items()}

    def take_in(self) -> Receipt:
        candidates = [self._candidate(number, hint) for number, hint in enumerate(self.hints)]
        decision = decide(candidates, self.incoming.auth)
        hint = self.hints[decision.hint]
        ticket = self.tickets[hint.ticket_id]
        if decision.verb != Verb.ANSWER:
            return self._hold(ticket, hint, decision, self._why(hint))
        if self.incoming.answer is None:
            return self._hold(ticket, hint, decision, "the agent's words could not be told from what they repeat")
        try:
            with events.unit_of_work():
                message = self._write(ticket, hint)
        except (ActionRefused, PermissionDenied) as refusal:
            return self._hold(ticket, hint, decision, f"refused ({type(refusal).__name__})")
        return Receipt(Outcome.APPENDED, ticket.pk, message.pk, decision.rule, decision.trace)

    def _candidate(self, number: int, hint: Evidence) -> Candidate:
        ticket = self.tickets[hint.ticket_id]
        return Candidate(
            strength=Strength.AGENT,
            ticket_id=ticket.pk,
            sender_takes_part=not self._why_not(hint),
            usable=ticket.erased_at is None and ticket.category != Category.TRASH,
            hint=number,
        )

    def _why_not(self, hint: Evidence) -> str:
        """Return why the sender is not this agent, or may not answer; "" where nothing speaks against it."""
        user = self.users.get(hint.user_id)
        if user is None or not is_own_address(user, self.incoming.sender.address):
            return "the sender's address is not the agent's"
        verb = "reply" if hint.visibility == Visibility.PUBLIC else "note"
        return "" if may(user, verb, self.tickets[hint.ticket_id]) else "the agent may not answer this ticket any more"

    def _why(self, hint: Evidence) -> str:
        return self._why_not(hint) or f"the sender is not proven (authentication: {self.incoming.auth})"

    def _write(self, ticket: Ticket, hint: Evidence) -> Any:
        incoming = self.incoming
        action = Reply if hint.visibility == Visibility.PUBLIC else AddNote
        return action(
            ticket=ticket,
            html=incoming.answer,
            files=incoming.words.files,
            channel=incoming.channel,
            once=incoming.key,
            actor=Actor.of_user(self.users[hint.user_id]),
        )()

    def _hold(self, ticket: Ticket, hint: Evidence, decision: Decision, why: str) -> Receipt:
        user = self.users.get(hint.user_id)
        name = Actor.of_user(user).name if user else ""
        write_event(ticket, EventKind.HELD, actor=Actor.system(), what="held", name=name)
        return Receipt(Outcome.HELD, ticket.pk, None, "T2", (*decision.trace, why), held_for=user and user.pk)


def note_forward(ticket: Ticket, forward: Forward) -> None:
    """Say who passed the ticket's first message on, and keep what he wrote above it as a note of his."""
    user = get_user_model()._default_manager.get(pk=forward.user_id)
    actor = Actor.of_user(user)
    write_event(ticket, EventKind.FORWARDED, actor=actor)
    if forward.html:
        # What goes to a team that is not his own is his word all the same.
        author = actor if may(user, "note", ticket) else Actor("system", None, actor.name)
        AddNote(ticket=ticket, html=forward.html, actor=author)()


def is_own_address(user: Any, address: str) -> bool:
    """Tell whether ``address`` is the one that the site has for ``user``."""
    own = getattr(user, user.get_email_field_name(), "") or ""
    return is_address(own) and is_address(address) and normalise_address(own) == normalise_address(address)
