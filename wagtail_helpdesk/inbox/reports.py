"""What was heard of a mail of ours after it left, in words for agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.models import OutboundMail, OutboundRecipient


@dataclass(frozen=True)
class Report:
    """A label, its level ("", "positive", "warning", "critical"), and a sentence where somebody should look."""

    label: str
    level: str
    problem: str = ""


def report_of(mail: OutboundMail) -> Report | None:
    """Return what reports say of a sent mail, fetched with its recipients and ``doubtful_reports``; None for nothing.

    No queries. Once somebody is done with a problem, only its label stays.
    """
    people = list(mail.recipients.all())
    problem = _problem(people)
    if problem is not None:
        state, sentence = problem
        if mail.settled_at:
            return Report(str(RecipientState(state).label), "")
        return Report(str(RecipientState(state).label), "critical", sentence)
    if mail.doubtful_reports:
        sentence = _("A report says that this mail has trouble, but does not prove that it is about this mail.")
        return Report(_("Unverified report"), "" if mail.settled_at else "warning", "" if mail.settled_at else sentence)
    states = {person.state for person in people}
    if RecipientState.DELAYED in states:
        return Report(str(RecipientState.DELAYED.label), "")
    if states == {RecipientState.DELIVERED}:
        return Report(str(RecipientState.DELIVERED.label), "positive")
    return None


def _problem(people: Sequence[OutboundRecipient]) -> tuple[str, str] | None:
    """Return the worst state and a sentence about those whom it concerns."""
    sentences = (
        (RecipientState.BOUNCED, _("This mail came back from %(people)s")),
        (RecipientState.COMPLAINED, _("This mail was reported as spam by %(people)s")),
        (RecipientState.REFUSED_PERM, _("This mail was refused for %(people)s")),
    )
    for state, sentence in sentences:
        concerned = [person for person in people if person.state == state]
        if concerned:
            code, diagnostic = concerned[0].status_code, concerned[0].diagnostic
            # Most servers begin what they say with the code.
            said = diagnostic if code and diagnostic.startswith(code) else f"{code} {diagnostic}".strip()
            words = sentence % {"people": ", ".join(person.address for person in concerned)}
            return state, f"{words}: {said}" if said else f"{words}."
    return None
