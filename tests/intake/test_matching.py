"""Which ticket a message belongs to: the decision table, line by line."""

from __future__ import annotations

import itertools

import pytest

from wagtail_helpdesk.intake.incoming import SenderAuth
from wagtail_helpdesk.intake.matching import Candidate, Strength, Verb, decide

TOKEN, OWN, FOREIGN, SUBJECT = Strength.TOKEN, Strength.OWN_ID, Strength.FOREIGN_ID, Strength.SUBJECT
SAME, AGENT = Strength.SAME_SUBJECT, Strength.AGENT
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
        # T8: a number in the subject proves nothing, but for a proven participant of a lively ticket (T7).
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


@pytest.mark.parametrize(
    ("takes_part", "auth", "lively", "rule"),
    [
        (PART, "pass", True, "T7"),
        (PART, "unknown", True, "T8"),
        (PART, "fail", True, "T8"),
        (PART, "pass", False, "T8"),
        (OUTSIDE, "pass", True, "T8"),
    ],
)
def test_number_in_the_subject(takes_part, auth, lively, rule):
    decision = decide([Candidate(SUBJECT, 1, takes_part, lively=lively)], SenderAuth(auth))
    assert (decision.rule, decision.verb) == (rule, Verb.APPEND if rule == "T7" else Verb.OPEN)
    assert (decision.ticket_id or decision.suggest_id) == 1


@pytest.mark.parametrize("auth", list(SenderAuth))
def test_same_subject_only_suggests(auth):
    decision = decide([candidate(SAME, PART)], auth)
    assert (decision.rule, decision.verb, decision.suggest_id) == ("T9", Verb.OPEN, 1)


@pytest.mark.parametrize(
    ("is_agent", "auth", "usable", "verb"),
    [
        (True, "pass", True, Verb.ANSWER),
        (True, "unknown", True, Verb.HOLD),
        (True, "fail", True, Verb.HOLD),
        (True, "pass", False, Verb.HOLD),
        (False, "pass", True, Verb.HOLD),
        (False, "unknown", True, Verb.HOLD),
    ],
)
def test_agents_token(is_agent, auth, usable, verb):
    """T1 or T2, whatever else the mail names: it never falls through to a customer's line."""
    others = [candidate(strength, PART, ticket=2) for strength in Strength if strength != AGENT]
    for hints in ([], others):
        decision = decide([*hints, candidate(AGENT, is_agent, usable=usable)], SenderAuth(auth))
        assert (decision.verb, decision.ticket_id) == (verb, 1)
        assert decision.rule == ("T1" if verb == Verb.ANSWER else "T2")


def test_the_agents_own_ticket_among_several():
    decision = decide([Candidate(AGENT, 1, False), Candidate(AGENT, 2, True, hint=1)], SenderAuth.PASS)
    assert (decision.verb, decision.ticket_id, decision.hint) == (Verb.ANSWER, 2, 1)


@pytest.mark.parametrize(
    ("takes_part", "auth", "verb"),
    [(PART, "unknown", Verb.APPEND), (OUTSIDE, "unknown", Verb.OPEN), (PART, "fail", Verb.OPEN)],
)
@pytest.mark.parametrize("strength", [TOKEN, OWN])
def test_strict_mailbox_lets_no_outsider_in(strength, takes_part, auth, verb):
    decision = decide([candidate(strength, takes_part)], SenderAuth(auth), strict=True)
    assert decision.verb == verb
    assert (decision.ticket_id or decision.suggest_id) == 1


@pytest.mark.parametrize("strength", [TOKEN, OWN, FOREIGN, SUBJECT])
def test_who_is_blocked_is_quarantined(strength):
    decision = decide([Candidate(strength, 1, False, blocked=True)], SenderAuth.PASS)
    assert (decision.verb, decision.ticket_id, decision.suggest_id) == (Verb.QUARANTINE, None, 1)


@pytest.mark.parametrize("strength", [TOKEN, OWN, FOREIGN, SUBJECT, SAME])
def test_what_is_passed_on_only_suggests(strength):
    decision = decide([candidate(strength, PART)], SenderAuth.PASS, may_append=False)
    assert (decision.verb, decision.rule, decision.suggest_id) == (Verb.OPEN, "forwarded", 1)


@pytest.mark.parametrize("strength", [one for one in Strength if one != AGENT])
def test_ticket_that_is_gone_is_no_hint(strength):
    gone = candidate(strength, PART, usable=False)
    assert decide([gone], SenderAuth.PASS).rule == "T10"
    assert decide([gone, candidate(TOKEN, PART, ticket=2)], SenderAuth.PASS).ticket_id == 2


def test_no_stranger_ever_writes_as_a_participant():
    """Promise 7 over all combinations of two hints: appending as oneself takes part in the ticket and does not fail."""
    of_strangers = [strength for strength in Strength if strength != Strength.UPLOAD]
    singles = [candidate(*rest) for rest in itertools.product(of_strangers, (PART, OUTSIDE), (1, 2), (True, False))]
    for pair in itertools.product(singles, repeat=2):
        for auth in SenderAuth:
            decision = decide(pair, auth)
            if decision.verb == Verb.APPEND:
                assert auth != SenderAuth.FAIL
                assert any(
                    one.ticket_id == decision.ticket_id
                    and one.sender_takes_part
                    and one.usable
                    and one.strength not in (SUBJECT, SAME, AGENT)
                    for one in pair
                )
            if decision.verb == Verb.APPEND_OUTSIDE:
                assert any(one.strength in (TOKEN, OWN) and one.ticket_id == decision.ticket_id for one in pair)


@pytest.mark.parametrize("auth", SenderAuth)
def test_what_an_agent_added_goes_where_he_added_it(auth):
    token, upload = candidate(Strength.TOKEN, PART, 1, True), candidate(Strength.UPLOAD, OUTSIDE, 2, True)
    decision = decide([token, upload], auth)
    assert (decision.verb, decision.rule, decision.ticket_id) == (Verb.APPEND, "U", 2)


def test_ticket_that_takes_nothing_more_takes_no_upload_either():
    assert decide([candidate(Strength.UPLOAD, OUTSIDE, 2, False)], SenderAuth.UNKNOWN).verb == Verb.OPEN
