"""What every channel hands to the single door, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.events import ALLOWED, Verdict


class EvidenceKind(StrEnum):
    """Why a message may belong to a ticket; the channel has checked every signature."""

    AGENT = "agent"
    TOKEN = "token"  # noqa: S105 (a kind, no secret)
    OWN_MESSAGE_ID = "own_message_id"
    SUBJECT_TAG = "subject_tag"
    #: An agent who may write on the ticket added it there as a file.
    UPLOAD = "upload"


class SenderAuth(StrEnum):
    """What is known of the claim "From" (EMAIL authentication, RFC 8601)."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One checked hint at a ticket; ``participant_id`` is whom we had written to, where the hint says so.

    An agent's: ``user_id`` is the agent we had told something. ``visibility``: who may read what we had told;
    "internal" for what went to a third party, "" where that says nothing.
    """

    kind: EvidenceKind
    ticket_id: int
    participant_id: int | None = None
    user_id: int | None = None
    visibility: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address, as claimed."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Forward:
    """Somebody of ours passed the message on: who, and what he wrote above it (HTML)."""

    user_id: int
    html: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingMessage:
    """One arriving message, whatever brought it.

    ``key`` is a sha256 (64 hex digits) that is the same for the same message and never for two.
    ``may_open`` is False for what is worth keeping on its ticket but opens none (an out-of-office answer).
    """

    channel: str
    key: str
    sender: Person
    words: Words
    mailbox_id: int
    received_at: datetime
    sent_at: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    ids: KnownIds | None = None
    auth: SenderAuth = SenderAuth.UNKNOWN
    may_acknowledge: Verdict = ALLOWED
    may_reopen: Verdict = ALLOWED
    #: Whether agents are told: not of mail that was brought over from elsewhere.
    may_notify: Verdict = ALLOWED
    may_open: bool = True
    is_spam: bool = False
    #: An outside sender opens a linked ticket instead of joining one.
    strict: bool = False
    #: What the sender wrote above what the mail repeats, as HTML; None where that cannot be told for certain. Only an
    #: agent's answer needs it: nothing else of the mail may reach a customer.
    answer: str | None = field(default=None, repr=False)
    forward: Forward | None = None
    #: A finished ticket is reopened at most so often in an hour; None for no limit (people).
    reopenings_per_hour: int | None = None
    counts_as_waiting: bool = True
    #: Where the sender wants answers, when the channel trusts that; "" for the sender's own address.
    reply_address: str = ""
    #: The others the message was written to, without our own addresses.
    copied: tuple[Person, ...] = ()
    #: {"to": [{"name", "address"}], "cc": [...]} as the message says, for display.
    recipients: dict[str, Any] = field(default_factory=dict)
    #: Of the words; "" where nobody knows.
    language: str = ""
    #: Who may read it on a ticket that exists; "" for what the sender's part in it says.
    visibility: str = ""
    #: Further columns of a new ticket: team, tags, site, source_page, source_title, source_url.
    ticket_fields: dict[str, Any] = field(default_factory=dict)


class Outcome(StrEnum):
    """How the door answered."""

    OPENED = "opened"
    APPENDED = "appended"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, and why: ``rule`` is the line of the decision table, ``trace`` its steps."""

    outcome: Outcome
    ticket_id: int | None = None
    message_id: int | None = None
    rule: str = ""
    trace: tuple[str, ...] = ()
    #: The agent in whose name a held message came.
    held_for: Any = None
