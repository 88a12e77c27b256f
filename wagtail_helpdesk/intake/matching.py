"""Which ticket a message belongs to: the decision table T1-T10 as one pure function.

A ticket number proves nothing. Only a signed token, or a participant's address
together with a stored Message-ID, may append.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wagtail_helpdesk.intake.incoming import SenderAuth


class Strength(StrEnum):
    """What a hint is worth."""

    TOKEN = "token"  # noqa: S105 (a kind, no secret)
    OWN_ID = "own_id"
    FOREIGN_ID = "foreign_id"
    SUBJECT = "subject"


class Verb(StrEnum):
    """What is to be done."""

    APPEND = "append"
    APPEND_OUTSIDE = "append_outside"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a hint names. ``usable`` is False for one that is erased or in the trash."""

    strength: Strength
    ticket_id: int
    sender_takes_part: bool
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """``ticket_id`` is the ticket to append to; ``suggest_id`` one to link a new ticket to, for agents only."""

    verb: Verb
    rule: str
    ticket_id: int | None = None
    suggest_id: int | None = None
    trace: tuple[str, ...] = ()


def decide(candidates: Sequence[Candidate], auth: SenderAuth) -> Decision:
    """Return the first line of the table that matches.

    ``candidates`` come best first within their strength (for Message-IDs: In-Reply-To, then References from the
    end). Tokens win over Message-IDs of ours, these over foreign ones, these over a number in the subject.
    """
    trace = [
        f"{one.strength} ticket={one.ticket_id} takes_part={one.sender_takes_part} usable={one.usable}"
        for one in candidates
    ]
    usable = [one for one in candidates if one.usable]
    failed = auth == SenderAuth.FAIL
    for strength in (Strength.TOKEN, Strength.OWN_ID):
        pick = _pick(usable, strength)
        if pick is not None:
            if pick.sender_takes_part and not failed:
                return _decision(Verb.APPEND, "T3", trace, ticket_id=pick.ticket_id)
            return _decision(Verb.APPEND_OUTSIDE, "T4", trace, ticket_id=pick.ticket_id)
    pick = _pick(usable, Strength.FOREIGN_ID)
    if pick is not None:
        if pick.sender_takes_part and not failed:
            return _decision(Verb.APPEND, "T5", trace, ticket_id=pick.ticket_id)
        return _decision(Verb.OPEN, "T6", trace, suggest_id=pick.ticket_id)
    pick = _pick(usable, Strength.SUBJECT)
    if pick is not None:
        return _decision(Verb.OPEN, "T8", trace, suggest_id=pick.ticket_id)
    return _decision(Verb.OPEN, "T10", trace)


def _pick(candidates: Sequence[Candidate], strength: Strength) -> Candidate | None:
    """Return the best candidate of one strength: the first in which the sender takes part, else the first."""
    group = [one for one in candidates if one.strength == strength]
    return next((one for one in group if one.sender_takes_part), group[0] if group else None)


def _decision(verb: Verb, rule: str, trace: list[str], **tickets: int) -> Decision:
    return Decision(verb, rule, trace=(*trace, f"{rule}: {verb}"), **tickets)
