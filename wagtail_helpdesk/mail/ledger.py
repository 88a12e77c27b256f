"""How often an automatic mail may go to somebody: what keeps two machines from talking to each other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.addresses import address_hash, domain_of
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Verdict
from wagtail_helpdesk.foreseeing import Foresight
from wagtail_helpdesk.mail.models import AddressSuppression, AutoReplyLedger

#: (window, most automatic mails in it) for one address, one domain, one mailbox.
ADDRESS_LIMITS = (
    (timedelta(minutes=10), 1),
    (timedelta(hours=1), 3),
    (timedelta(days=1), 5),
)
DOMAIN_LIMIT = (timedelta(hours=1), 30)
MAILBOX_LIMIT = (timedelta(hours=1), 200)
#: So many mails with the same subject from one address within an hour are a machine's.
BREAKER_COUNT = 3
BREAKER_WINDOW = timedelta(hours=1)
BREAKER_PAUSE = timedelta(hours=24)

_DIGITS = re.compile(r"\d+")
_PREFIX = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|vs|antw|enc|res|rv)\s*:\s*)+", re.IGNORECASE)

_COLUMNS = ("at", "address_hash", "domain_hash", "mailbox_id")
#: By the hash of an address, until when it gets no automatic mail (None: it may).
_suppressions: Foresight[str, datetime | None] = Foresight()
#: By a column of the ledger and a value in it, the rows within that column's longest window.
_sent: Foresight[tuple[str, Any], set[tuple[Any, ...]]] = Foresight()


def foresee_automatic_mails(addresses: Collection[str], mailbox_ids: Collection[int], now: datetime) -> None:
    """Ask what stands against automatic mails to ``addresses``, for those that may be written soon. Two queries."""
    hashes = {address_hash(address) for address in addresses}
    domains = {_hash(domain_of(address)) for address in addresses}
    until: dict[str, datetime | None] = dict.fromkeys(hashes)
    rows = AddressSuppression.objects.filter(address_hash__in=hashes, until__gt=now)
    _suppressions.put(until | dict(rows.values_list("address_hash", "until")))
    found: dict[tuple[str, Any], set[tuple[Any, ...]]] = {
        **{("address_hash", one): set() for one in hashes},
        **{("domain_hash", one): set() for one in domains},
        **{("mailbox_id", one): set() for one in mailbox_ids},
    }
    for row in _in_windows(hashes, domains, mailbox_ids, now):
        for column, value in zip(_COLUMNS[1:], row[2:], strict=True):
            if (column, value) in found:
                found[column, value].add(row)
    _sent.put(found)


def _in_windows(hashes: Collection[str], domains: Collection[str], mailbox_ids: Collection[int], now: datetime):
    """Return the rows of the ledger that a limit may count: key, then the columns."""
    longest = max(window for window, _most in ADDRESS_LIMITS)
    # The limits keep it to a few hundred rows, and to count them here costs less than three counts there.
    return AutoReplyLedger.objects.filter(
        Q(address_hash__in=hashes, at__gt=now - longest)
        | Q(domain_hash__in=domains, at__gt=now - DOMAIN_LIMIT[0])
        | Q(mailbox__in=mailbox_ids, at__gt=now - MAILBOX_LIMIT[0])
    ).values_list("pk", *_COLUMNS)


def _is_suppressed(hashed: str, now: datetime) -> bool:
    foreseen = _suppressions.get([hashed])
    if foreseen is not None:
        return foreseen[0] is not None and foreseen[0] > now
    return AddressSuppression.objects.filter(address_hash=hashed, until__gt=now).exists()


def allow_automatic_mail(
    *, address: str, subject: str, recent_subjects: Iterable[str], mailbox: Mailbox, now: datetime
) -> Verdict:
    """Return whether an automatic mail may go to ``address`` at ``now``, and write it down when it may.

    ``recent_subjects`` are those of the tickets that the same person opened within BREAKER_WINDOW, this one's among
    them. Must run in the transaction that queues the mail. An address that is none is refused.
    """
    if not conf.get("SEND_ACKNOWLEDGEMENTS"):
        return Verdict(False, "switched_off")
    try:
        hashed, domain = address_hash(address), _hash(domain_of(address))
    except ValueError:
        return Verdict(False, "no_address")
    if _is_suppressed(hashed, now):
        return Verdict(False, "suppressed")
    if _is_repeating(subject, recent_subjects):
        AddressSuppression.objects.update_or_create(
            address_hash=hashed, defaults={"reason": "repeating", "until": now + BREAKER_PAUSE}
        )
        _suppressions.drop(hashed)
        return Verdict(False, "repeating")
    row = AutoReplyLedger(address_hash=hashed, domain_hash=domain, mailbox=mailbox, at=now)
    reason = _limit_reached(row)
    if reason:
        return Verdict(False, reason)
    events.write_later([row])
    return Verdict(True)


def similar(subject: str) -> str:
    """Return what two subjects of one machine share: no "Re:", no numbers, no case."""
    return " ".join(_DIGITS.sub("#", _PREFIX.sub("", subject)).casefold().split())


def _is_repeating(subject: str, recent_subjects: Iterable[str]) -> bool:
    wanted = similar(subject)
    return sum(similar(recent) == wanted for recent in recent_subjects) >= BREAKER_COUNT


def _limit_reached(row: AutoReplyLedger) -> str:
    """Return which limit stands against this mail, "" for none."""
    (for_domain, most_of_domain), (for_mailbox, most_of_mailbox) = DOMAIN_LIMIT, MAILBOX_LIMIT
    foreseen = _sent.get((column, getattr(row, column)) for column in _COLUMNS[1:])
    if foreseen is not None:
        sent = set().union(*foreseen)
    else:
        sent = _in_windows([row.address_hash], [row.domain_hash], [row.mailbox_id], row.at)
    rows = [one[1:] for one in sent] + [
        (one.at, one.address_hash, one.domain_hash, one.mailbox_id) for one in events.unwritten(AutoReplyLedger)
    ]
    times = [at for at, address, _domain, _mailbox in rows if address == row.address_hash]
    if any(sum(at > row.at - window for at in times) >= most for window, most in ADDRESS_LIMITS):
        return "address_limit"
    if sum(domain == row.domain_hash and at > row.at - for_domain for at, _a, domain, _m in rows) >= most_of_domain:
        return "domain_limit"
    of_mailbox = sum(mailbox == row.mailbox_id and at > row.at - for_mailbox for at, _a, _d, mailbox in rows)
    return "mailbox_limit" if of_mailbox >= most_of_mailbox else ""


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
