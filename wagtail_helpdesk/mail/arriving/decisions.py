"""What a person can decide about a mail of ours: pure functions of its state and its recipients'."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.reporting.problems import NOT_REACHED, UNSETTLED


class Decision(StrEnum):
    """One thing to do with a mail; the value stands in addresses and forms."""

    #: Send it now, or once more, to those who have not got it.
    RETRY = "retry"
    #: They have got it, whatever was said.
    CONFIRM = "confirm"
    #: Do not send it.
    CANCEL = "cancel"
    #: It did not get through, and nothing more is to be done about it.
    SETTLE = "settle"


def decisions_for(
    state: str, recipients: Iterable[str], *, settled: bool = False, doubted: bool = False
) -> tuple[Decision, ...]:
    """Return what makes sense for a mail in ``state`` whose recipients are in these states.

    ``settled``: somebody was done with it before. ``doubted``: a report that proves nothing says it has trouble.
    """
    if state in (OutboundState.QUEUED, OutboundState.RETRY):
        return (Decision.RETRY, Decision.CANCEL)
    told = set(recipients)
    left = state in (OutboundState.SENT, OutboundState.PARTIAL)
    settle = () if settled else (Decision.SETTLE,)
    if state in UNSETTLED or (left and told & set(NOT_REACHED)):
        return (Decision.RETRY, Decision.CONFIRM, *settle)
    if left and (doubted or RecipientState.COMPLAINED in told):
        return settle
    return ()


def decision_named(name: str) -> Decision | None:
    """Return the decision of this name, None for no such."""
    try:
        return Decision(name)
    except ValueError:
        return None
