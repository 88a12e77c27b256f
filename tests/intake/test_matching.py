"""Which ticket a message belongs to: the decision table, line by line."""

from __future__ import annotations

import itertools

import pytest

from wagtail_helpdesk.intake.incoming import SenderAuth
from wagtail_helpdesk.intake.matching import Candidate, Strength, Verb, decide

TOKEN, OWN, FOREIGN, SUBJECT = Strength.TOKEN, Strength.OWN_ID, Strength.FOREIGN_ID, Strength.SUBJECT
PART, OUTSIDE = True, False


def candidate(strength: Strength, takes_part: bool, ticket: int = 1, usable: bool = True) -> Candidate:
    return Candidate(strength, ticket, takes_part, usable)


@pytest.mark.parametrize(
    ("candidates", "auth", "verb", "rule", "ticket", "suggested"),
    [
        ([], "unknown", Verb.OPEN, "T10", None, None),
        # T3: our own token or Message-ID, and a participant.
        ([(TOKEN, PART)], "unknown", Verb.APPEND, "T3", 1, None),
        ([(TOKEN, PART)], "pass", Verb.APPEND, "T3", 1, None),
        ([(OWN, PART)], "unknown", Verb.APPEND, "T3", 1, None),
        # T4: the same by somebody else, or by somebody who is not who he says.
        ([(TOKEN, OUTSIDE)], "unknown", Verb.APPEND_OUTSIDE, "T4", 1, None),
        ([(OWN, OUTSIDE)], "unknown", Verb.APPEND_OUTSIDE, "T4", 1, None),
        ([(TOKEN, PART)], "fail", Verb.APPEND_OUTSIDE, "T4", 1, None),
        ([(OWN, PART)], "fail", Verb.APPEND_OUTSIDE, "T4", 1, None),
        # T5 and T6: a Message-ID of somebody else's proves nothing without a participant.
        ([(FOREIGN, PART)], "unknown", Verb.APPEND, "T5", 1, None),
        ([(FOREIGN, PART)], "fail", Verb.OPEN, "T6", None, 1),
        ([(FOREIGN, OUTSIDE)], "unknown", Verb.OPEN, "T6", None, 1),
        ([(FOREIGN, OUTSIDE)], "pass", Verb.OPEN, "T6", None, 1),
        # T8: a number in the subject proves nothing, whoever writes it.
        ([(SUBJECT, PART)], "pass", Verb.OPEN, "T8", None, 1),
        ([(SUBJECT, OUTSIDE)], "unknown", Verb.OPEN, "T8", None, 1),
        # The stronger hint wins, whatever order they come in.
        ([(SUBJECT, PART, 2), (TOKEN, PART, 1)], "unknown", Verb.APPEND, "T3", 1, None),
        ([(FOREIGN, PART, 2), (OWN, OUTSIDE, 1)], "unknown", Verb.APPEND_OUTSIDE, "T4", 1, None),
        ([(OWN, PART, 2), (TOKEN, PART, 1)], "unknown", Verb.APPEND, "T3", 1, None),
        ([(SUBJECT, PART, 2), (FOREIGN, OUTSIDE, 1)], "unknown", Verb.OPEN, "T6", None, 1),
        # Among equals the one in which the sender takes part, else the first.
        ([(OWN, OUTSIDE, 2), (OWN, PART, 1)], "unknown", Verb.APPEND, "T3", 1, None),
        ([(FOREIGN, OUTSIDE, 2), (FOREIGN, PART, 1)], "unknown", Verb.APPEND, "T5", 1, None),
        ([(FOREIGN, OUTSIDE, 1), (FOREIGN, OUTSIDE, 2)], "unknown", Verb.OPEN, "T6", None, 1),
    ],
)
def test_line(candidates, auth, verb, rule, ticket, suggested):
    decision = decide([candidate(*one) for one in candidates], SenderAuth(auth))
    assert (decision.verb, decision.rule, decision.ticket_id, decision.suggest_id) == (verb, rule, ticket, suggested)
    assert decision.trace[-1] == f"{rule}: {verb}"
    assert len(decision.trace) == len(candidates) + 1


@pytest.mark.parametrize("strength", list(Strength))
def test_ticket_that_is_gone_is_no_hint(strength):
    gone = candidate(strength, PART, usable=False)
    assert decide([gone], SenderAuth.PASS).rule == "T10"
    assert decide([gone, candidate(TOKEN, PART, ticket=2)], SenderAuth.PASS).ticket_id == 2


def test_no_stranger_ever_writes_as_a_participant():
    """Promise 7 over all combinations of two hints: appending as oneself takes part in the ticket and does not fail."""
    singles = [candidate(*rest) for rest in itertools.product(Strength, (PART, OUTSIDE), (1, 2), (True, False))]
    for pair in itertools.product(singles, repeat=2):
        for auth in SenderAuth:
            decision = decide(pair, auth)
            if decision.verb == Verb.APPEND:
                assert auth != SenderAuth.FAIL
                assert any(
                    one.ticket_id == decision.ticket_id
                    and one.sender_takes_part
                    and one.usable
                    and one.strength != SUBJECT
                    for one in pair
                )
            if decision.verb == Verb.APPEND_OUTSIDE:
                assert any(one.strength in (TOKEN, OWN) and one.ticket_id == decision.ticket_id for one in pair)
