"""Turns one accepted mail into what it is. A mail ends in exactly one outcome, however often it is tried."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.events import Actor, Verdict, describe_error
from wagtail_helpdesk.intake.incoming import IncomingMessage, Outcome, Receipt
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.mail import translate
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.confirm import confirm_sent
from wagtail_helpdesk.mail.evidence import read_hints
from wagtail_helpdesk.mail.identity import is_own_loop_header, own_public_id, split_reply_address
from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.mail.parsing import Caps, Classification, ParsedMail, classify, parse
from wagtail_helpdesk.mail.parsing.parser import parse_headers
from wagtail_helpdesk.mail.raw_store import RawMissing, load_raw
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import Channel, LinkKind
from wagtail_helpdesk.tickets.models import Ticket

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
#: A mail that killed the process this often is read in the simplest way.
TRIES_BEFORE_FALLBACK = 2
#: How long an answer waits for the mail it answers, when that is being read at the same time.
DEFER_FOR = timedelta(minutes=2)
DEFER_STEP = timedelta(seconds=10)

_OUTCOMES = {
    Outcome.OPENED: MailOutcome.OPENED,
    Outcome.APPENDED: MailOutcome.APPENDED,
    Outcome.QUARANTINED: MailOutcome.QUARANTINED,
    Outcome.DUPLICATE: MailOutcome.DUPLICATE,
    Outcome.IGNORED: MailOutcome.AUTO_REPLY,
}
_REPORTS = {"dsn", "mdn", "arf"}


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of a mail."""

    outcome: str
    reason: str = ""
    trace: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    receipt: Receipt | None = None
    mailbox_id: int | None = None


def process(inbound_id: int, *, may_defer: bool = True) -> InboundMail:
    """Read one accepted mail and return its row: done, failed, or waiting because it answers one that is being read.

    A mail that another process has, or that is done, is returned as it is. Never raises for what is in the mail;
    OperationalError (the database is gone, a deadlock) leaves it waiting for the next try.
    """
    if not _claim(inbound_id):
        return InboundMail.objects.get(pk=inbound_id)
    mail = InboundMail.objects.select_related("mailbox").get(pk=inbound_id)
    if may_defer and _answers_one_in_work(mail):
        return _put_off(mail)
    try:
        raw = load_raw(mail)
    except RawMissing:
        return _finish(mail, _Result(MailOutcome.FAILED, "the raw source is gone"))
    readers: list[Callable[[bytes], ParsedMail]] = [_read_fully, parse_headers, _read_nothing]
    for reader in readers[1:] if mail.attempts > TRIES_BEFORE_FALLBACK else readers:
        try:
            return _attempt(mail, raw, reader)
        except OperationalError:
            _release(mail)
            raise
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the next one
            logger.error("mail_failed inbound=%s error=%s", mail.pk, describe_error(error))
            failure = type(error).__name__
    return _finish(mail, _Result(MailOutcome.FAILED, f"could not be filed ({failure})"))


def _read_fully(raw: bytes) -> ParsedMail:
    return parse(
        raw,
        Caps(
            raw=conf.get("MAX_MAIL_BYTES"),
            parts=conf.get("MAX_MAIL_PARTS"),
            attachments=conf.get("MAX_MAIL_ATTACHMENTS"),
        ),
    )


def _read_nothing(raw: bytes) -> ParsedMail:
    return ParsedMail(problems=("unreadable",))


def release_leases() -> None:
    """Give back the mails that a process had which is gone."""
    for mail in InboundMail.objects.filter(state=InboundState.PROCESSING):
        if is_gone(mail.lease_owner):
            InboundMail.objects.filter(pk=mail.pk, lease_owner=mail.lease_owner).update(
                state=InboundState.RECEIVED, lease_owner="", lease_until=None
            )


def _claim(inbound_id: int) -> bool:
    """Take the mail for this process and count the try, committed before anything is parsed."""
    now = timezone.now()
    waiting = InboundMail.objects.waiting(now).filter(pk=inbound_id)
    claimed = waiting.update(
        state=InboundState.PROCESSING, attempts=F("attempts") + 1, lease_owner=new_owner(), lease_until=now + LEASE
    )
    return claimed == 1


def _release(mail: InboundMail) -> None:
    try:
        InboundMail.objects.filter(pk=mail.pk, state=InboundState.PROCESSING).update(
            state=InboundState.RECEIVED, lease_owner="", lease_until=None, attempts=F("attempts") - 1
        )
    except OperationalError:
        # The database is still gone: the lease ends by itself.
        logger.warning("mail_lease_kept inbound=%s", mail.pk)


def _answers_one_in_work(mail: InboundMail) -> bool:
    """Tell whether a mail that this one names was accepted but has no ticket yet (a reply-all can be faster)."""
    if timezone.now() - mail.received_at > DEFER_FOR:
        return False
    in_work = InboundMail.objects.filter(
        state__in=(InboundState.RECEIVED, InboundState.PROCESSING), pk__lt=mail.pk
    ).exclude(message_id_header="")
    candidates = dict(in_work.order_by("-pk").values_list("message_id_header", "pk")[:200])
    if not candidates:
        return False
    try:
        parsed = parse_headers(load_raw(mail))
    except RawMissing:
        return False
    return any(message_id in candidates for message_id in (*parsed.in_reply_to, *parsed.references))


def _put_off(mail: InboundMail) -> InboundMail:
    mail.state, mail.attempts = InboundState.RECEIVED, mail.attempts - 1
    mail.lease_until = timezone.now() + DEFER_STEP
    mail.save(update_fields=["state", "attempts", "lease_until"])
    return mail


def _attempt(mail: InboundMail, raw: bytes, reader: Callable[[bytes], ParsedMail]) -> InboundMail:
    """Parse, then file the mail and write its outcome in one transaction."""
    parsed = reader(raw)
    with events.unit_of_work():
        return _finish(mail, _Reading(mail, raw, parsed).result())


def _finish(mail: InboundMail, result: _Result) -> InboundMail:
    mail.state = InboundState.FAILED if result.outcome == MailOutcome.FAILED else InboundState.DONE
    mail.outcome, mail.reason = result.outcome, result.reason[:200]
    mail.trace, mail.classification = list(result.trace), sorted(result.labels)
    mail.lease_owner, mail.lease_until, mail.processed_at = "", None, timezone.now()
    if result.receipt is not None:
        mail.ticket_id, mail.message_id = result.receipt.ticket_id, result.receipt.message_id
    if result.mailbox_id is not None:
        mail.mailbox_id = result.mailbox_id
    mail.save(
        update_fields=[
            "state",
            "outcome",
            "reason",
            "trace",
            "classification",
            "lease_owner",
            "lease_until",
            "processed_at",
            "ticket",
            "message",
            "mailbox",
        ]
    )
    return mail


class _Reading:
    """One mail on its way to the door."""

    def __init__(self, mail: InboundMail, raw: bytes, parsed: ParsedMail) -> None:
        self.mail, self.raw, self.parsed = mail, raw, parsed
        self.own = own_addresses()
        self.addressed = self._addressed()
        self.labels: tuple[str, ...] = ()

    def _addressed(self) -> list[str]:
        """Every address the mail went to: To, Cc, then what the transport and the relays say."""
        relays = (*self.parsed.headers.get_all("delivered-to"), *self.parsed.headers.get_all("x-original-to"))
        written = [person.email for person in (*self.parsed.to, *self.parsed.cc)]
        return [*written, *self.mail.envelope.get("rcpt_tos", []), *relays]

    def result(self) -> _Result:
        twin = self._twin()
        if twin is not None:
            receipt = Receipt(Outcome.DUPLICATE, twin.ticket_id, twin.message_id)
            return _Result(MailOutcome.DUPLICATE, f"same mail as #{twin.pk}, altered on the way", receipt=receipt)
        mailbox_ids = self._mailboxes()
        if not mailbox_ids:
            return _Result(MailOutcome.NO_MAILBOX, "addressed to none of our mailboxes")
        classification = self._classify()
        self.labels = tuple(classification.labels)
        if classification.primary == "own_copy" and not self._is_for_another_mailbox(mailbox_ids):
            return self._own_copy(mailbox_ids[0])
        if classification.primary in _REPORTS:
            return self._ended(MailOutcome.REPORT, f"class {classification.primary}", mailbox_ids[0])
        receipt, trace = self._hand_over(classification, mailbox_ids)
        reason = receipt.rule or receipt.outcome
        if receipt.outcome == Outcome.IGNORED:
            reason = "automatic reply to no ticket"
        return _Result(_OUTCOMES[receipt.outcome], reason, trace, self.labels, receipt, mailbox_ids[0])

    def _ended(self, outcome: str, reason: str, mailbox_id: int) -> _Result:
        return _Result(outcome, reason, labels=self.labels, mailbox_id=mailbox_id)

    def _twin(self) -> InboundMail | None:
        """Return the mail of which this is a copy that a list or gateway altered: same Message-ID, From and Date."""
        if not self.mail.twin_hash:
            return None
        twins = InboundMail.objects.filter(
            twin_hash=self.mail.twin_hash, dedupe_scope=self.mail.dedupe_scope, pk__lt=self.mail.pk
        )
        return twins.exclude(outcome=MailOutcome.FAILED).order_by("pk").first()

    def _mailboxes(self) -> list[int]:
        """Return the mailboxes the mail is for, the one that takes it first: To, Cc, then where it was delivered."""
        found = []
        for address in self.addressed:
            parts = split_reply_address(address)
            plain = parts.mailbox_address if parts else address
            if is_address(plain) and normalise_address(plain) in self.own:
                found.append(self.own[normalise_address(plain)])
        delivered = [self.mail.mailbox_id] if self.mail.mailbox_id else []
        if conf.get("MULTI_MAILBOX") == "per_mailbox" and delivered:
            return delivered
        return list(dict.fromkeys([*found, *delivered]))

    def _classify(self) -> Classification:
        mail_from = self.mail.envelope.get("mail_from")
        return classify(
            self.parsed,
            null_sender=None if mail_from is None else mail_from == "",
            own_addresses=frozenset(self.own),
            is_own_message_id=lambda message_id: own_public_id(message_id) is not None,
            is_own_loop_header=is_own_loop_header,
        )

    def _is_for_another_mailbox(self, mailbox_ids: list[int]) -> bool:
        """A mail of one mailbox of ours to another one is real mail, not a copy that came back."""
        public_id = own_public_id(self.parsed.message_id)
        sent = OutboundMail.objects.filter(public_id=public_id).first() if public_id else None
        return sent is not None and sent.mailbox_id not in mailbox_ids

    def _own_copy(self, mailbox_id: int) -> _Result:
        public_id = own_public_id(self.parsed.message_id)
        sent = OutboundMail.objects.filter(public_id=public_id).first() if public_id else None
        confirm_sent(self.parsed)
        receipt = Receipt(Outcome.IGNORED, sent.ticket_id, sent.message_id) if sent else None
        return _Result(
            MailOutcome.OWN_COPY, "a copy of our own mail", labels=self.labels, receipt=receipt, mailbox_id=mailbox_id
        )

    def _hand_over(self, classification: Classification, mailbox_ids: list[int]) -> tuple[Receipt, tuple[str, ...]]:
        parsed, mail = self.parsed, self.mail
        hints = read_hints(parsed, self.addressed, self.own)
        people = translate.read_people(parsed, self.own)
        is_auto_reply = classification.primary == "auto_replied"
        is_own_box = classification.primary in ("own_copy", "own_mailbox")
        acknowledge = translate.may_acknowledge(
            classification,
            parsed,
            addressed_to_us=self._is_addressed_to_us(mailbox_ids[0]),
            is_archive=mail.origin == "archive",
            received_at=mail.received_at,
        )
        if parsed.from_addresses and is_own_box:
            acknowledge = Verdict(False, "own_mailbox")
        incoming = IncomingMessage(
            channel=Channel.EMAIL,
            key=mail.dedupe_key if not mail.dedupe_scope else _scoped(mail),
            sender=people.sender,
            words=translate.read_words(
                parsed, raw=self.raw, differs=people.reply_to_differs, is_auto_reply=is_auto_reply
            ),
            mailbox_id=mailbox_ids[0],
            received_at=mail.received_at,
            sent_at=translate.sent_at(parsed, mail.received_at),
            evidence=hints.evidence,
            ids=hints.ids,
            may_acknowledge=acknowledge,
            may_reopen=Verdict(classification.may_reopen, classification.reopen_reason),
            may_open=not is_auto_reply,
            is_spam=classification.primary == "spam",
            counts_as_waiting=not is_auto_reply,
            reply_address=people.reply_address,
            copied=people.copied,
            recipients=translate.display_recipients(parsed),
            language=translate.language_of(parsed),
        )
        receipt = receive(incoming)
        confirm_sent(self.parsed)
        self._tell_other_mailboxes(receipt, mailbox_ids)
        problems = tuple(f"problem: {problem}" for problem in parsed.problems)
        verdict = f"acknowledge: {acknowledge.allowed} {acknowledge.reason}".rstrip()
        return receipt, (*problems, *hints.trace, *receipt.trace, verdict)

    def _is_addressed_to_us(self, mailbox_id: int) -> bool:
        """Whether the mailbox stands in To or Cc: a blind copy gets no automatic mail (RFC 5230 4.5)."""
        for person in (*self.parsed.to, *self.parsed.cc):
            parts = split_reply_address(person.email)
            plain = parts.mailbox_address if parts else person.email
            if is_address(plain) and self.own.get(normalise_address(plain)) == mailbox_id:
                return True
        return False

    def _tell_other_mailboxes(self, receipt: Receipt, mailbox_ids: list[int]) -> None:
        """One mail to several mailboxes: one ticket that all their teams see, or linked tickets, as the site chose."""
        if receipt.outcome != Outcome.OPENED:
            return
        ticket = Ticket.objects.get(pk=receipt.ticket_id)
        for mailbox in Mailbox.objects.filter(pk__in=mailbox_ids[1:]).select_related("team"):
            if mailbox.team_id != ticket.team_id:
                ShareTicket(ticket=ticket, team=mailbox.team, actor=Actor.system())()
        siblings = InboundMail.objects.filter(dedupe_key=self.mail.dedupe_key, ticket__isnull=False)
        for sibling in siblings.exclude(pk=self.mail.pk).select_related("ticket"):
            link_tickets(source=ticket, target=sibling.ticket, kind=LinkKind.SIBLING, actor=Actor.system())


def _scoped(mail: InboundMail) -> str:
    """The key of one mailbox's copy, where each mailbox has its own ticket."""
    return hashlib.sha256(f"{mail.dedupe_scope}:{mail.dedupe_key}".encode()).hexdigest()
