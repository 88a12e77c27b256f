"""Decides what a parsed mail is, and hands it to the single door with its evidence and verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wagtail_helpdesk import events
from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.events import Actor, MailHeld, Verdict
from wagtail_helpdesk.intake.incoming import EvidenceKind, Outcome, Receipt
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.mail.arriving.authentication import Authentication
from wagtail_helpdesk.mail.arriving.evidence import read_hints
from wagtail_helpdesk.mail.arriving.routing import Route
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.identity import is_own_loop_header, own_public_id, split_bounce_address
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.mail.outbox.confirm import confirm_sent
from wagtail_helpdesk.mail.outbox.handover import Handover
from wagtail_helpdesk.mail.outbox.probe import RETURNING, record_arrival
from wagtail_helpdesk.mail.parsing import Classification, ParsedMail, classify
from wagtail_helpdesk.mail.parsing.noise import has_null_return_path
from wagtail_helpdesk.mail.reporting.reports import note_auto_reply, take_report
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket

_OUTCOMES = {
    Outcome.OPENED: MailOutcome.OPENED,
    Outcome.APPENDED: MailOutcome.APPENDED,
    Outcome.QUARANTINED: MailOutcome.QUARANTINED,
    Outcome.DUPLICATE: MailOutcome.DUPLICATE,
    Outcome.IGNORED: MailOutcome.AUTO_REPLY,
    Outcome.HELD: MailOutcome.HELD,
}
_REPORTS = {"dsn", "mdn", "arf"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mail."""

    outcome: str
    reason: str = ""
    trace: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    receipt: Receipt | None = None
    mailbox_id: int | None = None


def file_mail(
    mail: InboundMail,
    raw: bytes,
    parsed: ParsedMail,
    route: Route,
    auth: Authentication,
    *,
    may_have_twin: bool = True,
) -> Result:
    """File ``parsed`` (what could be read of ``raw``) and return what became of it. Must run in a unit of work.

    ``may_have_twin``: False where somebody has looked, and it is no altered copy of another mail.
    """
    return _Filing(mail, raw, parsed, route, auth).result(may_have_twin=may_have_twin)


def file_as_new(mail: InboundMail, raw: bytes, parsed: ParsedMail, route: Route, auth: Authentication) -> Receipt:
    """Open a ticket for a mail that was held, whatever ticket it names. Nobody gets an automatic mail.

    Must run in a unit of work.
    """
    return _Filing(mail, raw, parsed, route, auth).as_new()


class _Filing:
    """One mail on its way to the door."""

    def __init__(self, mail: InboundMail, raw: bytes, parsed: ParsedMail, route: Route, auth: Authentication) -> None:
        self.mail, self.raw, self.parsed = mail, raw, parsed
        self.route, self.auth = route, auth
        self.labels: tuple[str, ...] = ()

    def result(self, *, may_have_twin: bool) -> Result:
        twin = InboundMail.objects.twin_of(self.mail) if may_have_twin else None
        if twin is not None:
            receipt = Receipt(Outcome.DUPLICATE, twin.ticket_id, twin.message_id)
            return Result(MailOutcome.DUPLICATE, f"same mail as #{twin.pk}, altered on the way", receipt=receipt)
        mailbox_ids = [mailbox.pk for mailbox in self.route.mailboxes]
        if not mailbox_ids:
            return Result(MailOutcome.NO_MAILBOX, "addressed to none of our mailboxes")
        classification = self._classify()
        self.labels = tuple(classification.labels)
        if classification.primary == "own_copy" and not self._is_for_another_mailbox(mailbox_ids):
            return self._own_copy(mailbox_ids[0])
        kind = self._report_kind(classification)
        if kind:
            return self._report(kind, mailbox_ids[0])
        return self._hand_over(classification)

    def _report_kind(self, classification: Classification) -> str:
        """Return "dsn", "mdn" or "arf" for a report, "" for any other mail.

        What comes back to a bounce address with the null sender, and is nobody's automatic reply, is a bounce too,
        whatever it looks like (RFC 5321 4.5.5).
        """
        if classification.primary in _REPORTS:
            return classification.primary
        mail_from = self.mail.envelope.get("mail_from")
        null_sender = has_null_return_path(self.parsed) if mail_from is None else mail_from == ""
        if not null_sender or classification.primary in ("auto_replied", "own_copy"):
            return ""
        return "dsn" if any(map(split_bounce_address, self.route.addressed)) else ""

    def _report(self, kind: str, mailbox_id: int) -> Result:
        taken = take_report(self.mail, self.raw, self.parsed, kind, self.route.addressed)
        sent = taken.mail
        receipt = Receipt(Outcome.IGNORED, sent.ticket_id, sent.message_id) if sent and sent.ticket_id else None
        return Result(MailOutcome.REPORT, taken.reason, taken.trace, self.labels, receipt, mailbox_id)

    def _classify(self) -> Classification:
        mail_from = self.mail.envelope.get("mail_from")
        return classify(
            self.parsed,
            null_sender=None if mail_from is None else mail_from == "",
            own_addresses=frozenset(self.route.own),
            is_own_message_id=lambda message_id: own_public_id(message_id) is not None,
            is_own_loop_header=is_own_loop_header,
            held_for_spam=self.mail.envelope.get("is_spam", False),
        )

    def _is_for_another_mailbox(self, mailbox_ids: list[int]) -> bool:
        """A mail of one mailbox of ours to another one is real mail, not a copy that came back."""
        public_id = own_public_id(self.parsed.message_id)
        sent = OutboundMail.objects.filter(public_id=public_id).first() if public_id else None
        return sent is not None and sent.mailbox_id not in mailbox_ids

    def _own_copy(self, mailbox_id: int) -> Result:
        public_id = own_public_id(self.parsed.message_id)
        sent = OutboundMail.objects.filter(public_id=public_id).first() if public_id else None
        confirm_sent(self.parsed)
        if sent is not None and sent.kind in RETURNING:
            record_arrival(sent, self.mail)
            return Result(MailOutcome.OWN_COPY, "a probe came back", labels=self.labels, mailbox_id=mailbox_id)
        receipt = Receipt(Outcome.IGNORED, sent.ticket_id, sent.message_id) if sent else None
        return Result(
            MailOutcome.OWN_COPY, "a copy of our own mail", labels=self.labels, receipt=receipt, mailbox_id=mailbox_id
        )

    def _hand_over(self, classification: Classification) -> Result:
        parsed, mailbox_id = self.parsed, self.route.mailboxes[0].pk
        hints = read_hints(parsed, self.route.addressed, self.route.own)
        if classification.primary == "auto_replied":
            note_auto_reply(self.mail, parsed, self.route.addressed)
            if any(one.kind == EvidenceKind.AGENT for one in hints.evidence):
                return self._ended(MailOutcome.AUTO_REPLY, "an agent's automatic reply", hints.trace)
        handover = Handover(self.mail, self.raw, parsed, self.route, self.auth, classification)
        incoming = handover.build(hints)
        receipt = receive(incoming, self.route.mailboxes[0], source=self.mail)
        confirm_sent(self.parsed)
        self._tell_other_mailboxes(receipt)
        if receipt.outcome == Outcome.HELD:
            held = {"inbound_id": self.mail.pk, "ticket_id": receipt.ticket_id, "user_id": receipt.held_for}
            events.publish(MailHeld(actor=Actor.system(), **held))
        problems = tuple(f"problem: {problem}" for problem in parsed.problems)
        verdict = f"acknowledge: {incoming.may_acknowledge.allowed} {incoming.may_acknowledge.reason}".rstrip()
        trace = (*problems, *_charset(parsed), *hints.trace, *receipt.trace, verdict)
        reason = receipt.rule or receipt.outcome
        if receipt.outcome == Outcome.IGNORED:
            reason = "automatic reply to no ticket"
        return Result(_OUTCOMES[receipt.outcome], reason, trace, self.labels, receipt, mailbox_id)

    def as_new(self) -> Receipt:
        classification = self._classify()
        hints = read_hints(self.parsed, self.route.addressed, self.route.own)
        handover = Handover(self.mail, self.raw, self.parsed, self.route, self.auth, classification)
        incoming = handover.build(replace(hints, evidence=(), ids=KnownIds(hints.ids.own)))
        return receive(replace(incoming, may_open=True, may_acknowledge=Verdict(False, "held")))

    def _ended(self, outcome: str, reason: str, trace: tuple[str, ...]) -> Result:
        return Result(outcome, reason, trace, self.labels, mailbox_id=self.route.mailboxes[0].pk)

    def _tell_other_mailboxes(self, receipt: Receipt) -> None:
        """One mail to several mailboxes: one ticket that all their teams see, or linked tickets, as the site chose."""
        if receipt.outcome != Outcome.OPENED or (len(self.route.mailboxes) == 1 and not self.mail.dedupe_scope):
            return
        ticket = Ticket.objects.get(pk=receipt.ticket_id)
        for mailbox in self.route.mailboxes[1:]:
            if mailbox.team_id != ticket.team_id:
                ShareTicket(ticket=ticket, team=mailbox.team, actor=Actor.system())()
        siblings = InboundMail.objects.filter(dedupe_key=self.mail.dedupe_key, ticket__isnull=False)
        for sibling in siblings.exclude(pk=self.mail.pk).select_related("ticket"):
            link_tickets(source=ticket, target=sibling.ticket, kind=LinkKind.SIBLING, actor=Actor.system())


def _charset(parsed: ParsedMail) -> tuple[str, ...]:
    """Return a line for the trace where the words were not in the character set that the mail names."""
    if not parsed.charset_repaired:
        return ()
    return (f"character set: declared {parsed.charset_declared[:40] or 'none'}, read as {parsed.charset_used}",)
