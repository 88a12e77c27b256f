"""Several accepted mails in one transaction: what each would pay alone (claim, look around, commit) is paid once.

Only small mails that nobody has tried before are read together. What fails there is read alone, and only alone is a
try counted: a mail that kills the process has killed it with others, then by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TypeVar

from django.db import OperationalError
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.foreseeing import foreseeing
from wagtail_helpdesk.mail.arriving.accept import SENT, UPLOAD
from wagtail_helpdesk.mail.arriving.ahead import foresee
from wagtail_helpdesk.mail.arriving.filing import Result
from wagtail_helpdesk.mail.arriving.process import (
    DEFER_STEP,
    LEASE,
    filing_of,
    finish,
    names_of,
    process_claimed,
    process_row,
    put_off,
    read_fully,
)
from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.leases import new_owner
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.remembering import forget

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Mails that are claimed at once.
MOST = 20
#: Bytes of a mail that is read together with others.
MOST_BYTES = 256 * 1024
#: A transaction ends after so many seconds: whoever works on the same tickets waits for it.
MOST_SECONDS = 0.25


def process_all(mails: Iterable[InboundMail]) -> None:
    """Read ``mails`` (rows as they were read just now) in their order; each ends as ``process()`` would end it."""
    for together, run in groupby(mails, key=_may_be_read_together):
        rows = list(run)
        if together:
            for start in range(0, len(rows), MOST):
                _Group(rows[start : start + MOST]).process()
        else:
            for mail in rows:
                process_row(mail)


def _may_be_read_together(mail: InboundMail) -> bool:
    return mail.is_untried and mail.size <= MOST_BYTES and mail.origin not in (SENT, UPLOAD)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail that can be filed; ``take`` files it."""

    mail: InboundMail
    parsed: ParsedMail
    take: Callable[[], Result]


class _Group:
    """Mails that are read together."""

    def __init__(self, mails: Sequence[InboundMail]) -> None:
        self.owner = new_owner()
        self.mails = self._claim(mails)
        self.failed: list[InboundMail] = []

    def process(self) -> None:
        """Read them all."""
        if not self.mails:
            return
        try:
            ready = self._prepare()
            while ready and (done := self._file(ready)):
                ready = ready[done:]
            self.failed += [one.mail for one in ready]
        except OperationalError:
            self._release()
            raise
        for mail in sorted(self.failed, key=lambda mail: mail.pk):
            process_claimed(mail.pk, self.owner)

    def _claim(self, mails: Sequence[InboundMail]) -> list[InboundMail]:
        """Take the mails for this process; return those that nobody was quicker to take."""
        claim = {
            "state": InboundState.PROCESSING,
            "lease_owner": self.owner,
            "lease_until": timezone.now() + LEASE,
        }
        keys = [mail.pk for mail in mails]
        untried = InboundMail.objects.filter(pk__in=keys, state=InboundState.RECEIVED, attempts=0, lease_owner="")
        if untried.update(**claim) < len(keys):
            ours = set(InboundMail.objects.filter(pk__in=keys, lease_owner=self.owner).values_list("pk", flat=True))
            mails = [mail for mail in mails if mail.pk in ours]
        for mail in mails:
            for name, value in claim.items():
                setattr(mail, name, value)
        return list(mails)

    def _prepare(self) -> list[_Ready]:
        """Parse the mails; return those that can be filed.

        What answers a mail that has no ticket yet is put off.
        """
        parsed = [(mail, *read) for mail in self.mails if (read := self._tried(mail, partial(_parse, mail)))]
        in_work = self._in_work([one for _mail, _raw, one in parsed])
        in_work += [(mail.pk, mail.message_id_header_hash) for mail in self.failed]
        twins = self._with_twins()
        ready = []
        for mail, raw, one in parsed:
            named = set(names_of(one))
            if any(key < mail.pk and hashed in named for key, hashed in in_work):
                put_off(mail, DEFER_STEP)
                in_work.append((mail.pk, mail.message_id_header_hash))
            elif take := self._tried(mail, partial(filing_of, mail, raw, one, may_have_twin=mail.pk in twins)):
                ready.append(_Ready(mail, one, take))
        return ready

    def _tried(self, mail: InboundMail, function: Callable[[], T]) -> T | None:
        """Return what ``function`` returns; where it raises, the mail is read alone."""
        try:
            return function()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - alone, it is read in a simpler way
            logger.info("mail_read_alone inbound=%s error=%s", mail.pk, describe_error(error))
            self.failed.append(mail)
            return None

    def _in_work(self, parsed: Iterable[ParsedMail]) -> list[tuple[int, str]]:
        """Return the keys and hashed Message-IDs of the mails that these name and that others are to read."""
        named = {hashed for one in parsed for hashed in names_of(one)}
        if not named:
            return []
        rows = InboundMail.objects.filter(
            message_id_header_hash__in=named, state__in=(InboundState.RECEIVED, InboundState.PROCESSING)
        )
        return list(rows.exclude(lease_owner=self.owner).values_list("pk", "message_id_header_hash"))

    def _with_twins(self) -> set[int]:
        """Return the keys of the mails that may be altered copies of one that came before."""
        hashes = {mail.twin_hash for mail in self.mails if mail.twin_hash}
        rows = InboundMail.objects.filter(twin_hash__in=hashes).exclude(outcome=MailOutcome.FAILED)
        first: dict[str, int] = {}
        for key, hashed in rows.values_list("pk", "twin_hash"):
            first[hashed] = min(key, first.get(hashed, key))
        return {mail.pk for mail in self.mails if first.get(mail.twin_hash, mail.pk) < mail.pk}

    def _file(self, ready: Sequence[_Ready]) -> int:
        """File as many as go into one transaction; return how many, 0 where one of them failed."""
        until, done = time.monotonic() + MOST_SECONDS, 0
        try:
            with foreseeing(), events.unit_of_work(hopeful=True):
                foresee([(one.mail, one.parsed) for one in ready])
                for one in ready:
                    finish(one.mail, one.take())
                    events.hand_out()
                    done += 1
                    if time.monotonic() > until:
                        break
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - each of them is read again, alone
            logger.info("mails_read_alone count=%s error=%s", len(ready), describe_error(error.__cause__ or error))
            forget()
            return 0
        return done

    def _release(self) -> None:
        """Give back what is not done; the claim counted no try."""
        held = InboundMail.objects.filter(lease_owner=self.owner, state=InboundState.PROCESSING)
        try:
            held.update(state=InboundState.RECEIVED, lease_until=None)
        except OperationalError:
            # The database is still gone: the lease ends by itself.
            logger.warning("mail_leases_kept count=%s", len(self.mails))


def _parse(mail: InboundMail) -> tuple[bytes, ParsedMail]:
    raw = load_raw(mail)
    return raw, read_fully(raw)
