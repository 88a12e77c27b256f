"""What can happen, as frozen values: who did it, what changed, and one class for each kind of event.

This module knows no model: events carry ids and plain values. Everybody has them from ``events``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``kind`` is "user", "contact", "rule" or "system"; ``id`` the row's key; ``name`` as it was then."""

    kind: str
    id: int | None = None
    name: str = ""
    #: The user or contact itself when at hand: saves a query, is no part of the value.
    instance: Any = field(default=None, compare=False, repr=False)
    #: What made the actor do it, for the timeline: "macro:Close as duplicate".
    cause: str = field(default="", compare=False)

    @classmethod
    def system(cls) -> Actor:
        """Return the actor of what nobody in particular did."""
        return cls("system")

    @classmethod
    def of_user(cls, user: Any) -> Actor:
        """Return the actor for a user of the site."""
        name = user.get_full_name() or user.get_username()
        return cls("user", user.pk, name, user)

    @classmethod
    def of_contact(cls, contact: Any) -> Actor:
        """Return the actor for a contact."""
        return cls("contact", contact.pk, contact.name, contact)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a channel allows something, and the reason (a stable code)."""

    allowed: bool
    reason: str = ""


ALLOWED = Verdict(True)


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old and new value, as plain JSON values (keys of rows, texts, lists)."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """The base: who did it, and how many events lie between it and a person's own act."""

    actor: Actor
    depth: int = 0


@dataclass(frozen=True, slots=True)
class AtHand:
    """Rows of an event as they stand in its transaction: they save queries and are no part of its value."""

    #: With its ticket, and the ticket's mailbox.
    message: Any
    #: The requester's participation in a ticket that was opened.
    participant: Any = None
    #: What the channel keeps of the message (e-mail: the InboundMail).
    source: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketOpened(Event):
    """A ticket exists, with its first message."""

    ticket_id: int
    message_id: int
    channel: str
    may_acknowledge: Verdict = ALLOWED
    may_notify: Verdict = ALLOWED
    #: Whether the requester had never written before.
    is_first_contact: bool = False
    at_hand: AtHand | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageAdded(Event):
    """A message was published on a ticket that existed: an answer, a reply that left, a note."""

    ticket_id: int
    message_id: int
    direction: str
    visibility: str
    channel: str
    reopened: bool = False
    may_notify: Verdict = ALLOWED
    #: Whether it was mailed already, by a mail program of ours: no mail is made of it.
    has_left: bool = False
    at_hand: AtHand | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageReread(Event):
    """A message that was there says something else: it was read anew from its source."""

    ticket_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserMentioned(Event):
    """A note names a user who may see the ticket."""

    ticket_id: int
    message_id: int
    user_id: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketUpdated(Event):
    """Fields of a ticket changed (status, team, assignee, priority, subject, tags)."""

    ticket_id: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketsMerged(Event):
    """``source_id`` went into ``target_id``; ``merge_id`` is the record that reactors write their moves on."""

    source_id: int
    target_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketsUnmerged(Event):
    """A merge was taken back; ``merge_id`` tells each reactor what it had moved."""

    source_id: int
    target_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSplit(Event):
    """``message_id`` left ``source_id`` and is the first message of ``ticket_id`` now."""

    source_id: int
    ticket_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRedacted(Event):
    """The words of ``message_id`` (``words``), or files of it with these keys, were taken out for good."""

    ticket_id: int
    message_id: int
    words: bool
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketErased(Event):
    """Everything a ticket said is to go; its row stays for statistics."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactsMerged(Event):
    """``source_id`` is the same person as ``target_id``, who stays."""

    source_id: int
    target_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactErased(Event):
    """A contact's name and addresses are to go. The hashes are those of the addresses it had."""

    contact_id: int
    address_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MailHeld(Event):
    """A mail to an agent's reply address that did not prove to be the agent's: a person decides on it."""

    inbound_id: int
    ticket_id: int
    #: The agent in whose name it came; None where nobody knows.
    user_id: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryProblem(Event):
    """A mail of ours has trouble. ``what``: "failed", "uncertain", "late", "bounced" or "complained"."""

    ticket_id: int
    outbound_id: int
    #: None for a mail that is no message's.
    message_id: int | None
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftMoved(Event):
    """Something of ``user_id``'s writing is not where it was. ``what``: "taken" (another agent goes on with the draft),
    "cancelled" or "answered" (a message that was to leave is a draft again; a customer's message came first)."""

    ticket_id: int
    user_id: Any
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalAsked(Event):
    """A reply waits for the approval of ``user_id``, or of anybody of ``team_id``."""

    ticket_id: int
    message_id: int
    user_id: Any
    team_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalGiven(Event):
    """A reply that ``user_id`` wrote was "approved", "returned" or "changed" by who was asked."""

    ticket_id: int
    user_id: Any
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDrafted(Event):
    """A ticket's answer became a draft article page."""

    ticket_id: int
    page_id: int
