"""Turns one accepted mail into what it is. A mail ends in exactly one outcome, however often it is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.arriving.accept import SENT, UPLOAD
from wagtail_helpdesk.mail.arriving.authentication import authenticate
from wagtail_helpdesk.mail.arriving.caps import configured_caps
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
    if not _claim(inbound_id):
        return InboundMail.objects.get(pk=inbound_id)
    mail = InboundMail.objects.select_related("mailbox").get(pk=inbound_id)
    try:
        raw = load_raw(mail)
    except RawMissing:
        return _finish(mail, Result(MailOutcome.FAILED, "the raw source is gone"))
    if may_defer and _answers_one_in_work(mail, raw):
        return _put_off(mail, DEFER_STEP)
    readers: list[Callable[[bytes], ParsedMail]] = [_read_fully, parse_headers, _read_nothing]
    for reader in readers[1:] if mail.attempts > TRIES_BEFORE_FALLBACK else readers:
        try:
            return _attempt(mail, raw, reader)
        except OperationalError:
            _release(mail)
            raise
        except OSError as error:
            # A disk that is full, a storage that is away. The source is safe: later, and whole.
            logger.error("mail_storage_failed inbound=%s error=%s", mail.pk, describe_error(error))
            failure = type(error).__name__
            if timezone.now() - mail.accepted_at < STORAGE_PATIENCE:
                return _put_off(mail, STORAGE_STEP, "its files cannot be stored")
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the next one
            logger.error("mail_failed inbound=%s error=%s", mail.pk, describe_error(error))
            failure = type(error).__name__
    return _finish(mail, Result(MailOutcome.FAILED, f"could not be filed ({failure})"))


def _read_fully(raw: bytes) -> ParsedMail:
    return parse(raw, configured_caps())


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


def _answers_one_in_work(mail: InboundMail, raw: bytes) -> bool:
    """Tell whether a mail that this one names was accepted but has no ticket yet (a reply-all can be faster)."""
    if timezone.now() - mail.accepted_at > DEFER_FOR:
        return False
    parsed = parse_headers(raw)
    named = {*parsed.in_reply_to, *parsed.references}
    if not named:
        return False
    in_work = InboundMail.objects.filter(
        state__in=(InboundState.RECEIVED, InboundState.PROCESSING), pk__lt=mail.pk
    ).exclude(message_id_header="")
    return not named.isdisjoint(in_work.order_by("-pk").values_list("message_id_header", flat=True)[:200])


def _put_off(mail: InboundMail, step: timedelta, reason: str = "") -> InboundMail:
    mail.state, mail.attempts, mail.reason = InboundState.RECEIVED, mail.attempts - 1, reason
    mail.lease_until = timezone.now() + step
    mail.save(update_fields=["state", "attempts", "lease_until", "reason"])
    return mail


def _attempt(mail: InboundMail, raw: bytes, reader: Callable[[bytes], ParsedMail]) -> InboundMail:
    """Parse, find out who wrote, then file the mail and write its outcome in one transaction."""
    parsed = reader(raw)
    if mail.origin == UPLOAD:
        # What a file says of its own authentication proves nothing.
        with events.unit_of_work():
            return _finish(mail, file_upload(mail, raw, parsed))
    route = read_route(mail, parsed)
    # Before the transaction: a signature's key is looked up in the DNS.
    auth = check_dkim(raw, parsed, authenticate(parsed, route.trust, told=mail.envelope.get("dmarc", "")))
    mail.auth = auth.as_json()
    with events.unit_of_work():
        if mail.origin == SENT:
            return _finish(mail, file_sent_copy(mail, raw, parsed))
        return _finish(mail, file_mail(mail, raw, parsed, route, auth))


def _finish(mail: InboundMail, result: Result) -> InboundMail:
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
