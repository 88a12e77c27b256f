"""What one recipient's state is, after all that was heard in whatever order. Pure functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable

from wagtail_helpdesk.mail.choices import DeliveryEventKind, RecipientState

#: From the weakest to the strongest. Reports may overtake each other, and one that came late says no less: a mail that
#: was delivered and came back afterwards came back, one that was delayed and then delivered is delivered.
_PRECEDENCE = (
    RecipientState.PENDING,
    RecipientState.REFUSED_TEMP,
    RecipientState.ACCEPTED,
    RecipientState.REFUSED_PERM,
    RecipientState.DELAYED,
    RecipientState.DELIVERED,
    RecipientState.BOUNCED,
    RecipientState.COMPLAINED,
)
_RANK = {state: rank for rank, state in enumerate(_PRECEDENCE)}

#: What each event proves. Who reads or complains has the mail, and so has a program that answers.
STATE_OF = {
    DeliveryEventKind.DELIVERED: RecipientState.DELIVERED,
    DeliveryEventKind.DELAYED: RecipientState.DELAYED,
    DeliveryEventKind.BOUNCED: RecipientState.BOUNCED,
    DeliveryEventKind.REJECTED: RecipientState.REFUSED_PERM,
    DeliveryEventKind.COMPLAINED: RecipientState.COMPLAINED,
    DeliveryEventKind.READ: RecipientState.DELIVERED,
    DeliveryEventKind.AUTO_REPLIED: RecipientState.DELIVERED,
    DeliveryEventKind.OWN_COPY: RecipientState.ACCEPTED,
}

#: RFC 3463: no such mailbox, no such system, recipient address has null MX (RFC 7505), mailbox disabled. Only these say
#: that the address is dead; a full mailbox (5.2.2) or a refusal by policy (5.7.x) says something about today.
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.10", "5.2.1"})


def strongest(states: Iterable[str]) -> str:
    """Return the state that counts among ``states``; pending for none."""
    return max(states, key=lambda state: _RANK[RecipientState(state)], default=RecipientState.PENDING)


def after_event(state: str, kind: str) -> str:
    """Return the state of a recipient in ``state`` of whom an event of ``kind`` is told."""
    return strongest((state, STATE_OF[DeliveryEventKind(kind)]))


def is_dead_address(status_code: str) -> bool:
    """Tell whether a final failure with this status (RFC 3463) means that there is nobody at the address."""
    return status_code in _DEAD
