"""Turns one accepted mail into what it is. A mail ends in exactly one outcome, however often it is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.arriving.accept import SENT, UPLOAD, hash_message_id
from wagtail_helpdesk.mail.arriving.authentication import authenticate
from wagtail_helpdesk.mail.arriving.caps import configured_caps
from wagtail_helpdesk.mail.arriving.evidence import MAX_IDS
from wagtail_helpdesk.mail.arriving.filing import Result, file_mail
from wagtail_helpdesk.mail.arriving.local_dkim import check_dkim
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing, load_raw
from wagtail_helpdesk.mail.arriving.routing import read_route
from wagtail_helpdesk.mail.arriving.uploading import file_upload
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.fetching.sent_folder import file_sent_copy
from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail, parse
from wagtail_helpdesk.mail.parsing.parser import parse_headers
from wagtail_helpdesk.remembering import forget

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
#: A mail that killed the process this often is read in the simplest way.
TRIES_BEFORE_FALLBACK = 2
#: How long an answer waits for the mail it answers, when that is being read at the same time.
DEFER_FOR = timedelta(minutes=2)
DEFER_STEP = timedelta(seconds=10)
#: How long, and how often, a mail is tried whose files cannot be stored.
STORAGE_PATIENCE = timedelta(days=2)
STORAGE_STEP = timedelta(minutes=5)


def process(inbound_id: int, *, may_defer: bool = True) -> InboundMail:
    """Read one accepted mail and return its row: done, failed, or waiting because it answers one that is being read.

    A mail that another process has, or that is done, is returned as it is. Never raises for what is in the mail;
    OperationalError (the database is gone, a deadlock) leaves it waiting for the next try.
    """
    return process_row(InboundMail.objects.get(pk=inbound_id), may_defer=may_defer)


def process_row(mail: InboundMail, *, may_defer: bool = True) -> InboundMail:
    """Do the same to a mail whose row was read before, perhaps with others; it may be out of date."""
    if not _claim(mail):
        return InboundMail.objects.get(pk=mail.pk)
    return _read(mail, may_defer=may_defer)


def process_claimed(inbound_id: int, owner: str) -> None:
    """Read a mail alone that ``owner`` took together with others, and count the try."""
    if InboundMail.objects.filter(pk=inbound_id, lease_owner=owner).update(attempts=F("attempts") + 1):
        _read(InboundMail.objects.get(pk=inbound_id), may_defer=True)


def _read(mail: InboundMail, *, may_defer: bool) -> InboundMail:
    try:
        raw = load_raw(mail)
    except RawMissing:
        return finish(mail, Result(MailOutcome.FAILED, "the raw source is gone"))
    readers: list[Callable[[bytes], ParsedMail]] = [read_fully, parse_headers, _read_nothing]
    for reader in readers[1:] if mail.attempts > TRIES_BEFORE_FALLBACK else readers:
        try:
            parsed = reader(raw)
            if may_defer and _answers_one_in_work(mail, parsed):
                return put_off(mail, DEFER_STEP)
            return _attempt(mail, raw, parsed)
        except OperationalError:
            _release(mail)
            raise
        except OSError as error:
            # A disk that is full, a storage that is away. The source is safe: later, and whole.
            logger.error("mail_storage_failed inbound=%s error=%s", mail.pk, describe_error(error))
            failure = type(error).__name__
            if timezone.now() - mail.accepted_at < STORAGE_PATIENCE:
                return put_off(mail, STORAGE_STEP, "its files cannot be stored")
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the next one
            logger.error("mail_failed inbound=%s error=%s", mail.pk, describe_error(error))
            failure = type(error).__name__
    return finish(mail, Result(MailOutcome.FAILED, f"could not be filed ({failure})"))


def read_fully(raw: bytes) -> ParsedMail:
    """Return all that can be read of a mail within this site's bounds."""
    return parse(raw, configured_caps())


def _read_nothing(raw: bytes) -> ParsedMail:
    return ParsedMail(problems=("unreadable",))


def release_leases() -> None:
    """Give back the mails that a process had which is gone."""
    for mail in InboundMail.objects.filter(state=InboundState.PROCESSING):
        if is_gone(mail.lease_owner):
            # One that was taken with others keeps the owner's name: it is read alone from now on.
            InboundMail.objects.filter(pk=mail.pk, lease_owner=mail.lease_owner).update(
                state=InboundState.RECEIVED, lease_owner="" if mail.attempts else mail.lease_owner, lease_until=None
            )


def _claim(mail: InboundMail) -> bool:
    """Take the mail for this process and count the try, committed before anything is parsed.

    False for one that does not wait, or that somebody has claimed since the row was read: each claim has an owner of
    its own, so that a row with the same owner is the same row.
    """
    now = timezone.now()
    if not mail.is_waiting(now):
        return False
    claim = {
        "state": InboundState.PROCESSING,
        "attempts": mail.attempts + 1,
        "lease_owner": new_owner(),
        "lease_until": now + LEASE,
    }
    read = InboundMail.objects.filter(
        pk=mail.pk, state=mail.state, attempts=mail.attempts, lease_owner=mail.lease_owner
    )
    if not read.update(**claim):
        return False
    for name, value in claim.items():
        setattr(mail, name, value)
    return True


def _release(mail: InboundMail) -> None:
    try:
        InboundMail.objects.filter(pk=mail.pk, state=InboundState.PROCESSING).update(
            state=InboundState.RECEIVED, lease_owner="", lease_until=None, attempts=F("attempts") - 1
        )
    except OperationalError:
        # The database is still gone: the lease ends by itself.
        logger.warning("mail_lease_kept inbound=%s", mail.pk)


def _answers_one_in_work(mail: InboundMail, parsed: ParsedMail) -> bool:
    """Tell whether a mail that this one names was accepted but has no ticket yet (a reply-all can be faster)."""
    named = names_of(parsed)
    if not named or timezone.now() - mail.accepted_at > DEFER_FOR:
        return False
    return InboundMail.objects.filter(
        message_id_header_hash__in=named,
        state__in=(InboundState.RECEIVED, InboundState.PROCESSING),
        pk__lt=mail.pk,
    ).exists()


def names_of(parsed: ParsedMail) -> list[str]:
    """Return the hashes of the Message-IDs that a mail names."""
    named = dict.fromkeys([*parsed.in_reply_to, *reversed(parsed.references)])
    return [hash_message_id(one) for one in list(named)[:MAX_IDS]]


def put_off(mail: InboundMail, step: timedelta, reason: str = "") -> InboundMail:
    """Let the mail wait for ``step``; this was no try."""
    mail.state, mail.attempts, mail.reason = InboundState.RECEIVED, max(0, mail.attempts - 1), reason
    mail.lease_until = timezone.now() + step
    mail.save(update_fields=["state", "attempts", "lease_until", "reason"])
    return mail


def _attempt(mail: InboundMail, raw: bytes, parsed: ParsedMail) -> InboundMail:
    """File the mail and write its outcome in one transaction.

    Hopefully first; what stands against that (a reactor that fails, a contact that somebody else made just now, a team
    that is gone) is rare, and dealt with the second time.
    """
    try:
        return _file(mail, raw, parsed, hopeful=True)
    except events.StartAgain as again:
        logger.info("mail_started_again inbound=%s error=%s", mail.pk, describe_error(again.__cause__ or again))
        forget()
        return _file(mail, raw, parsed, hopeful=False)


def _file(mail: InboundMail, raw: bytes, parsed: ParsedMail, *, hopeful: bool) -> InboundMail:
    before = (mail.mailbox_id, mail.ticket_id, mail.message_id)
    take = filing_of(mail, raw, parsed)
    try:
        with events.unit_of_work(hopeful=hopeful):
            return finish(mail, take())
    except BaseException:
        # The ticket went with the transaction.
        mail.mailbox_id, mail.ticket_id, mail.message_id = before
        raise


def filing_of(mail: InboundMail, raw: bytes, parsed: ParsedMail, *, may_have_twin: bool = True) -> Callable[[], Result]:
    """Find out who wrote; return what files the mail. Before the transaction: a signature's key is asked of the DNS."""
    if mail.origin == UPLOAD:
        # What a file says of its own authentication proves nothing.
        return partial(file_upload, mail, raw, parsed)
    route = read_route(mail, parsed)
    # Before the transaction: a signature's key is looked up in the DNS.
    auth = check_dkim(raw, parsed, authenticate(parsed, route.trust, told=mail.envelope.get("dmarc", "")))
    mail.auth = auth.as_json()
    if mail.origin == SENT:
        return partial(file_sent_copy, mail, raw, parsed)
    return partial(file_mail, mail, raw, parsed, route, auth, may_have_twin=may_have_twin)


def finish(mail: InboundMail, result: Result) -> InboundMail:
    """Write down what became of the mail."""
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
            "auth",
            "lease_owner",
            "lease_until",
            "processed_at",
            "ticket",
            "message",
            "mailbox",
        ]
    )
    return mail
