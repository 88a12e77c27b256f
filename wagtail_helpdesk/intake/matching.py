"""Which ticket a message belongs to: the decision table T1-T10 as one pure function.

A ticket number proves nothing. Only a signed token, or a participant's address
together with a stored Message-ID, may append; a number in the subject only for
a participant whose address is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wagtail_helpdesk.intake.incoming import SenderAuth


class Strength(StrEnum):
    """What a hint is worth."""

    AGENT = "agent"
    TOKEN = "token"  # noqa: S105 (a kind, no secret)
    OWN_ID = "own_id"
    FOREIGN_ID = "foreign_id"
    SUBJECT = "subject"
    SAME_SUBJECT = "same_subject"
    UPLOAD = "upload"


class Verb(StrEnum):
    """What is to be done."""

    ANSWER = "answer"
    HOLD = "hold"
    APPEND = "append"
    APPEND_OUTSIDE = "append_outside"
    OPEN = "open"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a hint names. ``usable`` is False for one that is erased or in the trash.

    ``sender_takes_part``: for an agent's token, that the sender is this agent and may still answer. ``blocked``: an
    agent blocked the sender there. ``lively``: it belongs to the mailbox that was written to and something happened in
    it lately. ``hint`` is the position of the evidence, for whoever needs to know more than the table.
    """

    strength: Strength
    ticket_id: int
    sender_takes_part: bool
    usable: bool = True
    blocked: bool = False
    lively: bool = False
    hint: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """``ticket_id`` is the ticket to append to; ``suggest_id`` one to link a new ticket to, for agents only."""

    verb: Verb
    rule: str
    ticket_id: int | None = None
    suggest_id: int | None = None
    trace: tuple[str, ...] = ()
    hint: int = 0


def decide(
    candidates: Sequence[Candidate], auth: SenderAuth, *, strict: bool = False, may_append: bool = True
) -> Decision:
    """Return the first line of the table that matches.

    ``candidates`` come best first within their strength (for Message-IDs: In-Reply-To, then References from the
    end). What an agent decided wins over all; tokens win over Message-IDs of ours, these over foreign ones, these over
    a number in the subject.
    ``strict``: an outside sender opens a linked ticket. Without ``may_append`` hints only suggest: somebody passes
    on what another wrote.
    """
    trace = [
        f"{one.strength} ticket={one.ticket_id} takes_part={one.sender_takes_part} usable={one.usable}"
        for one in candidates
    ]
    agents = [one for one in candidates if one.strength == Strength.AGENT]
    if agents:
        return _agent(agents, auth, trace)
    usable = [one for one in candidates if one.usable]
    uploaded = _pick(usable, Strength.UPLOAD)
    if uploaded is not None:
        return _decision(Verb.APPEND, "U", trace, ticket_id=uploaded.ticket_id)
    if not may_append:
        first = next((pick for strength in Strength if (pick := _pick(usable, strength))), None)
        return _decision(Verb.OPEN, "forwarded", trace, suggest_id=first.ticket_id if first else None)
    for strength, line in _LINES.items():
        pick = _pick(usable, strength)
        if pick is None:
            continue
        if pick.blocked:
            return _decision(Verb.QUARANTINE, "blocked", trace, suggest_id=pick.ticket_id)
        return line(pick, auth, strict, trace)
    return _decision(Verb.OPEN, "T10", trace)


def _agent(agents: Sequence[Candidate], auth: SenderAuth, trace: list[str]) -> Decision:
    """T1 and T2: what comes to an agent's address is the agent's own or waits for a person; it never goes further."""
    pick = next((one for one in agents if one.sender_takes_part and one.usable), None)
    if pick is not None and auth == SenderAuth.PASS:
        return _decision(Verb.ANSWER, "T1", trace, ticket_id=pick.ticket_id, hint=pick.hint)
    return _decision(Verb.HOLD, "T2", trace, ticket_id=agents[0].ticket_id, hint=agents[0].hint)


def _ours(pick: Candidate, auth: SenderAuth, strict: bool, trace: list[str]) -> Decision:
    if pick.sender_takes_part and auth != SenderAuth.FAIL:
        return _decision(Verb.APPEND, "T3", trace, ticket_id=pick.ticket_id)
    if strict:
        return _decision(Verb.OPEN, "T4", trace, suggest_id=pick.ticket_id)
    return _decision(Verb.APPEND_OUTSIDE, "T4", trace, ticket_id=pick.ticket_id)


def _foreign(pick: Candidate, auth: SenderAuth, strict: bool, trace: list[str]) -> Decision:
    if pick.sender_takes_part and auth != SenderAuth.FAIL:
        return _decision(Verb.APPEND, "T5", trace, ticket_id=pick.ticket_id)
    return _decision(Verb.OPEN, "T6", trace, suggest_id=pick.ticket_id)


def _number(pick: Candidate, auth: SenderAuth, strict: bool, trace: list[str]) -> Decision:
    if pick.sender_takes_part and pick.lively and auth == SenderAuth.PASS:
        return _decision(Verb.APPEND, "T7", trace, ticket_id=pick.ticket_id)
    return _decision(Verb.OPEN, "T8", trace, suggest_id=pick.ticket_id)


def _subject(pick: Candidate, auth: SenderAuth, strict: bool, trace: list[str]) -> Decision:
    return _decision(Verb.OPEN, "T9", trace, suggest_id=pick.ticket_id)


_LINES = {
    Strength.TOKEN: _ours,
    Strength.OWN_ID: _ours,
    Strength.FOREIGN_ID: _foreign,
    Strength.SUBJECT: _number,
    Strength.SAME_SUBJECT: _subject,
}


def _pick(candidates: Sequence[Candidate], strength: Strength) -> Candidate | None:
    """Return the best candidate of one strength: the first in which the sender takes part, else the first."""
    group = [one for one in candidates if one.strength == strength]
    return next((one for one in group if one.sender_takes_part), group[0] if group else None)


def _decision(verb: Verb, rule: str, trace: list[str], hint: int = 0, **tickets: int | None) -> Decision:
    return Decision(verb, rule, trace=(*trace, f"{rule}: {verb}"), hint=hint, **tickets)
